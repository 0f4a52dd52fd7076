// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import PanjeonTesting
import Testing
import WideColumn

@Suite("The bytes of photos and voices of an export")
struct ExportedBlobsTests {
  /// Sends a photo, adds it to the couple's, and exports.
  private func export(
    _ setting: Setting, to target: InMemoryBlobStore
  ) async throws -> (lines: [String], blob: Blob) {
    let between = setting.between
    let blob = try await between.upload(.bytes(Array("jpeg".utf8)), type: "image/jpeg")
    _ = try await between.messaging.send(
      .photo(blob, caption: "us"), from: setting.a, in: setting.couple)
    var lines: [String] = []
    try await CoupleExport(between, of: setting.couple).run(copyingBlobsTo: target) {
      lines.append($0.json)
    }
    return (lines, blob)
  }

  private func importing(
    _ lines: [String], _ between: EmbeddedBetween, from source: InMemoryBlobStore?
  ) async throws -> CoupleImportResult {
    var importer = CoupleImport(between, blobsFrom: source)
    for line in lines { try await importer.add(try ExportLine(json: line)) }
    return try await importer.finish()
  }

  @Test("They are copied out and in, and kept for as long as a message names them")
  func copied() async throws {
    try await withCouple { setting in
      let target = InMemoryBlobStore()
      let (lines, blob) = try await export(setting, to: target)
      #expect(try await target.get(blob) == Bytes(utf8: "jpeg"))
      let blobs = InMemoryBlobStore()
      try await withEmpty(blobs) { other in
        let result = try await importing(lines, other, from: target)
        #expect(result.blobsCopied == 1 && !result.hasUncheckedBlobs)
        #expect(result.lines == lines.count - 2)
        #expect(try await other.download(blob) == Bytes(utf8: "jpeg"))
        let collected = try await other.collectBlobs(olderThan: .zero)
        #expect(collected == 0)
        let report = try await BetweenAudit(other).run()
        #expect(report.violations.map(\.description) == [])
        for user in [setting.a, setting.b] {
          try await other.messaging.delete(1, of: user, in: setting.couple)
        }
        #expect(try await other.collectBlobs(olderThan: .zero) == 1)
      }
    }
  }

  @Test("Bytes that are somebody's are never written over, whatever a file says of them")
  func othersBytes() async throws {
    try await withCouple { setting in
      let source = InMemoryBlobStore()
      let (lines, blob) = try await export(setting, to: source)
      let blobs = InMemoryBlobStore()
      let other = Blob(key: blob.key, size: 2, type: blob.type, checksum: blob.checksum)
      try await blobs.put(.bytes([7, 7]), as: other)
      try await withEmpty(blobs) { empty in
        await #expect(throws: BlobError.self) {
          _ = try await importing(lines, empty, from: source)
        }
      }
      #expect(try await blobs.get(blob.key) == Bytes([7, 7]))
    }
  }

  @Test(
    "Bytes that are nowhere are an error, and what was brought is released when it is cancelled")
  func missing() async throws {
    try await withCouple { setting in
      let target = InMemoryBlobStore()
      let (lines, _) = try await export(setting, to: target)
      let blobs = InMemoryBlobStore()
      try await withEmpty(blobs) { other in
        await #expect(throws: BlobError.self) { _ = try await importing(lines, other, from: nil) }
        await #expect(throws: BlobError.self) {
          _ = try await importing(lines, other, from: InMemoryBlobStore())
        }
        var importer = CoupleImport(other, blobsFrom: target)
        for line in lines { try await importer.add(try ExportLine(json: line)) }
        try await importer.cancel()
        #expect(try await BetweenAudit(other).run().isSound)
        #expect(try await importing(lines, other, from: target).lines == lines.count - 2)
      }
    }
  }

  @Test("Without a blob store the records come alone, and that is told")
  func unchecked() async throws {
    try await withCouple { setting in
      let (lines, _) = try await export(setting, to: InMemoryBlobStore())
      try await withEmpty(nil) { other in
        let result = try await importing(lines, other, from: nil)
        #expect(result.hasUncheckedBlobs && result.blobsCopied == 0)
        await expect(.noBlobStore) {
          try await CoupleExport(other, of: setting.couple).run(
            copyingBlobsTo: InMemoryBlobStore()
          ) { _ in }
        }
      }
    }
  }
}
