// SPDX-License-Identifier: Apache-2.0

#if Sodium
  /// What a service knows its users by.
  public struct S3Credentials: Hashable, Sendable {
    /// The public half.
    public var accessKey: String

    /// The secret half, which requests are signed with and which is never sent.
    public var secretKey: String

    /// The third part of credentials that are valid for a while only.
    public var sessionToken: String?

    /// Creates credentials.
    public init(accessKey: String, secretKey: String, sessionToken: String? = nil) {
      self.accessKey = accessKey
      self.secretKey = secretKey
      self.sessionToken = sessionToken
    }
  }

  extension S3Credentials: CustomStringConvertible, CustomReflectable {
    /// The public half alone.
    public var description: String { "S3Credentials(\(accessKey), …)" }

    /// Nothing of the secret half, nor in dumps.
    public var customMirror: Mirror { Mirror(self, children: ["accessKey": accessKey]) }
  }

  /// Where the credentials of each request come from.
  public struct S3CredentialsSource: Sendable {
    let get: @Sendable () async throws -> S3Credentials

    /// Asks for credentials before each attempt of each request; keep them until they are about to expire.
    public init(_ get: @escaping @Sendable () async throws -> S3Credentials) { self.get = get }

    /// The same credentials always.
    public static func fixed(_ credentials: S3Credentials) -> S3CredentialsSource {
      S3CredentialsSource { credentials }
    }
  }
#endif
