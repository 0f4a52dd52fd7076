// SPDX-License-Identifier: Apache-2.0

/// Something that one of a couple does in the app.
public struct LifeOperation: Hashable, Sendable {
  /// Who does it.
  public var person: LifePerson
  /// What is done.
  public var action: LifeAction

  /// Joins both.
  public init(_ person: LifePerson, _ action: LifeAction) {
    self.person = person
    self.action = action
  }

  /// Whether it changes something.
  public var isWrite: Bool { action.isWrite }
}

/// One of a couple.
public struct LifePerson: Hashable, Sendable {
  /// Which couple, from 0 on.
  public var couple: Int
  /// Whether it is the one who invited.
  public var isFirst: Bool

  /// Names one of a couple.
  public init(couple: Int, isFirst: Bool) {
    self.couple = couple
    self.isFirst = isFirst
  }
}
