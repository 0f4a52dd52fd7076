// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// What a qualifier says, read part by part.
public struct KeyPathParts: Hashable, Sendable {
  /// An object on the way.
  public struct Step: Hashable, Sendable {
    /// The number of its type.
    public var typeNumber: Int
    /// Its id among its siblings; nil for a root, which is named by the row.
    public var id: KeyComponent?
  }

  /// What is there.
  public enum Kind: Hashable, Sendable {
    /// An object.
    case object
    /// The metadata of a collection: the last step has the type of its members and no id.
    case metadata
    /// The mark of an object that was deleted.
    case deletion
  }

  /// What is there.
  public let kind: Kind
  /// The ancestors below the root, first to last, and the object.
  public let steps: [Step]
  /// How many bytes the type and the ancestors take.
  package let prefixLength: Int

  /// Reads a qualifier; nil when it is none of a datastore.
  public init?(_ qualifier: Bytes) {
    var reader = KeyReader(qualifier)
    var isDeletion = false
    if reader.next == AnyKey.deletionMark {
      _ = reader.readByte()
      isDeletion = true
    }
    guard let type = reader.readTypeNumber() else { return nil }
    var steps: [Step] = []
    while let byte = reader.next, byte > AnyKey.memberFlag {
      guard let ancestor = reader.readTypeNumber(), let id = reader.readComponent() else {
        return nil
      }
      steps.append(Step(typeNumber: ancestor, id: id))
    }
    prefixLength = reader.offset
    guard let flag = reader.readByte() else { return nil }
    if flag == AnyKey.metadataFlag {
      guard reader.isAtEnd, !isDeletion else { return nil }
      kind = .metadata
      steps.append(Step(typeNumber: type, id: nil))
    } else {
      kind = isDeletion ? .deletion : .object
      if reader.isAtEnd, steps.isEmpty {
        steps.append(Step(typeNumber: type, id: nil))
      } else {
        guard let id = reader.readComponent(), reader.isAtEnd else { return nil }
        steps.append(Step(typeNumber: type, id: id))
      }
    }
    self.steps = steps
  }
}
