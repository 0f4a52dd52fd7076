// SPDX-License-Identifier: Apache-2.0

/// The bounds of what a store's server and its clients tell one another; the article *Sharing a store* has the grammar.
package enum WireFormat {
  /// The version of the format, in the greetings of both sides.
  package static let version: UInt8 = 1

  /// What a greeting begins with.
  package static let mark: [UInt8] = Array("PNJR".utf8)

  /// The size of a frame's payload at the most: 64 MiB.
  package static let payloadBytesMax = 64 << 20

  /// How many things lists of one payload hold at the most, all together and cells of rows not counted.
  package static let elementsMax = 1_000_000

  /// How deep the filters of one payload are nested at the most: deeper than any store accepts.
  package static let filterDepthMax = 2 * 32

  /// Of how many filters those of one payload are made at the most: more than any store accepts.
  package static let filterNodesMax = 4 * 1000
}
