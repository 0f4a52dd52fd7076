// SPDX-License-Identifier: Apache-2.0

#if Sodium
  import Between
  import Panjeon
  import PanjeonTesting
  import Testing
  import WideColumn

  @Suite("Photos and voices: bytes")
  struct MediaTests {
    @Test("Bytes stay for as long as a message on either side or a photo names them")
    func references() async throws {
      try await withCouple { setting in
        let (between, messaging) = (setting.between, setting.between.messaging)
        let blob = try await between.upload(.bytes([1]), type: "image/jpeg")
        _ = try await messaging.send(
          .photo(blob, caption: ""), from: setting.a, in: setting.couple)
        try await between.photos.add(blob, by: setting.b, in: setting.couple)
        try await messaging.delete(1, of: setting.a, in: setting.couple)
        #expect(try await setting.keysAfterCollecting() == [blob.key])
        try await setting.expectSound()
        try await between.photos.delete(1, by: setting.a, in: setting.couple)
        #expect(try await setting.keysAfterCollecting() == [blob.key])
        try await messaging.delete(1, of: setting.b, in: setting.couple)
        #expect(try await setting.keysAfterCollecting().isEmpty)
      }
    }

    @Test("Bytes that were not uploaded, or were collected since, are not sent and not added")
    func strangers() async throws {
      try await withCouple { setting in
        let between = setting.between
        let stranger = try await setting.blobs.put(.bytes([1]), type: "image/jpeg")
        let collected = try await between.upload(.bytes([2]), type: "image/jpeg")
        try await between.collectBlobs(olderThan: .zero)
        for blob in [stranger, collected] {
          do {
            _ = try await between.messaging.send(
              .voice(blob, milliseconds: 9), from: setting.a, in: setting.couple)
            Issue.record("it was sent")
          } catch let error as DatastoreError {
            #expect(error.code == .blobGone)
          }
          do {
            try await between.photos.add(blob, by: setting.a, in: setting.couple)
            Issue.record("it was added")
          } catch let error as DatastoreError {
            #expect(error.code == .blobGone)
          }
        }
        #expect(try await setting.messages(of: setting.b).isEmpty)
      }
    }

    @Test("What a newer program has sent keeps its bytes, which go with it")
    func newerKind() async throws {
      struct Newer: Codable {
        var sender: RandomID
        var sentAt: Timestamp
        var kind = 9
        var blob: Blob
        enum CodingKeys: Int, CodingKey { case sender = 1, sentAt = 2, kind = 3, blob = 5 }
      }
      try await withCouple(auditsAtEnd: false) { setting in
        let blob = try await setting.between.upload(.bytes([1, 2]), type: "video/mp4")
        let stored = try RecordEncoder().encode(
          Newer(sender: setting.a, sentAt: 5, blob: blob))
        let message = try RecordDecoder().decode(Message.self, from: stored)
        #expect(message.content.blob == blob)
        #expect(try RecordEncoder().encode(message) == stored)
        let key = Key(Key(Key(.user, setting.a), .conversation, setting.couple), .message, 1)
        try await setting.between.datastore.put(message, at: key)
        #expect(try await setting.keysAfterCollecting() == [blob.key])
        try await setting.between.datastore.delete(key)
        #expect(try await setting.keysAfterCollecting().isEmpty)
      }
    }
  }
#endif
