// SPDX-License-Identifier: Apache-2.0

/// What a ``FailingFileSystem`` does with a call instead of carrying it out.
///
/// A fault that has no meaning for the kind of call it meets (a short write of a rename) makes the call fail with an I/O
/// error and do nothing.
public enum Fault: Hashable, Sendable {
  /// Nothing is done, and the call fails as with EIO.
  case ioError

  /// The call is carried out, and fails nevertheless, as with EIO.
  case ioErrorAfterwards

  /// Nothing is done, and the call fails as with ENOSPC.
  case noSpace

  /// The first bytes are written, then the disk is full.
  case shortWrite(byteCount: Int)

  /// Only the first bytes are read, as if the file ended there.
  case shortRead(byteCount: Int)

  /// A sync fails, and what it should have written is gone from the disk; a later sync succeeds without it
  /// (`InMemoryFileSystem.dropUnsynced(of:alsoFromMemory:)`; above another file system only the failure is there).
  case syncDroppingPages(alsoFromMemory: Bool)

  /// The call says that it is done, and has done nothing.
  case lost

  /// The bytes are written so many bytes further on, or before; the call says that it is done.
  case misdirectedWrite(by: Int64)

  /// One bit of what is read or written is wrong, counted from the first byte's lowest and modulo their number.
  case flippedBit(Int)

  /// The call takes that much longer, and is then carried out.
  case latency(Duration)

  /// Whether the call tells its caller that something is amiss.
  public var isReported: Bool {
    switch self {
    case .ioError, .ioErrorAfterwards, .noSpace, .shortWrite, .syncDroppingPages: true
    case .shortRead, .lost, .misdirectedWrite, .flippedBit, .latency: false
    }
  }
}
