// SPDX-License-Identifier: Apache-2.0

extension CodingKey {
  /// The number under which the field is stored, or nil if it is stored under its name.
  ///
  /// The keys of a dictionary of strings say of `"01"` that it is the integer 1, as they say of `"1"`: only the shortest
  /// form of a number is stored as one. (Such keys hold a string; enums, which are small, need no look at their names.)
  var fieldNumber: Int? {
    guard let number = intValue else { return nil }
    if MemoryLayout<Self>.size <= MemoryLayout<Int>.size { return number }
    let name = stringValue
    return name == String(number) || Int(name) == nil ? number : nil
  }

  /// Creates the key that is stored at `offset`, if this type knows it.
  init?(stored bytes: [UInt8], at offset: Int) {
    let head = bytes.itemHead(at: offset)
    switch head.kind {
    case .unsigned:
      guard let number = Int(exactly: head.argument) else { return nil }
      self.init(intValue: number)
    case .negative:
      guard let number = Int(exactly: head.argument) else { return nil }
      self.init(intValue: ~number)
    case .text:
      self.init(stringValue: bytes.text(of: head))
    case .bytes, .array, .map, .tag, .simple:
      return nil
    }
  }
}

extension [UInt8] {
  /// The text of an item that was checked.
  func text(of head: ItemHead) -> String {
    String(decoding: self[head.end..<(head.end + head.count)], as: UTF8.self)
  }

  /// Whether one of `types` knows the key at `offset`.
  func isKnownKey(at offset: Int, to types: [any CodingKey.Type]) -> Bool {
    for type in types where type.init(stored: self, at: offset) != nil { return true }
    return false
  }
}

/// The place of an element in an array.
struct IndexKey: CodingKey {
  let index: Int

  init(_ index: Int) {
    self.index = index
  }

  init?(stringValue: String) { nil }
  init?(intValue: Int) { self.init(intValue) }

  var stringValue: String { "Index \(index)" }
  var intValue: Int? { index }
}

/// The key of a superclass's fields.
struct SuperKey: CodingKey {
  init() {}
  init?(stringValue: String) {
    if stringValue != "super" { return nil }
  }
  init?(intValue: Int) { nil }

  var stringValue: String { "super" }
  var intValue: Int? { nil }
}

/// Types whose elements come in any order: they are stored in the order of their bytes.
protocol UnorderedElements {
  /// How many elements of the array belong together: a key and a value, or one.
  static var strideInArray: Int { get }
}

extension Set: UnorderedElements {
  static var strideInArray: Int { 1 }
}

extension Dictionary: UnorderedElements {
  static var strideInArray: Int { 2 }
}
