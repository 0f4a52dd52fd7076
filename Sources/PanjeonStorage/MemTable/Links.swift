// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// The links of skiplist nodes in an arena: 32-bit offsets that the writer releases and readers acquire.
///
/// A reader that follows a link sees the whole node behind it, because the node was written before the link.
enum Links {
  @inline(always)
  static func load(_ base: UnsafeMutableRawPointer, _ offset: Int) -> UInt32 {
    unsafe atomic(base, offset).pointee.load(ordering: .acquiring)
  }

  @inline(always)
  static func store(_ base: UnsafeMutableRawPointer, _ offset: Int, _ value: UInt32) {
    unsafe atomic(base, offset).pointee.store(value, ordering: .releasing)
  }

  @inline(always)
  private static func atomic(
    _ base: UnsafeMutableRawPointer, _ offset: Int
  ) -> UnsafeMutablePointer<Atomic<UInt32>> {
    unsafe (base + offset).assumingMemoryBound(to: Atomic<UInt32>.self)
  }
}
