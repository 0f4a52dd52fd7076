// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Finds for the elements of an array what was stored of them, so that they keep fields that nobody knows.
///
/// An element was encoded once without. Encoded again beside the stored element that it was, it becomes that element,
/// byte for byte: the rest of the record is what the program knows, and that is equal.
struct ElementMatching {
  private let state: EncodingState
  private let elements: [EncodingLevel.Element]
  private let stored: StoredRecord
  private let storedItems: [Int]
  private let stride: Int?
  private var isUsed: [Bool]
  /// Where the first stored element is that is not used.
  private var unused = 0
  /// The stored elements that have a plain field, by its key and value.
  private var placesByField: [Bytes: [Int]]?

  init(
    state: EncodingState, _ elements: [EncodingLevel.Element], stored: StoredRecord,
    at item: Int, stride: Int?
  ) {
    self.state = state
    self.elements = elements
    self.stored = stored
    self.stride = stride
    storedItems = stored.elements(ofItemAt: item)
    isUsed = storedItems.map { _ in false }
  }

  /// The elements that become others.
  mutating func replacements() throws -> [EncodingState.Replacement] {
    guard storedItems.contains(where: { stored.isContainer(at: $0) }) else { return [] }
    if stride == 2 { return try replacementsByKey() }
    var replacements: [EncodingState.Replacement] = []
    var unmatched: [Int] = []
    for index in elements.indices where canTakeOver(index) {
      if let place = try findEqual(to: index) {
        use(place)
        if !isEqual(range(of: index), place) {
          replacements.append(Self.replacement(range(of: index), bytes(of: storedRange(place))))
        }
      } else {
        unmatched.append(index)
      }
    }
    // Elements of a set have no position.
    guard stride == nil, elements.count == storedItems.count else { return replacements }
    let places = storedItems.indices.filter {
      !isUsed[$0] && stored.isContainer(at: storedItems[$0])
    }
    guard places.count == unmatched.count else { return replacements }
    for (index, place) in zip(unmatched, places) {
      guard let bytes = try encode(index, beside: place) else { continue }
      replacements.append(Self.replacement(range(of: index), bytes))
    }
    return replacements
  }

  /// The values of a dictionary whose keys are elements, too.
  private func replacementsByKey() throws -> [EncodingState.Replacement] {
    var places: [Bytes: Int] = [:]
    for place in Swift.stride(from: 1, to: storedItems.count, by: 2) {
      places[Bytes(bytes(of: storedRange(place - 1)))] = place
    }
    var replacements: [EncodingState.Replacement] = []
    for index in Swift.stride(from: 1, to: elements.count, by: 2) where canTakeOver(index) {
      guard let place = places[Bytes(Array(state.bytes[range(of: index - 1)]))],
        let bytes = try encode(index, beside: place)
      else { continue }
      replacements.append(Self.replacement(range(of: index), bytes))
    }
    return replacements
  }

  /// The first stored element not yet used that equals a new one apart from fields nobody knows.
  private mutating func findEqual(to index: Int) throws -> Int? {
    while unused < isUsed.count, isUsed[unused] { unused += 1 }
    if unused < isUsed.count, isEqual(range(of: index), unused) { return unused }
    var tried = 0
    for place in candidates(for: index) where !isUsed[place] {
      if isEqual(range(of: index), place) { return place }
      if tried == RecordLimits.candidatesMax || stored.attemptsLeft == 0 { return nil }
      tried += 1
      stored.attemptsLeft -= 1
      if let bytes = try encode(index, beside: place), bytes == self.bytes(of: storedRange(place)) {
        return place
      }
    }
    return nil
  }

  /// The stored elements that have the rarest plain field of a new one: no others can be equal to it.
  private mutating func candidates(for index: Int) -> [Int] {
    let kind = state.bytes.itemHead(at: range(of: index).lowerBound).kind
    let places = placesByField ?? indexFields()
    placesByField = places
    var fewest: [Int]?
    for field in Self.plainFields(of: state.bytes, at: range(of: index).lowerBound) {
      let found = places[Bytes(Array(state.bytes[field]))] ?? []
      if found.count < fewest?.count ?? .max { fewest = found }
    }
    return fewest ?? storedItems.indices.filter { stored.kind(at: storedItems[$0]) == kind }
  }

  private func indexFields() -> [Bytes: [Int]] {
    var places: [Bytes: [Int]] = [:]
    for (place, item) in storedItems.enumerated() {
      for field in Self.plainFields(of: stored.bytes, at: item) {
        let bytes = Bytes(sharing: stored.bytes, from: field.lowerBound, to: field.upperBound)
        places[bytes, default: []].append(place)
      }
    }
    return places
  }

  /// The keys and values of a map's fields that are neither maps nor arrays.
  private static func plainFields(of bytes: [UInt8], at item: Int) -> [Range<Int>] {
    let head = bytes.itemHead(at: item)
    guard head.kind == .map else { return [] }
    var fields: [Range<Int>] = []
    var offset = head.end
    for _ in 0..<head.count {
      let start = offset
      let value = bytes.itemEnd(at: start)
      let kind = bytes.itemHead(at: value).kind
      offset = bytes.itemEnd(at: value)
      if kind != .map, kind != .array { fields.append(start..<offset) }
    }
    return fields
  }

  /// Encodes an element again, beside a stored one; nil if they are not of one kind.
  private func encode(_ index: Int, beside place: Int) throws -> [UInt8]? {
    let item = storedItems[place]
    guard let value = elements[index].value,
      stored.kind(at: item) == state.bytes.itemHead(at: range(of: index).lowerBound).kind
    else { return nil }
    return try state.makeState(storedItem: item, key: IndexKey(index)).encodeItem(value)
  }

  private mutating func use(_ place: Int) {
    isUsed[place] = true
  }

  private func canTakeOver(_ index: Int) -> Bool {
    guard elements[index].value != nil else { return false }
    let kind = state.bytes.itemHead(at: range(of: index).lowerBound).kind
    return kind == .map || kind == .array
  }

  private func range(of index: Int) -> Range<Int> {
    let end = index + 1 < elements.count ? elements[index + 1].start : state.bytes.count
    return elements[index].start..<end
  }

  private func storedRange(_ place: Int) -> Range<Int> {
    let end =
      place + 1 < storedItems.count
      ? storedItems[place + 1] : stored.bytes.itemEnd(at: storedItems[place])
    return storedItems[place]..<end
  }

  private func bytes(of range: Range<Int>) -> [UInt8] {
    Array(stored.bytes[range])
  }

  private func isEqual(_ range: Range<Int>, _ place: Int) -> Bool {
    state.bytes.compare(range, with: stored.bytes, storedRange(place)) == 0
  }

  private static func replacement(
    _ range: Range<Int>, _ bytes: [UInt8]
  ) -> EncodingState.Replacement {
    EncodingState.Replacement(range: range, bytes: bytes)
  }
}
