// SPDX-License-Identifier: Apache-2.0

extension History {
  /// Reads a history file: one event a line, as JSON.
  ///
  /// Blank lines are passed over, and so are fields with other names.
  ///
  /// - Parameter jsonLines: The file.
  /// - Throws: `HistoryError` with the first line that breaks a rule.
  /// - Complexity: O(*n*) in the size of the file.
  public init(jsonLines: [UInt8]) throws(HistoryError) {
    var reader = EventReader(jsonLines)
    self = try reader.read()
  }

  /// Reads a history file from a string.
  ///
  /// - Parameter jsonLines: The file.
  /// - Throws: `HistoryError` with the first line that breaks a rule.
  public init(jsonLines: String) throws(HistoryError) {
    try self.init(jsonLines: Array(jsonLines.utf8))
  }
}

/// Reads events.
private struct EventReader {
  private enum Field: String {
    case process, type, time, value
  }

  private var json: JSONLineReader
  private var builder = HistoryBuilder()
  private var process: Int?
  private var kind: HistoryEvent.Kind?
  private var time: Int?
  private var hasValue = false

  init(_ bytes: [UInt8]) {
    json = JSONLineReader(bytes)
  }

  mutating func read() throws(HistoryError) -> History {
    while json.nextLine() {
      builder.beginLine()
      if !json.isAtEnd() { try readEvent() }
    }
    return try builder.finish()
  }

  private mutating func readEvent() throws(HistoryError) {
    (process, kind, time, hasValue) = (nil, nil, nil, false)
    if !json.pass("{") { throw json.error("no JSON object") }
    if !json.pass("}") {
      repeat { try readField() } while json.pass(",")
      try json.expect("}")
    }
    if !json.isAtEnd() { throw json.error("more than one JSON object") }
    guard let process else { throw json.error("no \"process\"") }
    guard let kind else { throw json.error("no \"type\"") }
    guard let time else { throw json.error("no \"time\"") }
    if !hasValue, kind == .invoke || kind == .ok { throw json.error("no \"value\"") }
    try builder.endLine(process: process, kind: kind, time: time)
  }

  private mutating func readField() throws(HistoryError) {
    let name = try json.string("a field's name")
    try json.expect(":")
    guard let field = Field(rawValue: name) else { return try json.skipValue() }
    let isKnown =
      switch field {
      case .process: process != nil
      case .type: kind != nil
      case .time: time != nil
      case .value: hasValue
      }
    if isKnown { throw json.error("\"\(name)\" twice") }
    switch field {
    case .process: process = try json.integer("\"process\"")
    case .time: time = try json.integer("\"time\"")
    case .type:
      let type = try json.string("\"type\"")
      kind = HistoryEvent.Kind(rawValue: type)
      if kind == nil { throw json.error("unknown type \(JSONText.quoted(type))") }
    case .value:
      hasValue = !json.passNull()
      if hasValue { try readSteps() }
    }
  }

  private mutating func readSteps() throws(HistoryError) {
    if !json.pass("[") { throw json.error("\"value\" is no array") }
    if json.pass("]") { return }
    repeat { try readStep() } while json.pass(",")
    try json.expect("]")
  }

  private mutating func readStep() throws(HistoryError) {
    if !json.pass("[") { throw json.error("a micro-operation is an array of three") }
    let name = try json.string("a micro-operation's name")
    try json.expect(",")
    let key = try scalar("a key")
    try json.expect(",")
    switch name {
    case "append": builder.addStep(.append, key, try scalar("an element"))
    case "w": builder.addStep(.write, key, try scalar("a value"))
    case "insert": builder.addStep(.insert, key, try scalar("an id"))
    case "delete": builder.addStep(.delete, key, try scalar("an id"))
    case "r": try readRead(key)
    case "scan":
      if json.passNull() {
        builder.addStep(.scan, key, History.none)
      } else {
        try readList(.scan, key)
      }
    default: throw json.error("unknown micro-operation \(JSONText.quoted(name))")
    }
    try json.expect("]")
  }

  private mutating func readRead(_ key: Int32) throws(HistoryError) {
    if json.passNull() {
      builder.addStep(.read, key, History.none)
    } else if json.peek() == UInt8(ascii: "[") {
      try readList(.read, key)
    } else {
      builder.addStep(.read, key, try scalar("a value"))
    }
  }

  private mutating func readList(
    _ function: History.Function, _ key: Int32
  ) throws(HistoryError) {
    if !json.pass("[") { throw json.error("what was read is no array and not null") }
    let start = builder.elementCount
    if !json.pass("]") {
      repeat { builder.addElement(try scalar("an element")) } while json.pass(",")
      try json.expect("]")
    }
    builder.addStep(function, key, from: start)
  }

  private mutating func scalar(_ what: String) throws(HistoryError) -> Int32 {
    if json.peek() == UInt8(ascii: "\"") { return builder.name(.string(try json.string(what))) }
    return builder.name(try json.integer(what))
  }
}
