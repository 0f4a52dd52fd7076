// SPDX-License-Identifier: Apache-2.0

public import Panjeon
public import PanjeonTransactions
public import WideColumn

/// The calendars of couples.
///
/// Everything is in the couple's row, so that two changes of one couple's calendar conflict, and the later one is run again. Days have no time zone: which day is today is the caller's to say. An
/// anniversary of a 29th of February is kept on the 28th in years without one (``CivilDate/anniversary(in:)``).
public struct CoupleCalendar<Store: AtomicBatchStore>: Sendable {
  let service: BetweenService<Store>

  /// What an event is to be.
  public struct Draft: Hashable, Sendable {
    /// What it is, at most 4 KiB, and something in it to be seen.
    public var title: String
    /// Its day.
    public var date: CivilDate
    /// Whether it comes again every year.
    public var isYearly: Bool
    /// What is noted beside it, at most 4 KiB.
    public var note: String

    /// Describes an event.
    public init(_ title: String, on date: CivilDate, isYearly: Bool = false, note: String = "") {
      self.title = title
      self.date = date
      self.isYearly = isYearly
      self.note = note
    }

    func validate() throws(BetweenError) {
      try BetweenLimits.checkTitle(title)
      try BetweenLimits.check(note, bytesMax: BetweenLimits.captionBytesMax, "a note")
    }
  }

  /// Puts an event on the calendar, and notifies the partner.
  ///
  /// Reads and writes the couple's row and the partner's. Strictly serializable.
  ///
  /// - Parameters:
  ///   - draft: The event.
  ///   - author: Who puts it there.
  ///   - couple: The couple.
  /// - Returns: The event's key.
  /// - Throws: `tooLong`, `invalidText`, `notPaired`; `tooMany` when the day has ``BetweenLimits/eventsPerDayMax`` already; errors of the transaction.
  @discardableResult
  public func add(
    _ draft: Draft, by author: RandomID, in couple: RandomID
  ) async throws -> Key<Event> {
    try await service.write { try await add(draft, by: author, in: couple, in: &$0) }
  }

  /// Puts an event on the calendar within a transaction; as ``add(_:by:in:)``.
  public func add(
    _ draft: Draft, by author: RandomID, in couple: RandomID,
    in transaction: inout Transaction<Store>
  ) async throws -> Key<Event> {
    try draft.validate()
    let partner = try await service.couples.partner(of: author, in: couple, reader: &transaction)
    try await requireRoom(for: draft, of: couple, &transaction)
    let event = Event(
      author: author, title: draft.title, date: draft.date, isYearly: draft.isYearly,
      note: draft.note, createdAt: service.now)
    let key = try await transaction.insert(event, .event, under: Key(.relationship, couple))
    try await service.notifications.notify(
      partner, .event, from: author, in: couple, about: NotificationSubject(key), &transaction)
    return key
  }

  /// Changes an event; either of the two may.
  ///
  /// Reads and writes the couple's row. Strictly serializable. Throws `tooLong`, `invalidText`, `noSuchObject`, `notPaired`, `tooMany`; errors of the transaction.
  public func change(
    _ id: UInt64, to draft: Draft, by user: RandomID, in couple: RandomID
  ) async throws {
    try draft.validate()
    try await service.write { transaction in
      _ = try await service.couples.partner(of: user, in: couple, reader: &transaction)
      var event = try await event(id, of: couple, in: &transaction)
      if event.date != draft.date || event.isYearly != draft.isYearly {
        try await requireRoom(for: draft, of: couple, &transaction)
      }
      event.title = draft.title
      event.date = draft.date
      event.isYearly = draft.isYearly
      event.note = draft.note
      try await transaction.put(event, at: Self.key(id, of: couple))
    }
  }

  /// Takes an event off the calendar, with its comments; either of the two may.
  ///
  /// Reads and writes the couple's row. Strictly serializable. Throws `noSuchObject`, `notPaired`; errors of the transaction.
  public func delete(_ id: UInt64, by user: RandomID, in couple: RandomID) async throws {
    try await service.write { transaction in
      _ = try await service.couples.partner(of: user, in: couple, reader: &transaction)
      _ = try await event(id, of: couple, in: &transaction)
      try await transaction.deleteSubtree(Self.key(id, of: couple))
    }
  }

  /// Reads an event.
  ///
  /// One read, of the reader's moment. Throws `noSuchObject`; errors of the reader.
  public func event(
    _ id: UInt64, of couple: RandomID, in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> Event {
    guard let event = try await reader.get(Self.key(id, of: couple)) else {
      throw BetweenError(.noSuchObject, "there is no event \(id)")
    }
    return event
  }

  /// Throws `tooMany` when the day has as many as it may have.
  private func requireRoom(
    for draft: Draft, of couple: RandomID, _ transaction: inout Transaction<Store>
  ) async throws {
    let (key, limit) = (Key(.relationship, couple), BetweenLimits.eventsPerDayMax)
    let there =
      draft.isYearly
      ? try await transaction.find(
        Event.byMonthAndDay, of: key, in: .equal(to: draft.date.monthAndDay), limit: limit)
      : try await transaction.find(
        Event.byDate, of: key, in: .equal(to: draft.date), limit: limit)
    guard there.entries.count < limit else {
      throw BetweenError(.tooMany, "there are \(limit) on this day already")
    }
  }

  private static func key(_ id: UInt64, of couple: RandomID) -> Key<Event> {
    Key(Key(.relationship, couple), .event, id)
  }
}
