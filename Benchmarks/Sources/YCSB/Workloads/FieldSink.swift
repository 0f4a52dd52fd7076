// SPDX-License-Identifier: Apache-2.0

/// Takes what reads return: looks at each value as a client would, and checks it if it is told to.
package final class FieldSink {
  package private(set) var recordCount = 0
  package private(set) var fieldCount = 0
  package private(set) var byteCount = 0
  package private(set) var isWrong = false
  /// So that reading is not optimised away.
  package private(set) var digest: UInt64 = 0
  private let names: [String]?
  private var key: [UInt8] = []

  /// With `names`, the fields' names, values are compared with what `dataintegrity` expects.
  package init(checking names: [String]? = nil) {
    self.names = names
  }

  package func reset() {
    recordCount = 0
    fieldCount = 0
    byteCount = 0
    isWrong = false
  }

  /// Says whose fields follow.
  package func begin(_ key: UnsafeRawBufferPointer) {
    recordCount += 1
    guard names != nil else { return }
    self.key.removeAll(keepingCapacity: true)
    self.key.append(contentsOf: key)
  }

  package func take(field: Int, _ value: UnsafeRawBufferPointer) {
    fieldCount += 1
    byteCount += value.count
    if !value.isEmpty {
      digest = digest &* 31 &+ UInt64(value[0]) &+ UInt64(value[value.count - 1])
    }
    guard let names else { return }
    let expected = RecordContents.deterministic(
      key: key, field: names[field], count: value.count)
    if !value.elementsEqual(expected) { isWrong = true }
  }
}
