// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Paths that mean the same wherever a process is.
package enum AbsolutePath {
  /// The path, put behind the process's directory if it is relative; as it is if that directory cannot be told.
  package static func of(_ path: String) -> String {
    if path.utf8.first == UInt8(ascii: "/") { return path }
    guard let buffer = unsafe getcwd(nil, 0) else { return path }
    defer { unsafe free(buffer) }
    let directory = unsafe String(cString: buffer)
    return directory == "/" ? "/" + path : directory + "/" + path
  }
}
