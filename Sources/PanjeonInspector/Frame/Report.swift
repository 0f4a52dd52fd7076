// SPDX-License-Identifier: Apache-2.0

/// What a verb tells: fields for programs, text for people.
package protocol Report: Encodable {
  /// For people: lines without the last one's end.
  var text: String { get }
}
