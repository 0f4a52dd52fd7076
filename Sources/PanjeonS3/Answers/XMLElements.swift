// SPDX-License-Identifier: Apache-2.0

#if Sodium
  internal import Foundation

  #if canImport(FoundationXML)
    internal import FoundationXML
  #endif

  /// The texts of a document's elements, in order, by their paths without the root's name: `Contents/Key`.
  struct XMLElements {
    /// How many elements are looked at, how deep, and of texts how long: far more than a service's answers have.
    static let countMax = 100_000
    static let depthMax = 20
    static let textBytesMax = 16 << 10

    private(set) var texts: [(path: String, text: String)] = []

    /// Nil when the bytes are no XML.
    init?(_ bytes: [UInt8]) {
      let parser = XMLParser(data: Data(bytes))
      let collector = Collector()
      parser.delegate = collector
      parser.shouldResolveExternalEntities = false
      guard parser.parse(), !collector.isTooLarge else { return nil }
      texts = collector.texts
    }

    /// The text of the first element of a path.
    func first(_ path: String) -> String? { texts.first { $0.path == path }?.text }

    /// The texts of all elements of a path.
    func all(_ path: String) -> [String] { texts.filter { $0.path == path }.map(\.text) }

    private final class Collector: NSObject, XMLParserDelegate {
      var texts: [(path: String, text: String)] = []
      var isTooLarge = false
      private var path: [String] = []
      private var text = ""

      func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
        qualifiedName: String?, attributes: [String: String]
      ) {
        path.append(name)
        text = ""
        if path.count > XMLElements.depthMax || texts.count >= XMLElements.countMax {
          stop(parser)
        }
      }

      func parser(_ parser: XMLParser, foundCharacters characters: String) {
        text += characters
        if text.utf8.count > XMLElements.textBytesMax { stop(parser) }
      }

      private func stop(_ parser: XMLParser) {
        isTooLarge = true
        parser.abortParsing()
      }

      func parser(
        _ parser: XMLParser, didEndElement name: String, namespaceURI: String?,
        qualifiedName: String?
      ) {
        texts.append((path.dropFirst().joined(separator: "/"), text))
        path.removeLast()
        text = ""
      }
    }
  }
#endif
