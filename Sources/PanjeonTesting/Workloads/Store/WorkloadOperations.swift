// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTransactions
internal import WideColumn

/// Does micro-operations in a store.
struct WorkloadOperations: Sendable {
  let rangeLayout: RangeLayout

  private static let list = Bytes(utf8: "list")
  private static let value = Bytes(utf8: "value")
  private static let id = Bytes(utf8: "id")
  private static let sum = Bytes(utf8: "sum")

  /// Does an operation in a transaction; returns it with what was read.
  ///
  /// Throws as the transaction does, and `WorkloadError` for what no workload has written.
  func perform<Store: AtomicBatchStore>(
    _ operation: MicroOperation, in transaction: inout Transaction<Store>
  ) async throws -> MicroOperation {
    switch operation {
    case .read(let key, _):
      let name = WorkloadTables.row("key", of: key)
      let row = try await transaction.get(Get(name.row), in: name.table)
      return .read(key, try contents(of: key, row))
    case .scan(let range, _):
      guard rangeLayout == .rows else {
        let name = wideRow(of: range)
        let row = try await transaction.get(Get(name.row), in: name.table)
        return .scan(range, try ids(of: range, inRow: row))
      }
      let prefix = WorkloadTables.rangeRow(of: range)
      var cursor = try await transaction.scan(Scan(.prefix(prefix.row)), in: prefix.table)
      var ids: [Scalar] = []
      while let row = try await transaction.next(&cursor) {
        ids.append(try id(of: row.row, behind: prefix.row))
      }
      return .scan(range, ids)
    case .append(let key, let element):
      try await append(try number(element), to: key, in: &transaction)
    case .write, .insert, .delete:
      let (table, mutations) = try mutations(operation)
      try transaction.mutate(mutations, in: table)
    }
    return operation
  }

  /// Does a read at a snapshot.
  func perform<Store: SnapshotStore>(
    _ operation: MicroOperation, at snapshot: SnapshotTransaction<Store>
  ) async throws -> MicroOperation {
    switch operation {
    case .read(let key, _):
      let name = WorkloadTables.row("key", of: key)
      return .read(
        key, try contents(of: key, try await snapshot.get(Get(name.row), in: name.table)))
    case .scan(let range, _):
      guard rangeLayout == .rows else {
        let name = wideRow(of: range)
        let row = try await snapshot.get(Get(name.row), in: name.table)
        return .scan(range, try ids(of: range, inRow: row))
      }
      let prefix = WorkloadTables.rangeRow(of: range)
      var cursor = try await snapshot.scan(Scan(.prefix(prefix.row)), in: prefix.table)
      var ids: [Scalar] = []
      while let row = try await cursor.next() {
        ids.append(try id(of: row.row, behind: prefix.row))
      }
      return .scan(range, ids)
    case .append, .write, .insert, .delete:
      throw WorkloadError("\(operation) in a transaction that only reads")
    }
  }

  /// Appends without reading to every other list, and by a read and a write to those between.
  private func append<Store: AtomicBatchStore>(
    _ element: Int64, to key: Scalar, in transaction: inout Transaction<Store>
  ) async throws {
    let name = WorkloadTables.row("key", of: key)
    if case .int(let number) = key, number % 2 == 0 {
      var append = Append(name.row)
      append.add(family: WorkloadTables.family, qualifier: Self.list, element.counterValue)
      try transaction.append(append, in: name.table)
      return
    }
    let row = try await transaction.get(Get(name.row), in: name.table)
    let before = row?.value(family: WorkloadTables.family, qualifier: Self.list) ?? Bytes()
    var put = Put(name.row)
    put.add(
      family: WorkloadTables.family, qualifier: Self.list,
      value: Bytes(Array(before) + Array(element.counterValue)))
    try transaction.put(put, in: name.table)
  }

