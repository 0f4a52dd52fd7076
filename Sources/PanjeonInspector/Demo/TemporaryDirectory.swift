// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import WideColumn

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A fresh directory for a store that is thrown away.
enum TemporaryDirectory {
  /// Creates a directory below `TMPDIR`, or `/tmp`.
  static func create() throws(StoreError) -> String {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(parent)/panjeon-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw StoreError(
        .io, "cannot make a temporary directory: \(String(cString: strerror(errno)))",
        file: parent)
    }
    return String(decoding: template.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Removes a directory with the files in it.
  static func remove(_ path: String) {
    let fileSystem = PosixFileSystem()
    do throws(StoreError) {
      for name in try fileSystem.list(path) { try fileSystem.remove(path + "/" + name) }
    } catch {
      Output.printError("panjeon: could not clean up: \(error)")
    }
    rmdir(path)
  }

  /// The path of the running executable.
  static var executable: String {
    #if os(Linux)
      "/proc/self/exe"
    #else
      CommandLine.arguments[0]
    #endif
  }
}
