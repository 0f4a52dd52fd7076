// SPDX-License-Identifier: Apache-2.0

package import WideColumn

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A fresh directory for a store that is thrown away.
package enum TemporaryDirectory {
  /// Creates a directory below `TMPDIR`, or `/tmp`, and returns its path.
  package static func create() throws(StoreError) -> String {
    let parent = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    var template = Array("\(parent)/panjeon-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else {
      throw systemError("make a temporary directory", parent)
    }
    return String(
      decoding: template.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Removes a directory with what is in it.
  package static func remove(_ path: String) throws(StoreError) {
    let fileSystem = PosixFileSystem()
    for name in try fileSystem.list(path) {
      let entry = path + "/" + name
      do throws(StoreError) {
        try fileSystem.remove(entry)
      } catch {
        // No file: a directory, or the error comes again.
        try remove(entry)
      }
    }
    if unsafe rmdir(path) != 0 { throw systemError("remove the directory", path) }
  }
}
