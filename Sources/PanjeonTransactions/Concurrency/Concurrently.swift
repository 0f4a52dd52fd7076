// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Does something with each of many items, some of them at once.
///
/// - Parameters:
///   - items: The items.
///   - limit: How many at once at the most.
///   - body: What is done.
/// - Returns: What came of each, in the order of the items.
func concurrently<Item: Sendable, Output: Sendable>(
  _ items: [Item], atMost limit: Int, _ body: @escaping @Sendable (Item) async -> Output
) async -> [Output] {
  if items.count <= 1 {
    guard let item = items.first else { return [] }
    return [await body(item)]
  }
  return await withTaskGroup(of: (Int, Output).self) { group in
    var outputs = [Output?](repeating: nil, count: items.count)
    var begun = 0
    func begin() {
      if begun >= items.count { return }
      let (index, item) = (begun, items[begun])
      group.addTask { (index, await body(item)) }
      begun += 1
    }
    for _ in 0..<max(1, min(limit, items.count)) { begin() }
    for await (index, output) in group {
      outputs[index] = output
      begin()
    }
    return outputs.compactMap { $0 }
  }
}

extension Result where Failure == StoreError {
  /// What an asynchronous call returns or throws.
  init(catching body: () async throws(StoreError) -> Success) async {
    do throws(StoreError) {
      self = .success(try await body())
    } catch {
      self = .failure(error)
    }
  }
}

extension WideColumnStore {
  /// Makes conditional changes of single rows at once: one call for each table where the store takes many in one.
  ///
  /// - Parameters:
  ///   - changes: The changes, each of another row.
  ///   - durability: What they survive once they are answered.
  ///   - limit: How many calls at once at the most.
  /// - Returns: For each, whether its conditions held, or its error.
  func makeChanges(
    _ changes: [BatchOperation], durability: Durability, atMost limit: Int
  ) async -> [Result<Bool, StoreError>] {
    guard changes.count > 1, let batches = self as? any BatchStore else {
      return await concurrently(changes, atMost: limit) { change in
        await Result { () async throws(StoreError) in
          try await self.checkAndMutate(change.operation, in: change.table, durability: durability)
        }
      }
    }
    let tables = Dictionary(grouping: changes.indices) { changes[$0].table }
      .sorted { $0.key < $1.key }
    let answers = await concurrently(tables, atMost: limit) { table, places in
      await batches.checkAndMutate(
        batch: places.map { changes[$0].operation }, in: table, durability: durability)
    }
    var results = [Result<Bool, StoreError>](repeating: .success(false), count: changes.count)
    for ((_, places), answers) in zip(tables, answers) {
      for (place, answer) in zip(places, answers) { results[place] = answer }
    }
    return results
  }

  /// Reads the headers of rows at once.
  ///
  /// Throws the error of the first that could not be read.
  func headers(
    of names: [TransactionRow], atMost limit: Int
  ) async throws(StoreError) -> [Bytes?] {
    let results = await concurrently(names, atMost: limit) { name in
      await Result { () async throws(StoreError) in try await self.header(of: name) }
    }
    var headers: [Bytes?] = []
    for result in results { headers.append(try result.get()) }
    return headers
  }
}
