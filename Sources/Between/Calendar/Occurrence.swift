// SPDX-License-Identifier: Apache-2.0

public import Panjeon

/// An event on a day: of an anniversary one of many.
public struct Occurrence: Hashable, Sendable {
  /// The day.
  public var date: CivilDate
  /// The event.
  public var event: Entry<Event>
  /// Of an anniversary, how many years have gone by; 0 on its first day.
  public var years: Int
}

extension Occurrence {
  /// An anniversary on a day of its.
  init(date: CivilDate, event: Entry<Event>) {
    self.init(date: date, event: event, years: date.year - event.record.date.year)
  }

  /// The order of days, and on a day that of ids.
  static func isBefore(_ left: Occurrence, _ right: Occurrence) -> Bool {
    (left.date, left.event.key.idComponent) < (right.date, right.event.key.idComponent)
  }
}
