// SPDX-License-Identifier: Apache-2.0

public import Panjeon
public import WideColumn

/// That a message was sent with a token, so that it is not sent again.
public struct SentToken: Hashable, Sendable, Codable {
  /// The token.
  public var token: RandomID
  /// The message that was sent.
  public var id: UInt64
  /// When.
  public var sentAt: Timestamp

  /// The fields' numbers.
  public enum CodingKeys: Int, CodingKey {
    /// The token.
    case token = 1
    /// The message.
    case id = 2
    /// When.
    case sentAt = 3
  }
}
