// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import YCSB

/// The directories that engines keep their files in.
package enum FileTree {
  package static func create(_ path: String) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  package static func remove(_ path: String) throws {
    if FileManager.default.fileExists(atPath: path) {
      try FileManager.default.removeItem(atPath: path)
    }
  }

  package static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path)
  }

  /// A file's text, if there is one.
  package static func text(_ path: String) -> String? {
    try? String(contentsOfFile: path, encoding: .utf8)
  }

  /// The bytes of the files of a directory.
  package static func bytes(_ path: String) -> UInt64 {
    guard
      let files = FileManager.default.enumerator(
        at: URL(fileURLWithPath: path), includingPropertiesForKeys: nil)
    else { return 0 }
    var sum: UInt64 = 0
    for case let file as URL in files {
      let attributes = try? FileManager.default.attributesOfItem(atPath: file.path)
      if attributes?[.type] as? FileAttributeType == .typeRegular {
        sum += attributes?[.size] as? UInt64 ?? 0
      }
    }
    return sum
  }
}
