// SPDX-License-Identifier: Apache-2.0

/// Finds the one write of a value to a key.
package struct WriteIndex: Sendable {
  private typealias Key = UInt64

  /// Every write.
  package private(set) var all: [History.Write] = []
  private var values: [Key: Int32] = [:]
  private var inserts: [Key: Int32] = [:]
  private var deletes: [Key: Int32] = [:]

  /// The append or write of a value to a key.
  package func write(key: Int32, value: Int32) -> History.Write? {
    values[Self.key(key, value)].map { all[Int($0)] }
  }

  /// The insert of an id into a range.
  package func insert(range: Int32, id: Int32) -> History.Write? {
    inserts[Self.key(range, id)].map { all[Int($0)] }
  }

  /// The delete of an id from a range.
  package func delete(range: Int32, id: Int32) -> History.Write? {
    deletes[Self.key(range, id)].map { all[Int($0)] }
  }

  /// Adds a write; returns the one that has its place already, if there is one.
  mutating func add(
    _ write: History.Write, _ step: History.Step
  ) -> (index: Int, previous: History.Write?) {
    let key = Self.key(step.key, step.value)
    let index = Int32(all.count)
    let previous =
      switch step.function {
      case .insert: inserts.updateValue(index, forKey: key)
      case .delete: deletes.updateValue(index, forKey: key)
      default: values.updateValue(index, forKey: key)
      }
    all.append(write)
    return (Int(index), previous.map { all[Int($0)] })
  }

  /// Notes that a write's transaction writes the key again.
  mutating func makeIntermediate(_ index: Int) {
    all[index].isFinal = false
  }

  private static func key(_ key: Int32, _ value: Int32) -> Key {
    UInt64(UInt32(bitPattern: key)) << 32 | UInt64(UInt32(bitPattern: value))
  }
}
