// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// A time in which a device answers nobody.
public struct DeviceStall: Hashable, Sendable {
  /// The file or directory that stalls, with all that is below it.
  public var path: String

  /// When it begins, counted from the beginning of the schedule.
  public var begin: Duration

  /// How long it takes.
  public var duration: Duration

  /// Describes a stall.
  ///
  /// - Parameters:
  ///   - path: The file or directory that stalls, with all that is below it.
  ///   - begin: When it begins, counted from the beginning of the schedule.
  ///   - duration: How long it takes.
  public init(_ path: String, from begin: Duration, lasting duration: Duration) {
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    self.begin = begin
    self.duration = duration
  }

  /// When it has ended.
  public var end: Duration { begin + duration }

  func holdsUp(_ other: String) -> Bool {
    guard other.hasPrefix(path) else { return false }
    return path == "/" || other.utf8.count == path.utf8.count
      || other.utf8.dropFirst(path.utf8.count).first == UInt8(ascii: "/")
  }
}

/// When which devices stall; what a ``StallingFileSystem`` follows.
public struct StallSchedule: Hashable, Sendable {
  /// The stalls, in any order; those of one device may overlap.
  public var stalls: [DeviceStall]

  /// Lists stalls; by default none.
  public init(_ stalls: [DeviceStall] = []) {
    self.stalls = stalls
  }

  /// Draws stalls of devices that know nothing of each other.
  ///
  /// Those of one device begin half to one and a half `interval` after one another, and never touch: a quarter of a stall at
  /// least lies between them. Each has ended before `length` is over. What one device does is the same whichever others follow it.
  ///
  /// - Parameters:
  ///   - paths: The devices.
  ///   - length: How long the schedule is.
  ///   - interval: The mean time from the beginning of a stall to that of the next.
  ///   - duration: How long each takes.
  ///   - seed: The seed of every random choice.
  public init(
    of paths: [String], for length: Duration, every interval: Duration, lasting duration: Duration,
    seed: UInt64
  ) {
    stalls = []
    guard duration > .zero else { return }
    for (number, path) in paths.enumerated() {
      var random = SplitMix64(seed: seed &+ UInt64(number + 1) &* 0x9E37_79B9_7F4A_7C15)
      let first = max(.zero, min(interval, length - duration))
      var begin = first * Double.random(in: 0...1, using: &random)
      while begin + duration <= length {
        stalls.append(DeviceStall(path, from: begin, lasting: duration))
        let step = interval * Double.random(in: 0.5...1.5, using: &random)
        begin += max(step, duration * 1.25)
      }
    }
  }

  /// The stalls that had begun after some time, and how long they had taken by then in all.
  public func begun(by elapsed: Duration) -> (count: Int, total: Duration) {
    let begun = stalls.filter { $0.begin < elapsed }
    return (begun.count, begun.reduce(.zero) { $0 + min($1.end, elapsed) - $1.begin })
  }

  /// Whether a file or directory stalls at some time of the schedule.
  public func isStalled(_ path: String, at time: Duration) -> Bool {
    stalls.contains { $0.begin <= time && time < $0.end && $0.holdsUp(path) }
  }
}
