// SPDX-License-Identifier: Apache-2.0

#if Sodium
  import Panjeon
  import PanjeonS3
  import Testing

  @Suite("S3Signer")
  struct S3SignerTests {
    /// The examples of Amazon's page "Signature Calculations for the Authorization Header: Transferring Payload in a Single Chunk".
    private static let example = S3Signer(
      credentials: S3Credentials(
        accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
      region: "us-east-1")
    /// 2013-05-24, midnight.
    private static let exampleTime: Int64 = 1_369_353_600_000_000

    private func signature(
      _ request: S3Request, _ body: String = "", by signer: S3Signer = Self.example,
      at time: Int64 = Self.exampleTime
    ) -> (names: String, signature: String) {
      var request = request
      signer.sign(&request, payload: SHA256Hasher.checksum(of: Array(body.utf8)), at: time)
      let parts = (request.headers["authorization"] ?? "").split(separator: ",")
      guard parts.count == 3 else { return ("", "") }
      return (String(parts[1].dropFirst(14)), String(parts[2].dropFirst(10)))
    }

    @Test("Amazon's example of GET Object")
    func getObject() {
      var request = S3Request(
        method: "GET", host: "examplebucket.s3.amazonaws.com", path: "/test.txt")
      request.headers["range"] = "bytes=0-9"
      let found = signature(request)
      #expect(found.names == "host;range;x-amz-content-sha256;x-amz-date")
      #expect(found.signature == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
    }

    @Test("Amazon's example of PUT Object")
    func putObject() {
      var request = S3Request(
        method: "PUT", host: "examplebucket.s3.amazonaws.com", path: "/test$file.text")
      request.headers["date"] = "Fri, 24 May 2013 00:00:00 GMT"
      request.headers["x-amz-storage-class"] = "REDUCED_REDUNDANCY"
      let found = signature(request, "Welcome to Amazon S3.")
      #expect(found.signature == "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")
    }

    @Test("Amazon's examples of GET Bucket Lifecycle and List Objects")
    func bucket() {
      var request = S3Request(method: "GET", host: "examplebucket.s3.amazonaws.com", path: "/")
      request.query = [("lifecycle", "")]
      #expect(
        signature(request).signature
          == "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")
      request.query = [("prefix", "J"), ("max-keys", "2")]
      #expect(
        signature(request).signature
          == "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")
    }

    @Test("The first case of Amazon's test suite for all services")
    func vanilla() {
      let signer = S3Signer(
        credentials: S3Credentials(
          accessKey: "AKIDEXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
        region: "us-east-1", service: "service")
      let request = S3Request(method: "GET", host: "example.amazonaws.com", path: "/")
      let found = signature(request, by: signer, at: 1_440_938_160_000_000)
      #expect(found.names == "host;x-amz-date")
      #expect(found.signature == "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")
    }

    @Test("What botocore makes of names that need encoding, of session tokens, ports and queries")
    func botocore() {
      // 2026-11-30 06:48:03; botocore 1.43.11, S3SigV4Auth.
      let time: Int64 = 1_796_021_283_000_000
      var request = S3Request(
        method: "PUT", host: "photos.s3.eu-central-1.amazonaws.com", path: "/ab c/ü~+")
      request.headers["content-type"] = "image/jpeg"
      let put = signature(
        request, "hello",
        by: S3Signer(
          credentials: S3Credentials(
            accessKey: "AKIDEXAMPLE", secretKey: "secret/+key", sessionToken: "TOKEN=="),
          region: "eu-central-1"), at: time)
      #expect(put.names == "content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token")
      #expect(put.signature == "5e6233d11e4266f2b9401075b985cdb1838c3b0724d3887efc7dd1bb0c452a65")
      var list = S3Request(method: "GET", host: "127.0.0.1:31000", path: "/photos")
      list.query = [
        ("start-after", "a/b c"), ("prefix", "a/b"), ("list-type", "2"), ("encoding-type", "url"),
        ("max-keys", "7"),
      ]
      let listed = signature(
        list,
        by: S3Signer(
          credentials: S3Credentials(accessKey: "AKIDEXAMPLE", secretKey: "secret/+key"),
          region: "us-east-1"), at: time)
      #expect(
        listed.signature == "789c01b4132f885804d4f4441ed7c5105d66ddb9ed8ceeddf36da9dcdd100bbd")
    }

    @Test("Credentials show nothing of their secret half")
    func secrets() {
      let credentials = S3Credentials(
        accessKey: "public", secretKey: "hush-hush", sessionToken: "psst")
      var dumped = ""
      dump(credentials, to: &dumped)
      for text in ["\(credentials)", String(reflecting: credentials), dumped] {
        #expect(text.contains("public"))
        #expect(!text.contains("hush") && !text.contains("psst"))
      }
    }
  }

  @Suite("S3Listing")
  struct S3ListingTests {
    private func listing(_ text: String) -> S3Listing? { S3Listing(Array(text.utf8)) }

    @Test("Names, encoded or not, are read; what is no list is told from an empty one")
    func names() {
      let xml = """
        <?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name>
        <Prefix>Key</Prefix><Contents><Key>a%2Bb+c%C3%BC</Key><Size>1</Size></Contents>
        <Contents><Key>d&amp;e</Key></Contents><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated></ListBucketResult>
        """
      #expect(listing(xml)?.names == ["a+b cü", "d&e"])
      #expect(listing(xml)?.isTruncated == true)
      let plain = xml.replacing("<EncodingType>url</EncodingType>", with: "")
      #expect(listing(plain)?.names.first == "a%2Bb+c%C3%BC")
      let empty = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"
      #expect(listing(empty)?.names == [])
      for wrong in [
        "", "no XML", "<a>", "<ListBucketResult/>", "<html><body>busy</body></html>",
        xml.replacing("%2Bb", with: "%2"), xml.replacing("%2B", with: "%+2"),
        xml.replacing("%2B", with: "%GG"),
        xml.replacing("%C3", with: "%FF"),
      ] {
        #expect(listing(wrong) == nil, "\(wrong)")
      }
    }

    @Test("Documents that are made to exhaust memory do not", .timeLimit(.minutes(15)))
    func hostile() {
      let deep = String(repeating: "<a>", count: 50_000) + String(repeating: "</a>", count: 50_000)
      #expect(listing(deep) == nil)
      var entities = "<!ENTITY e0 \"lollollollol\">"
      for number in 1..<20 {
        let inner = String(repeating: "&e\(number - 1);", count: 10)
        entities += "<!ENTITY e\(number) \"\(inner)\">"
      }
      let laughs = "<!DOCTYPE r [\(entities)]><r><IsTruncated>&e19;</IsTruncated></r>"
      #expect(listing(laughs)?.isTruncated != true)
      let outside = """
        <!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r><Contents><Key>&x;</Key></Contents><IsTruncated>true</IsTruncated></r>
        """
      #expect(listing(outside)?.names.contains { $0.contains("root") } != true)
    }
  }
#endif
