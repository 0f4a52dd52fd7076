// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// One backup of a store, as its directory lists it.
public struct BackupInfo: Hashable, Sendable {
  /// The number by which the directory knows it; of a new backup, one more than the greatest there is.
  public var number: UInt64

  /// When it was made, by the wall clock; nil when its description is damaged.
  public var createdAt: Timestamp?

  /// What its maker called it.
  public var label: String

  /// The life of the store that it was made of.
  public var incarnation: StoreIncarnation

  /// The sequence of the last commit in it.
  public var lastSequence: UInt64

  /// How many SSTables it consists of.
  public var fileCount: Int

  /// The bytes of these, those included that it shares with other backups.
  public var fileBytes: UInt64

  /// Why its description cannot be read, and so it cannot be restored; nil: it can be read.
  public var damage: String?

  init(_ description: BackupDescription) {
    number = description.number
    createdAt = Timestamp(microseconds: description.createdAt)
    label = description.label
    incarnation = description.incarnation
    lastSequence = description.edit.lastSequence ?? 0
    fileCount = description.files.count
    fileBytes = description.files.reduce(0) { $0 &+ $1.bytes }
  }

  init(damaged number: UInt64, _ error: StoreError) {
    self.number = number
    label = ""
    incarnation = .unknown
    lastSequence = 0
    fileCount = 0
    fileBytes = 0
    damage = "\(error)"
  }
}

/// What making a backup took.
public struct BackupReport: Hashable, Sendable {
  /// The backup.
  public var backup: BackupInfo

  /// How many SSTables were copied: those that no earlier backup in the directory held.
  public var filesCopied = 0

  /// The bytes of these.
  public var bytesCopied: UInt64 = 0

  /// How many files were removed that an interrupted backup or deletion had left.
  public var orphansRemoved = 0
}
