// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// One growing buffer, and the values that are being encoded into it, each within the one before.
///
/// A value that is encoded by a call of its container (`encode(_:forKey:)`) is written in its place. Containers that live
/// on beside others (`nestedContainer`, `superEncoder`) have a state of their own, whose bytes are put in when the value
/// around them is complete.
final class EncodingState {
  var bytes: [UInt8] {
    get { unsafe uncheckedBytes }
    _modify { yield unsafe &uncheckedBytes }
  }

  /// The innermost value.
  var level: EncodingLevel {
    get { unsafe uncheckedLevel }
    _modify { yield unsafe &uncheckedLevel }
  }

  // The runtime's checks for exclusive access took half of the time. No access lasts beyond a statement that calls
  // neither a value's code nor anything else here that has access, and an encoding is in one task.
  @exclusivity(unchecked) private var uncheckedBytes: [UInt8] = []
  @exclusivity(unchecked) private var uncheckedLevel: EncodingLevel
  /// The values around it.
  private var outer: [EncodingLevel] = []
  private var idLast = 0
  let stored: StoredRecord?
  let userInfo: [CodingUserInfoKey: any Sendable]
  private let outerPath: [any CodingKey]
  /// The first misuse of a container: those functions that make one cannot throw.
  private var failure: EncodingError?

  /// Creates a buffer for one item.
  init(
    stored: StoredRecord?, at storedItem: Int?, userInfo: [CodingUserInfoKey: any Sendable],
    path: [any CodingKey] = [], nesting: Int = 0
  ) {
    self.stored = stored
    self.userInfo = userInfo
    outerPath = path
    unsafe uncheckedLevel = EncodingLevel(
      id: 0, start: 0, nesting: nesting, key: nil, type: nil, stored: storedItem)
  }

  /// Returns a state for an item within this level.
  func makeState(storedItem: Int?, key: (any CodingKey)?) -> EncodingState {
    EncodingState(
      stored: stored, at: storedItem, userInfo: userInfo,
      path: path(to: level.id) + (key.map { [$0] } ?? []), nesting: level.nestingInside)
  }

  /// The keys that lead to a level.
  func path(to id: Int) -> [any CodingKey] {
    outerPath + (outer + [level]).filter { $0.id <= id }.compactMap(\.key)
  }

  /// Encodes the value that is the whole item, and returns its bytes.
  func encodeItem(_ value: some Encodable) throws -> [UInt8] {
    if try encodeAtOnce(value) { return bytes }
    level = EncodingLevel(
      id: 0, start: 0, nesting: level.nesting, key: nil, type: type(of: value),
      stored: level.stored)
    try value.encode(to: LevelEncoder(state: self, id: 0))
    try close(value)
    return bytes
  }

  /// Encodes a value within the innermost one.
  func encode(_ value: some Encodable, key: (any CodingKey)?, stored: Int?) throws {
    if try encodeAtOnce(value) { return }
    let depth = outer.count
    let start = bytes.count
    outer.append(level)
    idLast += 1
    level = EncodingLevel(
      id: idLast, start: start, nesting: outer[depth].nestingInside, key: key,
      type: type(of: value), stored: stored)
    do {
      try value.encode(to: LevelEncoder(state: self, id: level.id))
      try close(value)
    } catch {
      // Who catches the error may go on with the container around.
      level = outer[depth]
      outer.removeSubrange(depth...)
      bytes.removeSubrange(start...)
      throw error
    }
    level = outer.removeLast()
  }

  /// Encodes values of types that have an item of their own; returns false for others.
  private func encodeAtOnce<Value: Encodable>(_ value: Value) throws -> Bool {
    // A cast of bits is sound where the types are the same.
    if Value.self == Bytes.self {
      bytes.appendByteString(unsafe unsafeBitCast(value, to: Bytes.self))
    } else if Value.self == String.self {
      bytes.appendText(unsafe unsafeBitCast(value, to: String.self))
    } else if Value.self == Int.self {
      bytes.appendInteger(unsafe unsafeBitCast(value, to: Int.self))
    } else if Value.self == [UInt8].self {
      bytes.appendByteString(unsafe unsafeBitCast(value, to: [UInt8].self))
    } else if Value.self == UnknownFields.self {
      unsafe unsafeBitCast(value, to: UnknownFields.self).appendMap(to: &bytes)
    } else if let special = FoundationValue(value) {
      if special.isTagged { try checkNesting() }
      special.append(to: &bytes)
    } else {
      return false
    }
    return true
  }

  /// Throws if there is no room for another container or tag here.
  func checkNesting() throws(EncodingError) {
    if level.nestingInside >= RecordLimits.nestingMax {
      throw error("more than \(RecordLimits.nestingMax) arrays, maps and tags within one another")
    }
  }

  /// Remembers that the containers were misused: the next value that is complete throws.
  func fail(_ description: String) {
    if failure == nil { failure = error(description) }
  }

  func throwFailure() throws(EncodingError) {
    if let failure { throw failure }
  }

  func error(_ description: String) -> EncodingError {
    .invalidValue(
      description,
      EncodingError.Context(codingPath: path(to: level.id), debugDescription: description))
  }

  /// Throws if the value of the level `id` is not the innermost: it has been encoded, or another one within it has not.
  func check(_ id: Int) throws(EncodingError) {
    try throwFailure()
    if level.id != id {
      throw error(
        "a container was written to that another value's encoding had left or not yet ended")
    }
  }

  /// Makes the innermost value a map or an array, if it is not yet.
  func open(_ kind: EncodingLevel.Kind, _ id: Int) {
    guard level.id == id else {
      fail(
        "a container was made of an encoder that another value's encoding had left or not yet ended"
      )
      return
    }
    guard level.kind != kind else { return }
    guard level.kind == .undecided else {
      fail("a value asked for containers of two kinds")
      return
    }
    if level.nesting >= RecordLimits.nestingMax {
      fail("more than \(RecordLimits.nestingMax) arrays, maps and tags within one another")
    }
    level.kind = kind
    // The head; its count is put in at the end.
    bytes.append(0)
    if kind == .array, let stored, let item = level.stored, stored.kind(at: item) == .array {
      level.elements = []
    }
  }
}
