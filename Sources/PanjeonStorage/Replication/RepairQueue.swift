// SPDX-License-Identifier: Apache-2.0

/// Repairs that wait, the most urgent first; of equal ones the smallest file's, as so the fewest files are in danger at any
/// time, and then by name.
///
/// It has one entry for each file, and a bound: when it is full the least urgent gives way, and is found again by the next look
/// at all files.
package struct RepairQueue: Sendable {
  package let lengthMax: Int

  /// The most urgent last, where taking it is cheap.
  private var tasks: [RepairTask] = []
  private var byFile: [String: RepairTask] = [:]

  /// - Parameter lengthMax: How many may wait; at least one.
  package init(lengthMax: Int) {
    self.lengthMax = max(1, lengthMax)
  }

  package var count: Int { tasks.count }
  package var isEmpty: Bool { tasks.isEmpty }

  /// The most urgent.
  package var first: RepairTask? { tasks.last }

  /// How many of each priority wait.
  package var counts: [RepairPriority: Int] {
    tasks.reduce(into: [:]) { $0[$1.priority, default: 0] += 1 }
  }

  /// The task of a file.
  package subscript(file: String) -> RepairTask? { byFile[file] }

  /// Puts a task in, in place of the one of the same file.
  ///
  /// - Parameter task: What is to be done.
  /// - Returns: The task that found no room, maybe this one.
  @discardableResult
  package mutating func insert(_ task: RepairTask) -> RepairTask? {
    remove(task.file)
    var outcast: RepairTask?
    if tasks.count >= lengthMax, let least = tasks.first {
      guard Self.precedes(task, least) else { return task }
      remove(least.file)
      outcast = least
    }
    tasks.insert(task, at: index(of: task))
    byFile[task.file] = task
    return outcast
  }

  /// Takes the most urgent out.
  package mutating func popFirst() -> RepairTask? {
    guard let task = tasks.popLast() else { return nil }
    byFile[task.file] = nil
    return task
  }

  /// Takes the task of a file out, if there is one: the file is gone, or all right.
  package mutating func remove(_ file: String) {
    guard let task = byFile.removeValue(forKey: file) else { return }
    tasks.remove(at: index(of: task))
  }

  /// Where a task stands or belongs: behind all that it precedes.
  private func index(of task: RepairTask) -> Int {
    var (low, high) = (0, tasks.count)
    while low < high {
      let middle = (low + high) / 2
      if Self.precedes(task, tasks[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private static func precedes(_ left: RepairTask, _ right: RepairTask) -> Bool {
    (left.priority, left.bytes, left.file) < (right.priority, right.bytes, right.file)
  }
}
