// SPDX-License-Identifier: Apache-2.0

internal import Panjeon

/// What one tells the other to become a couple: ten characters that people can read out and type.
///
/// Of 32 characters, without those that look alike (0 and O, 1 and I): 50 random bits, so that guessing one of a million open invitations takes a billion tries.
public struct InvitationCode: Hashable, Sendable, LosslessStringConvertible {
  /// How many characters a code has.
  public static let length = 10

  private static let characters = Array("23456789ABCDEFGHJKLMNPQRSTUVWXYZ".utf8)

  /// The characters, as they are stored.
  public let text: String

  /// Takes what somebody has typed: lower case, spaces and hyphens do not matter; nil for what is no code.
  public init?(_ typed: String) {
    let significant = typed.uppercased().utf8.filter {
      $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "-")
    }
    guard significant.count == Self.length,
      significant.allSatisfy({ Self.characters.contains($0) })
    else { return nil }
    text = String(decoding: significant, as: UTF8.self)
  }

  /// Makes a code of 50 bits of a number.
  init(bits number: UInt64) {
    var number = number
    var bytes: [UInt8] = []
    for _ in 0..<Self.length {
      bytes.append(Self.characters[Int(number & 31)])
      number >>= 5
    }
    text = String(decoding: bytes, as: UTF8.self)
  }

  /// The code in two groups, to be shown.
  public var description: String { "\(text.prefix(5))-\(text.suffix(5))" }

  var key: Key<Invitation> { Key(.invitation, text) }
}
