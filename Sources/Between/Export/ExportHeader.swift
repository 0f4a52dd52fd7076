// SPDX-License-Identifier: Apache-2.0

public import Panjeon

/// The first line of a couple's export: whose data follow.
public struct ExportHeader: Hashable, Sendable {
  /// The couple.
  public var couple: RandomID
  /// The first of the two.
  public var first: RandomID
  /// The second of the two.
  public var second: RandomID
  /// Whether both accounts follow as well; a file without them is for people to read, and is not imported.
  public var hasAccounts: Bool

  /// Names a couple and its two users.
  public init(couple: RandomID, first: RandomID, second: RandomID, hasAccounts: Bool = true) {
    self.couple = couple
    self.first = first
    self.second = second
    self.hasAccounts = hasAccounts
  }

  /// What a file of this format says it is.
  static let format = "between couple 1"

  var users: [RandomID] { [first, second] }

  var json: String {
    JSONObject.text([
      ("format", Self.format), ("couple", couple.description), ("first", first.description),
      ("second", second.description), ("accounts", hasAccounts ? "2" : "0"),
    ])
  }

  init?(_ members: [String: String]) {
    func id(_ name: String) -> RandomID? { members[name].flatMap(RandomID.init) }
    guard members["format"] == Self.format, let couple = id("couple"), let first = id("first"),
      let second = id("second"), first != second, let accounts = members["accounts"],
      ["0", "2"].contains(accounts)
    else { return nil }
    self.init(couple: couple, first: first, second: second, hasAccounts: accounts == "2")
  }
}
