// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// How many files this process may have open: each SSTable is one, and the usual limit of 1,024 is soon reached.
package enum OpenFilesLimit {
  #if canImport(Glibc)
    private static let resource = Int32(RLIMIT_NOFILE.rawValue)
  #else
    private static let resource = RLIMIT_NOFILE
  #endif

  /// Raises the soft limit to the hard one, which every process may do; other limits stay.
  package static func raise() {
    var limit = rlimit()
    guard unsafe getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
    limit.rlim_cur = limit.rlim_max
    // Where it may not be raised so far, it stays: opening a file too many is then an error of its own.
    _ = unsafe setrlimit(resource, &limit)
  }
}
