// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Finds what a file should hold in one of its copies, when what was read of it is damaged.
enum TableCopies {
  /// Reads something of a file, and of its copies one by one if that is damaged; the file is told.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - read: Reads and checks; `corruption` means that another copy may be right.
  /// - Returns: What the first copy gave that is right.
  /// - Throws: What `read` throws of the file, if no copy is right.
  @inline(always)
  static func first<T>(
    of file: any File, _ read: (any File) throws(StoreError) -> T
  ) throws(StoreError) -> T {
    do throws(StoreError) {
      return try read(file)
    } catch {
      guard error.code == .corruption else { throw error }
      return try other(than: error, of: file, read)
    }
  }

  @inline(never)
  private static func other<T>(
    than damage: StoreError, of file: any File, _ read: (any File) throws(StoreError) -> T
  ) throws(StoreError) -> T {
    let copies = file.copies
    if copies.isEmpty { throw damage }
    // Nobody knows which copy the file has read.
    file.reportDamagedCopy()
    for copy in copies {
      do throws(StoreError) {
        return try read(copy)
      } catch {
        // The next may be right.
        continue
      }
    }
    throw damage
  }
}
