// SPDX-License-Identifier: Apache-2.0

#if Sodium
  internal import FoundationEssentials
  package import Panjeon

  /// Signs requests: AWS Signature Version 4, in the header `Authorization`, with the payload's SHA-256.
  ///
  /// After "Signature Calculations for the Authorization Header: Transferring Payload in a Single Chunk" of Amazon's S3 documentation.
  package struct S3Signer: Sendable {
    private static let algorithm = "AWS4-HMAC-SHA256"
    package static let emptyPayload = SHA256Hasher.checksum(of: [])

    private let credentials: S3Credentials
    private let region: String
    private let service: String

    package init(credentials: S3Credentials, region: String, service: String = "s3") {
      self.credentials = credentials
      self.region = region
      self.service = service
    }

    /// Adds the headers that prove who sent the request, when, and that nothing of it has been changed.
    ///
    /// - Parameters:
    ///   - request: Whatever headers it has are signed too.
    ///   - payload: The SHA-256 of the body.
    ///   - microseconds: The moment, since the Unix epoch.
    package func sign(_ request: inout S3Request, payload: BlobChecksum, at microseconds: Int64) {
      let time = Self.timestamp(microseconds)
      request.headers["x-amz-date"] = time
      if service == "s3" { request.headers["x-amz-content-sha256"] = payload.text }
      if let token = credentials.sessionToken { request.headers["x-amz-security-token"] = token }
      let scope = "\(time.prefix(8))/\(region)/\(service)/aws4_request"
      let names = (request.headers.keys + ["host"]).sorted().joined(separator: ";")
      let canonical = canonicalRequest(request, names, payload)
      let text = [
        Self.algorithm, time, scope, SHA256Hasher.checksum(of: Array(canonical.utf8)).text,
      ].joined(separator: "\n")
      let signature = HMACSHA256.authenticate(
        Array(text.utf8), key: signingKey(String(time.prefix(8))))
      let credential = "\(credentials.accessKey)/\(scope)"
      request.headers["authorization"] =
        "\(Self.algorithm) Credential=\(credential),SignedHeaders=\(names),Signature=\(Self.digits(signature))"
    }

    private func canonicalRequest(
      _ request: S3Request, _ names: String, _ payload: BlobChecksum
    ) -> String {
      let headers = request.headers.merging(["host": request.host]) { own, _ in own }
        .sorted { $0.key < $1.key }
        .map { "\($0.key):\(Self.trimmed($0.value))\n" }
        .joined()
      return [
        request.method, request.encodedPath, request.encodedQuery, headers, names, payload.text,
      ].joined(separator: "\n")
    }

    /// Without spaces around it, and with one where there were several.
    private static func trimmed(_ value: String) -> String {
      value.split(separator: " ").joined(separator: " ")
    }

    private func signingKey(_ day: String) -> [UInt8] {
      [day, region, service, "aws4_request"].reduce(Array("AWS4\(credentials.secretKey)".utf8)) {
        HMACSHA256.authenticate(Array($1.utf8), key: $0)
      }
    }

    /// A moment as `20130524T000000Z`.
    static func timestamp(_ microseconds: Int64) -> String {
      let seconds = microseconds / 1_000_000
      return Date(timeIntervalSince1970: TimeInterval(seconds))
        .formatted(.iso8601).filter { (character: Character) in !"-:".contains(character) }
    }

    private static func digits(_ code: [UInt8]) -> String {
      BlobChecksum(code)?.text ?? ""
    }
  }
#endif
