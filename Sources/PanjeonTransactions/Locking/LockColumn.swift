// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// Where the lock of a row is: two columns of the family `!lock!`.
public enum LockColumn {
  /// The short header, the only thing a condition ever compares.
  public static let header = Column(
    family: ColumnFamily.lockFamilyName, qualifier: Bytes(utf8: "header"))

  /// What a two-phase commit intends to do to the row; the one-batch path never writes it.
  public static let intents = Column(
    family: ColumnFamily.lockFamilyName, qualifier: Bytes(utf8: "intents"))
}
