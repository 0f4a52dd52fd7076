// SPDX-License-Identifier: Apache-2.0

/// One read or write of a transaction.
public enum MicroOperation: Hashable, Sendable {
  /// Appends an element to the list of a key.
  case append(Scalar, Scalar)
  /// Reads the list or the register of a key; nil is not known yet, or nothing there.
  case read(Scalar, ReadResult?)
  /// Writes the register of a key.
  case write(Scalar, Scalar)
  /// Inserts an id into a range.
  case insert(Scalar, Scalar)
  /// Deletes an id that is in a range.
  case delete(Scalar, Scalar)
  /// Reads all ids of a range, in any order; nil is not known yet, or nothing there.
  case scan(Scalar, [Scalar]?)

  /// What a read found.
  public enum ReadResult: Hashable, Sendable {
    /// The elements of a list, the oldest first.
    case list([Scalar])
    /// The value of a register.
    case register(Scalar)
  }
}

extension MicroOperation: CustomStringConvertible {
  /// The micro-operation as JSON, as in a history file.
  public var description: String {
    let (name, key, value) =
      switch self {
      case .append(let key, let value): ("append", key, value.description)
      case .read(let key, .list(let list)?): ("r", key, JSONText.array(list.map(\.description)))
      case .read(let key, .register(let value)?): ("r", key, value.description)
      case .read(let key, nil): ("r", key, "null")
      case .write(let key, let value): ("w", key, value.description)
      case .insert(let range, let id): ("insert", range, id.description)
      case .delete(let range, let id): ("delete", range, id.description)
      case .scan(let range, let ids?): ("scan", range, JSONText.array(ids.map(\.description)))
      case .scan(let range, nil): ("scan", range, "null")
      }
    return JSONText.array([JSONText.quoted(name), key.description, value])
  }
}
