// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("The queue of repairs")
struct RepairQueueTests {
  @Test("The most urgent comes first, of equal ones the smallest file, then names")
  func order() {
    var queue = RepairQueue(lengthMax: 10)
    queue.insert(RepairTask(file: "d", bytes: 1, priority: .surplus))
    queue.insert(RepairTask(file: "c", bytes: 9, priority: .noDurableCopy))
    queue.insert(RepairTask(file: "b", bytes: 2, priority: .oneCopy))
    queue.insert(RepairTask(file: "a", bytes: 3, priority: .oneCopy))
    queue.insert(RepairTask(file: "0", bytes: 3, priority: .oneCopy))
    #expect(queue.counts == [.surplus: 1, .noDurableCopy: 1, .oneCopy: 3])
    #expect(queue.first?.file == "c")
    #expect((0..<5).compactMap { _ in queue.popFirst()?.file } == ["c", "b", "0", "a", "d"])
    #expect(queue.isEmpty && queue.popFirst() == nil)
  }

  @Test("A full queue gives up the least urgent, which may be the new one")
  func bound() {
    var queue = RepairQueue(lengthMax: 2)
    let (one, bad, extra) = (
      RepairTask(file: "one", bytes: 1, priority: .oneCopy),
      RepairTask(file: "bad", bytes: 1, priority: .damagedCopy),
      RepairTask(file: "extra", bytes: 1, priority: .surplus)
    )
    #expect(queue.insert(bad) == nil)
    #expect(queue.insert(one) == nil)
    #expect(queue.insert(extra) == extra)
    #expect(queue["extra"] == nil)
    let durable = RepairTask(file: "new", bytes: 1, priority: .noDurableCopy)
    #expect(queue.insert(durable) == bad)
    #expect(queue["bad"] == nil && queue.count == 2)
  }

  @Test("It does what a sorted list of all tasks would, with one entry for each file")
  func model() {
    var random = SplitMix64(seed: TestSeed.value)
    TestSeed.announce("RepairQueueTests.model")
    for _ in 0..<100 {
      var queue = RepairQueue(lengthMax: 12)
      var model: [RepairTask] = []
      for _ in 0..<200 {
        let file = "\(random.below(30))"
        switch random.below(5) {
        case 0:
          queue.remove(file)
          model.removeAll { $0.file == file }
        case 1:
          #expect(queue.popFirst() == model.first)
          model = Array(model.dropFirst())
        default:
          let priority = RepairPriority.allCases[random.below(7)]
          let task = RepairTask(file: file, bytes: UInt64(random.below(3)), priority: priority)
          model.removeAll { $0.file == file }
          model.append(task)
          model.sort { ($0.priority, $0.bytes, $0.file) < ($1.priority, $1.bytes, $1.file) }
          #expect(queue.insert(task) == (model.count > 12 ? model.removeLast() : nil))
        }
        #expect(queue.count == model.count && queue.first == model.first)
        #expect(queue[file] == model.first { $0.file == file })
      }
    }
  }
}
