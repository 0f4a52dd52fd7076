// SPDX-License-Identifier: Apache-2.0

/// The types of objects that rows hold.
///
/// The raw values are part of the format.
public enum ObjectType: UInt8, Sendable, CaseIterable {
  /// A person's credentials.
  case account = 1
  /// A person.
  case user = 2
  /// A couple.
  case relationship = 3
  /// What a row's own object says of itself.
  case profile = 4
  /// A message of a conversation.
  case message = 5
  /// The head of a conversation: last message and unread count.
  case conversation = 6
}
