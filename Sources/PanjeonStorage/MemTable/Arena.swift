// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Memory that is handed out from front to back and given back all at once.
///
/// Addresses are 32-bit offsets, half the size of pointers; offset zero is never handed out and stands for none.
/// The memory is reserved whole and taken from the system as it is touched: page by page at first, so that a small arena is
/// small, then, where the system has them (Linux), by huge pages. What is sought in it lies anywhere, and with small pages each
/// step would miss the translation of the address as well as the line. One thread allocates.
@safe package final class Arena: @unchecked Sendable {
  // Unchecked: `used` is written by the one writer and read by others only as a statistic, through an atomic;
  // who may touch the bytes is the memtable's rule.
  package let base: UnsafeMutableRawPointer
  package let capacity: Int
  private let usedBytes = AtomicNumber(8)
  private let smallPagesBytes: Int
  private let pool: ArenaPool?

  /// Whether the memory was another arena's, and holds what that has left; otherwise it is all zeros.
  package let isRecycled: Bool

  /// Reserves an arena.
  ///
  /// - Parameters:
  ///   - capacity: What it can hand out, in bytes, and eight more.
  ///   - smallPagesBytes: Once so much is handed out, the rest comes by huge pages.
  ///   - pool: Where the memory goes afterwards, if half of it was used.
  ///   - recycles: Whether the pool's memory may be taken, all of which is there from the first byte on.
  package init(
    capacity: Int, smallPagesBytes: Int = .max, pool: ArenaPool? = nil, recycles: Bool = false
  ) {
    precondition(capacity > 0 && capacity < Int(UInt32.max), "an arena has less than 4 GiB")
    self.capacity = capacity
    self.smallPagesBytes = smallPagesBytes
    self.pool = pool
    if recycles, let memory = unsafe pool?.take(capacity) {
      isRecycled = true
      unsafe base = unsafe memory
      return
    }
    isRecycled = false
    let flags = MAP_PRIVATE | MAP_ANON | MAP_NORESERVE
    let memory = unsafe mmap(nil, capacity, PROT_READ | PROT_WRITE, flags, -1, 0)
    guard let memory = unsafe memory, unsafe memory != MAP_FAILED else {
      preconditionFailure("the system has no address space left for a memtable")
    }
    unsafe base = unsafe memory
  }

  deinit {
    if used >= capacity / 2, let pool, unsafe pool.keep(base, capacity) { return }
    unsafe Self.unmap(base, capacity)
  }

  /// Gives memory back to the system.
  static func unmap(_ base: UnsafeMutableRawPointer, _ capacity: Int) {
    unsafe munmap(base, capacity)
  }

  /// Sets to zeros what has been handed out, where it may not be.
  package func clearUsed() {
    if isRecycled { unsafe memset(base, 0, used) }
  }

  private func wantHugePages() {
    #if os(Linux)
      // Advice: where it is not taken, pages stay small.
      _ = unsafe madvise(base, capacity, MADV_HUGEPAGE)
    #endif
  }

  package var used: Int { Int(usedBytes.value) }

  /// Takes memory aligned to 8 bytes.
  package func allocate(_ bytes: Int) -> UInt32 {
    let offset = (used + 7) & ~7
    precondition(
      offset + bytes <= capacity, "a memtable was given more than it said it had room for")
    usedBytes.store(UInt64(offset + bytes))
    if !isRecycled, offset < smallPagesBytes, offset + bytes >= smallPagesBytes {
      wantHugePages()
    }
    return UInt32(offset)
  }
}
