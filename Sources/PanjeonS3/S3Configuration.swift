// SPDX-License-Identifier: Apache-2.0

#if Sodium
  internal import PanjeonStorage
  public import WideColumn

  /// Which bucket of which service, by whose credentials, and how long to try.
  public struct S3Configuration: Sendable {
    /// How a request names its bucket.
    public enum Addressing: Hashable, Sendable {
      /// In the path: `https://endpoint/bucket/key`; what most services other than Amazon's expect.
      case path
      /// In the host's name: `https://bucket.endpoint/key`; what Amazon's expects. The bucket's name must be one of DNS.
      case virtualHost
    }

    /// The service, such as `https://s3.eu-central-1.amazonaws.com`: scheme, host and port, nothing else.
    public var endpoint: String

    /// The region that requests are signed for, such as `eu-central-1`.
    public var region: String

    /// The bucket; it must exist.
    public var bucket: String

    /// Who asks.
    public var credentials: S3CredentialsSource

    /// How a request names its bucket; in the path by default.
    public var addressing = Addressing.path

    /// What the objects' names begin with, before the 64 digits: letters, digits and `-_./`; nothing by default.
    public var prefix = ""

    /// Lets bytes, and the keys by which anybody can fetch them, travel unencrypted to other machines; false by default, when `http:` is
    /// for this machine only.
    public var allowsUnencryptedTransport = false

    /// How many bytes are held in memory for one call at the most; 64 MiB by default.
    public var bytesMax = 64 << 20

    /// How many connections there are at once at the most, 1 to 64, while others wait; eight by default.
    public var connectionsMax = 8

    /// How often a call is tried at the most, 1 to 20; four times by default.
    public var attemptsMax = 4

    /// Before the second attempt a call waits a random part of this, before each later one of twice as much; 100 ms by default.
    public var backoffBase = Duration.milliseconds(100)

    /// What a wait between attempts is a part of at the most; 5 s by default.
    public var backoffMax = Duration.seconds(5)

    /// How long a call may take, all its attempts together, besides the time for its bytes (``bytesPerSecondMin``); 30 s by default.
    public var deadline = Duration.seconds(30)

    /// How long an attempt may stand still, with no byte coming or going; 10 s by default.
    public var idleTimeout = Duration.seconds(10)

    /// The throughput that a call's deadline allows for: 256 KiB/s by default, so that 64 MiB have four minutes more; a value that is got
    /// whole may take as long as one of ``bytesMax``.
    public var bytesPerSecondMin = 256 << 10

    /// The clock of signatures, which a service wants to be right within a quarter of an hour, of waits and of deadlines.
    public var timeSource: any TimeSource = SystemTimeSource()

    /// What the waits between attempts are drawn from; by default the operating system's randomness.
    public var seed = Platform.randomSeed()

    /// Describes a bucket.
    public init(
      endpoint: String, region: String, bucket: String, credentials: S3CredentialsSource
    ) {
      self.endpoint = endpoint
      self.region = region
      self.bucket = bucket
      self.credentials = credentials
    }
  }
#endif
