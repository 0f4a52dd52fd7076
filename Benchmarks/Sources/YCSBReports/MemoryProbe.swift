// SPDX-License-Identifier: Apache-2.0

internal import YCSBEngines

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Measures what memory an engine takes, in a process of its own that loads records and runs workload A.
package struct MemoryProbe: Sendable {
  /// The longest time that an engine is run for: all but SQLite are through by then.
  private static let runSeconds = 60

  /// This program's file, and where the workloads' files are not needed: all goes by properties.
  private let program: String

  package init(program: String) {
    self.program = program
  }

  /// The most resident memory, in bytes; nil when the process failed.
  ///
  /// The process says so itself: what the kernel tells a parent counts the parent's own memory before the exec.
  func measure(_ engine: EngineKind, _ options: EngineOptions, records: Int) throws -> Int? {
    let export = options.directory + ".txt"
    defer {
      try? FileTree.remove(options.directory)
      try? FileTree.remove(export)
    }
    var peak = 0
    for phase in ["load", "run"] {
      let arguments = [
        program, phase, engine.rawValue, "-p", "workload=core", "-p", "recordcount=\(records)",
        "-p",
        "operationcount=\(records)", "-p", "readproportion=0.5", "-p", "updateproportion=0.5", "-p",
        "requestdistribution=zipfian", "-p", "directory=\(options.directory)", "-p",
        "cachebytes=\(options.cacheBytes)", "-p", "memtablebytes=\(options.memtableBytes)", "-p",
        "exportfile=\(export)", "-p", "maxexecutiontime=\(phase == "run" ? Self.runSeconds : 0)",
        "-threads", "2",
      ]
      guard try spawn(arguments), let bytes = Self.peak(in: FileTree.text(export)) else {
        return nil
      }
      peak = max(peak, bytes)
    }
    return peak
  }

  private static func peak(in report: String?) -> Int? {
    let line = report?.split(separator: "\n").first { $0.contains("PeakResidentMemory(bytes)") }
    return line?.split(separator: " ").last.flatMap { Int($0) }
  }

  /// Runs a program to its end; says whether it ended well.
  private func spawn(_ arguments: [String]) throws -> Bool {
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
      return false
    }
    var status: Int32 = 0
    return waitpid(process, &status, 0) == process && status == 0
  }
}
