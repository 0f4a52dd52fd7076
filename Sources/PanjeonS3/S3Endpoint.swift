// SPDX-License-Identifier: Apache-2.0

#if Sodium
  internal import FoundationEssentials
  internal import Panjeon

  /// Where the objects of a bucket are.
  struct S3Endpoint: Sendable {
    let scheme: String
    /// With the port, unless it is the scheme's own: as in the header `Host`, which is signed.
    let host: String
    /// Before an object's name, encoded.
    let path: String
    let prefix: String

    init(_ configuration: S3Configuration) throws(BlobError) {
      guard let url = URL(string: configuration.endpoint), let scheme = url.scheme?.lowercased(),
        let name = url.host?.lowercased(), !name.isEmpty, url.user == nil, url.query == nil,
        url.fragment == nil, ["", "/"].contains(url.path), ["http", "https"].contains(scheme)
      else {
        throw BlobError(
          .invalidArgument, "an endpoint is http:// or https://, a host, and perhaps a port")
      }
      let loopback = ["localhost", "127.0.0.1", "::1"].contains(name)
      guard scheme == "https" || loopback || configuration.allowsUnencryptedTransport else {
        throw BlobError(
          .invalidArgument,
          "an endpoint on another machine is https:, or allowsUnencryptedTransport")
      }
      try Self.validate(configuration)
      var host = name.contains(":") ? "[\(name)]" : name
      if let port = url.port, port != (scheme == "https" ? 443 : 80) { host += ":\(port)" }
      self.scheme = scheme
      prefix = configuration.prefix
      switch configuration.addressing {
      case .path:
        self.host = host
        path = "/\(configuration.bucket)"
      case .virtualHost:
        self.host = "\(configuration.bucket).\(host)"
        path = ""
      }
    }

    private static func validate(_ configuration: S3Configuration) throws(BlobError) {
      func isMade(_ text: String, of others: String) -> Bool {
        text.utf8.allSatisfy { byte in
          let character = Character(UnicodeScalar(byte))
          return character.isASCII
            && (character.isLetter || character.isNumber || others.contains(character))
        }
      }
      let isValid =
        isMade(configuration.bucket, of: "-._") && !configuration.bucket.isEmpty
        && isMade(configuration.prefix, of: "-._/") && configuration.prefix.utf8.count <= 900
        && !configuration.prefix.hasPrefix("/")
        // What would be another path once a server has made it simple.
        && !configuration.prefix.split(separator: "/", omittingEmptySubsequences: false)
          .contains { $0 == "." || $0 == ".." }
        && isMade(configuration.region, of: "-") && !configuration.region.isEmpty
      guard isValid else {
        throw BlobError(
          .invalidArgument, "a bucket, a region or a prefix has characters that it cannot have")
      }
    }

    /// An object's name.
    func name(of key: BlobKey) -> String { prefix + key.text }

    /// A request for an object.
    func request(_ method: String, _ key: BlobKey) -> S3Request {
      S3Request(method: method, host: host, path: "\(path)/\(name(of: key))")
    }

    /// A request for a list of objects.
    func listRequest(after name: String?, countMax: Int) -> S3Request {
      var request = S3Request(method: "GET", host: host, path: path.isEmpty ? "/" : path)
      request.query = [
        ("encoding-type", "url"), ("list-type", "2"), ("max-keys", "\(countMax)"),
      ]
      if !prefix.isEmpty { request.query.append(("prefix", prefix)) }
      if let name { request.query.append(("start-after", name)) }
      return request
    }
  }
#endif
