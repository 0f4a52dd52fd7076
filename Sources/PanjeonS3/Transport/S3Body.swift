// SPDX-License-Identifier: Apache-2.0

#if Sodium
  internal import WideColumn

  /// What is sent with a request.
  enum S3Body: Sendable {
    case none
    case bytes(Bytes)
    /// A file of the operating system, of so many bytes; read as it is sent.
    case file(String, size: UInt64)

    var byteCount: UInt64 {
      switch self {
      case .none: 0
      case .bytes(let bytes): UInt64(bytes.count)
      case .file(_, let size): size
      }
    }
  }
#endif
