// SPDX-License-Identifier: Apache-2.0

#if Sodium
  /// A request before it is signed and sent.
  package struct S3Request: Sendable {
    package var method: String
    /// As in the header `Host`.
    package var host: String
    /// Not encoded.
    package var path: String
    /// Not encoded, in any order.
    package var query: [(name: String, value: String)] = []
    /// By lower-case names, without `host`.
    package var headers: [String: String] = [:]

    package init(method: String, host: String, path: String) {
      self.method = method
      self.host = host
      self.path = path
    }

    /// The path as it is sent and signed.
    package var encodedPath: String { Self.encode(path, sparingSlashes: true) }

    /// The query as it is sent and signed.
    package var encodedQuery: String {
      query.map { (Self.encode($0.name), Self.encode($0.value)) }
        .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
        .map { "\($0)=\($1)" }
        .joined(separator: "&")
    }

    /// The encoding of RFC 3986: everything but letters, digits and `-._~` as `%` and two upper-case digits.
    static func encode(_ text: String, sparingSlashes: Bool = false) -> String {
      let digits = Array("0123456789ABCDEF".utf8)
      var encoded: [UInt8] = []
      for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
          UInt8(ascii: "_"), UInt8(ascii: "~"):
          encoded.append(byte)
        case UInt8(ascii: "/") where sparingSlashes: encoded.append(byte)
        default:
          encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
      }
      return String(decoding: encoded, as: UTF8.self)
    }
  }
#endif
