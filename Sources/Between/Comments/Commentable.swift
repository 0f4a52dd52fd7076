// SPDX-License-Identifier: Apache-2.0

public import Panjeon

/// What comments can be written under: photos, memos and events.
public protocol Commentable: Record {}

extension Photo: Commentable {}
extension Memo: Commentable {}
extension Event: Commentable {}
