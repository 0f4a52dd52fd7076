// SPDX-License-Identifier: Apache-2.0

public import Panjeon
public import WideColumn

/// That a user wants a copy of a conversation, and what has become of it.
public struct BackupRequest: Record, Hashable {
  /// Number 9, below a user.
  public static let objectType = ObjectType<BackupRequest>(9, "backup_request")

  /// The copy.
  public static var blobs: (@Sendable (BackupRequest) -> [Blob])? {
    { request in request.blob.map { [$0] } ?? [] }
  }

  /// The requests that nobody has finished, by when they were made, in the table `backup_pending`: for those who work them off.
  public static let pending = Index(
    36, "backup_pending",
    on: { (request: BackupRequest) -> Timestamp? in
      request.isOpen ? request.requestedAt : nil
    }, scope: .table(BetweenSchema.backupPendingTable))

  /// ``pending``.
  public static var indexes: [IndexDefinition<BackupRequest>] { [pending.definition] }

  /// What has become of a request; new states may be added.
  public struct State: RawRepresentable, Hashable, Sendable, Codable {
    /// The number that is stored.
    public let rawValue: Int
    /// A state of a number.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Nobody has begun.
    public static let requested = State(rawValue: 0)
    /// Somebody works on it.
    public static let running = State(rawValue: 1)
    /// The copy is there.
    public static let done = State(rawValue: 2)
    /// It could not be made.
    public static let failed = State(rawValue: 3)

    /// Whether it is one of those.
    var isKnown: Bool { (0...3).contains(rawValue) }
  }

  /// Of which couple.
  public var couple: RandomID
  /// When it was asked for.
  public var requestedAt: Timestamp
  /// Up to which message.
  public var throughID: UInt64
  /// What has become of it.
  public var state: State
  /// When it was begun last.
  public var startedAt: Timestamp?
  /// When it was finished, well or not.
  public var finishedAt: Timestamp?
  /// The copy.
  public var blob: Blob?
  /// How many messages are in the copy.
  public var messageCount: UInt64?

  /// Whether it is still to be done.
  public var isOpen: Bool { state == .requested || state == .running }

  /// The fields' numbers.
  public enum CodingKeys: Int, CodingKey {
    /// Of which couple.
    case couple = 1
    /// When it was asked for.
    case requestedAt = 2
    /// Up to which message.
    case throughID = 3
    /// What has become of it.
    case state = 4
    /// When it was begun.
    case startedAt = 5
    /// When it was finished.
    case finishedAt = 6
    /// The copy.
    case blob = 7
    /// How many messages.
    case messageCount = 8
  }
}
