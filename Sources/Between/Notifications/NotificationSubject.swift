// SPDX-License-Identifier: Apache-2.0

internal import Panjeon

/// What a notification is about.
public enum NotificationSubject: Hashable, Sendable {
  /// The photo of an id.
  case photo(UInt64)
  /// The memo of an id.
  case memo(UInt64)
  /// The event of an id.
  case event(UInt64)

  /// Nil for a type that the program does not know.
  init?(typeNumber: Int, id: UInt64) {
    switch typeNumber {
    case Photo.objectType.number: self = .photo(id)
    case Memo.objectType.number: self = .memo(id)
    case Event.objectType.number: self = .event(id)
    default: return nil
    }
  }

  /// What a key names; nil for what is no photo, memo or event.
  init?<R: Record>(_ key: Key<R>) {
    guard let id: UInt64 = key.id() else { return nil }
    self.init(typeNumber: R.objectType.number, id: id)
  }

  /// The id.
  public var id: UInt64 {
    switch self {
    case .photo(let id), .memo(let id), .event(let id): id
    }
  }

  /// The number of the type, which is stored.
  var typeNumber: Int {
    switch self {
    case .photo: Photo.objectType.number
    case .memo: Memo.objectType.number
    case .event: Event.objectType.number
    }
  }
}

extension Notification {
  /// Whether it is about what one of its kind is about.
  var hasItsSubject: Bool {
    switch kind {
    case .photo: subjectType == Photo.objectType.number && subjectID != nil
    case .memo: subjectType == Memo.objectType.number && subjectID != nil
    case .event: subjectType == Event.objectType.number && subjectID != nil
    case .comment: subject != nil
    case .brokeUp, .restorationAsked, .restored, .paired: subjectType == nil && subjectID == nil
    default: true
    }
  }
}
