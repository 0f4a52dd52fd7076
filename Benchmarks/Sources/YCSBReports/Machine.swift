// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// The machine that a report was made on.
package struct Machine: Codable, Sendable {
  package var system: String
  package var processor: String
  package var cores: Int
  package var memoryBytes: UInt64
  package var date: String

  private enum CodingKeys: String, CodingKey {
    case system, processor, cores
    case memoryBytes = "memory_bytes"
    case date
  }

  package static func this() -> Machine {
    let information = ProcessInfo.processInfo
    let processor = field("model name", in: text("/proc/cpuinfo") ?? "") ?? "unknown"
    let formatter = ISO8601DateFormatter()
    return Machine(
      system: information.operatingSystemVersionString, processor: processor,
      cores: information.activeProcessorCount, memoryBytes: information.physicalMemory,
      date: formatter.string(from: Date()))
  }

  fileprivate static func text(_ path: String) -> String? {
    // Files under /proc have no size to go by.
    guard let file = FileHandle(forReadingAtPath: path) else { return nil }
    defer { try? file.close() }
    return (try? file.readToEnd()).flatMap { String(data: $0, encoding: .utf8) }
  }

  fileprivate static func field(_ name: String, in text: String) -> String? {
    for line in text.split(separator: "\n") where line.hasPrefix(name) {
      guard let colon = line.firstIndex(of: ":") else { continue }
      return line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }
    return nil
  }
}

/// What the kernel counts of this process and of all of them.
struct KernelCounts {
  /// Bytes that this process has handed to write calls.
  var writtenBytes: UInt64 = 0
  /// Seconds that all processes have kept processors busy.
  var busySeconds = 0.0

  static func now() -> KernelCounts {
    var counts = KernelCounts()
    let io = Machine.text("/proc/self/io") ?? ""
    counts.writtenBytes = Machine.field("wchar", in: io).flatMap { UInt64($0) } ?? 0
    if let line = Machine.text("/proc/stat")?.split(separator: "\n").first {
      let ticks = line.split(separator: " ").dropFirst().compactMap { Double($0) }
      // user nice system idle iowait irq softirq steal
      for (index, tick) in ticks.prefix(8).enumerated() where index != 3 && index != 4 {
        counts.busySeconds += tick / 100
      }
    }
    return counts
  }
}
