// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Panjeon
import Testing
import WideColumn

@Suite("UnknownFields")
struct UnknownFieldsTests {
  struct Photo: Codable, Equatable {
    enum CodingKeys: Int, CodingKey { case caption = 1, unknownFields }
    var caption: String
    var unknownFields = UnknownFields()
  }

  struct NewPhoto: Codable, Equatable {
    enum CodingKeys: Int, CodingKey { case caption = 1, width = 7, place }
    var caption: String
    var width: Int?
    var place: [String: Double]?
  }

  struct Album: Codable, Equatable {
    var photos: [Photo]
    var unknownFields: UnknownFields?
  }

  private let new = NewPhoto(caption: "a", width: 3, place: ["x": 1])

  @Test("They are read and written back, and are no field themselves")
  func roundTrips() throws {
    var photo = try decode(Photo.self, encode(new))
    #expect(photo.unknownFields.description == #"{7: 3, 8: {"x": 1.0}}"#)
    #expect(!photo.unknownFields.isEmpty)
    photo.caption = "b"
    #expect(
      try decode(NewPhoto.self, encode(photo))
        == NewPhoto(caption: "b", width: 3, place: ["x": 1]))
    #expect(try notation(Photo(caption: "c")) == #"{1: "c"}"#)
    #expect(try roundTrip(Photo(caption: "c")) == Photo(caption: "c"))
  }

  @Test("They go with elements of arrays, wherever these go")
  func arrays() throws {
    struct NewAlbum: Codable, Equatable {
      var photos: [NewPhoto]
      var title: String?
    }
    let second = NewPhoto(caption: "a", width: 4)
    var album = try decode(Album.self, encode(NewAlbum(photos: [new, second], title: "t")))
    album.photos.swapAt(0, 1)
    album.photos.append(album.photos[0])
    let expected = NewAlbum(photos: [second, new, second], title: "t")
    #expect(try decode(NewAlbum.self, encode(album)) == expected)
    // Beside what is stored there is no more.
    let stored = try encode(NewAlbum(photos: [new, second], title: "t"))
    #expect(
      try RecordEncoder().encode(album, keepingUnknownFieldsOf: stored) == encode(expected))
  }

  @Test("They win over what is stored, also when they are empty")
  func winning() throws {
    let stored = try encode(new)
    #expect(
      try RecordEncoder().encode(Photo(caption: "a"), keepingUnknownFieldsOf: stored)
        == encode(NewPhoto(caption: "a")))
  }

  @Test("A field that has become known is not written twice")
  func knownNow() throws {
    struct Known: Codable {
      enum CodingKeys: Int, CodingKey { case caption = 1, width = 7, unknownFields }
      var caption: String
      var width: Int?
      var unknownFields: UnknownFields
    }
    let photo = try decode(Photo.self, encode(new))
    var known = Known(caption: "k", width: nil, unknownFields: photo.unknownFields)
    #expect(try notation(known) == #"{1: "k"}"#)
    known.width = 5
    #expect(try notation(known) == #"{1: "k", 7: 5}"#)
  }

  @Test("Fields of other kinds of keys are kept")
  func keys() throws {
    let stored = hex("a5 01 61 61 03 01 1b ff ff ff ff ff ff ff ff 02 41 05 03 f5 04")
    let photo = try decode(Photo.self, stored)
    #expect(photo.unknownFields.description == "{3: 1, 18446744073709551615: 2, h'05': 3, true: 4}")
    #expect(try encode(photo) == stored)
  }

  @Test("Fields that were stored in another form are written in ours")
  func otherForms() throws {
    let photo = try decode(Photo.self, hex("a4 08 a1 79 00 00 18 01 01 61 61 18 07 05 03 80"))
    #expect(try encode(photo) == hex("a4 01 61 61 03 80 07 05 08 a1 60 01"))
    let equal = try decode(Photo.self, hex("a4 01 61 61 03 80 07 05 08 a1 60 01"))
    #expect(photo == equal)
  }

  @Test("Other coders keep them, too")
  func json() throws {
    let photo = try decode(Photo.self, encode(new))
    let read = try JSONDecoder().decode(Photo.self, from: JSONEncoder().encode(photo))
    #expect(read == photo)
    // A key without a value; a key twice.
    for bytes in ["[97, 98]", "[1]", "[1, 1, 1, 2]"] {
      let wrong = #"{"caption": "a", "unknownFields": \#(bytes)}"#
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode(Photo.self, from: Data(wrong.utf8))
      }
    }
  }

  @Test("Fields that another depth makes too deep are refused")
  func depth() throws {
    struct Deep: Codable {
      enum CodingKeys: Int, CodingKey { case fields = 1 }
      var fields: UnknownFields
    }
    let deep = Bytes([0xA1, 2] + [UInt8](repeating: 0x81, count: 63) + [0])
    let fields = try decode(Deep.self, deep)
    #expect(try encode(fields) == deep)
    #expect(throws: EncodingError.self) { try encode([fields]) }
  }
}