  private func mutations(_ operation: MicroOperation) throws -> (String, RowMutations) {
    switch operation {
    case .write(let key, let value):
      let name = WorkloadTables.row("key", of: key)
      return (name.table, put(Self.value, Bytes(utf8: WorkloadTables.encode(value)), to: name))
    case .insert(let range, let id):
      switch rangeLayout {
      case .rows:
        let name = WorkloadTables.rangeRow(of: range, id: id)
        return (name.table, put(Self.id, Bytes(), to: name))
      case .columns:
        let name = wideRow(of: range)
        return (name.table, put(Bytes(utf8: WorkloadTables.encode(id)), Bytes(), to: name))
      case .counter:
        let (name, power) = (wideRow(of: range), try power(id))
        var increment = Increment(name.row)
        increment.add(family: WorkloadTables.family, qualifier: Self.sum, by: power)
        return (name.table, increment.rowMutations)
      }
    case .delete(let range, let id) where rangeLayout == .rows:
      let name = WorkloadTables.rangeRow(of: range, id: id)
      return (name.table, RowMutations(name.row, [.deleteRow(upTo: nil)]))
    default: throw WorkloadError("no workload does \(operation)")
    }
  }

  private func put(_ qualifier: Bytes, _ value: Bytes, to name: TransactionRow) -> RowMutations {
    var mutations = RowMutations(name.row)
    mutations.put(family: WorkloadTables.family, qualifier: qualifier, value: value)
    return mutations
  }

  private func wideRow(of range: Scalar) -> TransactionRow {
    WorkloadTables.row(rangeLayout == .counter ? "counter" : "set", of: range)
  }
}

// What was read.
extension WorkloadOperations {
  private func contents(of key: Scalar, _ row: RowResult?) throws -> MicroOperation.ReadResult? {
    guard let row else { return nil }
    if let list = row.value(family: WorkloadTables.family, qualifier: Self.list) {
      guard list.count % 8 == 0 else {
        throw WorkloadError("the list of key \(key) has \(list.count) bytes")
      }
      let elements = stride(from: 0, to: list.count, by: 8).map { start in
        Int64(counterValue: list[start..<start + 8]) ?? 0
      }
      return .list(elements.map { .int(Int($0)) })
    }
    let value = row.value(family: WorkloadTables.family, qualifier: Self.value)
    guard let text = value?.utf8String, let scalar = WorkloadTables.decode(text) else {
      throw WorkloadError("the row of key \(key) holds no value")
    }
    return .register(scalar)
  }

  private func ids(of range: Scalar, inRow row: RowResult?) throws -> [Scalar] {
    guard let row else { return [] }
    if rangeLayout == .counter {
      let sum = row.value(family: WorkloadTables.family, qualifier: Self.sum)
      guard let sum, let number = Int64(counterValue: sum), number > 0 else {
        throw WorkloadError("counter \(range) holds no positive number")
      }
      return (0..<32).flatMap { place in
        [Scalar](repeating: .int(place), count: Int(number >> (2 * Int64(place)) & 3))
      }
    }
    return try row.map { cell in
      guard let text = cell.column.qualifier.utf8String, let id = WorkloadTables.decode(text) else {
        throw WorkloadError("set \(range) has a column of another name")
      }
      return id
    }
  }

  private func id(of row: RowKey, behind prefix: RowKey) throws -> Scalar {
    guard row.count > prefix.count, let text = row[prefix.count..<row.count].utf8String,
      let id = WorkloadTables.decode(text)
    else { throw WorkloadError("row '\(row)' is not of an id") }
    return id
  }

  private func number(_ scalar: Scalar) throws -> Int64 {
    guard case .int(let value) = scalar else { throw WorkloadError("\(scalar) is no integer") }
    return Int64(value)
  }

  /// What an id adds to its counter.
  private func power(_ id: Scalar) throws -> Int64 {
    guard case .int(let place) = id, (0...30).contains(place) else {
      throw WorkloadError("a counter has no id \(id)")
    }
    return 1 << Int64(2 * place)
  }
}
