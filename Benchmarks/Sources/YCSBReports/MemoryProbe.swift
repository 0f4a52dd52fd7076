// SPDX-License-Identifier: Apache-2.0

package import YCSBEngines

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Measures what memory an engine takes, in a process of its own that loads records and runs workload A.
package struct MemoryProbe: Sendable {
  /// This program's file, and where the workloads' files are not needed: all goes by properties.
  private let program: String

  package init(program: String) {
    self.program = program
  }

  /// The most resident memory, in bytes; nil when the process failed.
  func measure(_ engine: EngineKind, _ options: EngineOptions, records: Int) throws -> Int? {
    var peak: Int?
    defer { try? FileTree.remove(options.directory) }
    for phase in ["load", "run"] {
      let arguments = [
        program, phase, engine.rawValue, "-p", "workload=core", "-p", "recordcount=\(records)",
        "-p",
        "operationcount=\(records)", "-p", "readproportion=0.5", "-p", "updateproportion=0.5", "-p",
        "requestdistribution=zipfian", "-p", "directory=\(options.directory)", "-p",
        "cachebytes=\(options.cacheBytes)", "-p", "memtablebytes=\(options.memtableBytes)", "-p",
        "exportfile=/dev/null", "-threads", "2",
      ]
      guard let bytes = try residentBytes(arguments) else { return nil }
      peak = max(peak ?? 0, bytes)
    }
    return peak
  }

  private func residentBytes(_ arguments: [String]) throws -> Int? {
    var process = pid_t()
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    var pointers = arguments.map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    guard posix_spawn(&process, arguments[0], &actions, nil, pointers, environ) == 0 else {
      return nil
    }
    var status: Int32 = 0
    var usage = rusage()
    guard wait4(process, &status, 0, &usage) == process, status == 0 else { return nil }
    // The kernel counts in kibibytes.
    return usage.ru_maxrss * 1024
  }
}
