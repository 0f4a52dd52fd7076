// SPDX-License-Identifier: Apache-2.0

#if Sodium
  /// A page of the names of objects: the answer to `ListObjectsV2`.
  package struct S3Listing {
    /// Ascending.
    package var names: [String]
    package var isTruncated: Bool

    /// Nil when the bytes are no such answer.
    package init?(_ bytes: [UInt8]) {
      guard let elements = XMLElements(bytes), let truncated = elements.first("IsTruncated") else {
        return nil
      }
      let encoded = elements.first("EncodingType") == "url"
      var names: [String] = []
      for text in elements.all("Contents/Key") {
        guard let name = encoded ? Self.decode(text) : text else { return nil }
        names.append(name)
      }
      self.names = names
      isTruncated = truncated == "true"
    }

    /// Undoes the encoding of forms: `+` is a space, and `%` begins a byte.
    static func decode(_ text: String) -> String? {
      var bytes: [UInt8] = []
      var rest = text.utf8[...]
      while let byte = rest.popFirst() {
        switch byte {
        case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
        case UInt8(ascii: "%"):
          let digits = rest.prefix(2)
          guard digits.count == 2, digits.first != UInt8(ascii: "+"),
            digits.first != UInt8(ascii: "-"),
            let value = UInt8(String(Substring(digits)), radix: 16)
          else {
            return nil
          }
          bytes.append(value)
          rest = rest.dropFirst(2)
        default: bytes.append(byte)
        }
      }
      return String(validating: bytes, as: UTF8.self)
    }
  }
#endif
