// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
public import WideColumn

extension Durability: ExpressibleByArgument {
  /// The names the command line knows: disk, os, memory.
  public init?(argument: String) {
    switch argument {
    case "disk": self = .disk
    case "os": self = .operatingSystem
    case "memory": self = .memory
    default: return nil
    }
  }

  /// The name as it is given.
  public var defaultValueDescription: String { name }

  /// The names the command line knows.
  public static var allValueStrings: [String] { ["disk", "os", "memory"] }

  var name: String {
    switch self {
    case .disk: "disk"
    case .operatingSystem: "os"
    case .memory: "memory"
    }
  }
}

/// What parent and child of the demo are told alike.
struct DemoOptions: ParsableArguments {
  /// The most couples, clients and seconds that make sense.
  static let couplesMax = 1_000_000
  static let clientsMax = 10_000
  static let secondsMax = 86_400.0

  @Option(help: "How many couples to create (with --messages: as many as the file has).")
  var couples = 50

  @Option(help: "How many clients send at the same time.")
  var clients = 16

  @Option(help: "How long to send, in seconds; the kill comes in the second half of it.")
  var seconds = 5.0

  @Option(
    help:
      "A file to send instead of made-up text: a JSON object a line, {\"couple\", \"from\", \"text\", and \"sentAt\" if it is known}."
  )
  var messages: String?

  @Option(help: "What an acknowledged message survives: disk, os or memory.")
  var durability = Durability.disk

  @Option(
    help: "Splits or merges a region every so many seconds while messages are sent; 0: never.")
  var splitMergeEvery = 0.0

  @Option(
    help: "How many further couples live beside: they read mostly, and share more, photos too.")
  var lives = 10

  @Flag(
    help: ArgumentHelp(
      "Keep copies on three volumes, and remove some of them after the kill.",
      discussion: """
        Two ephemeral volumes in different racks, a and b, and a durable one, d: directories below the store's. With \
        durability disk both ephemeral ones are removed, and every acknowledged message must be on the durable one. With os or \
        memory one of them is removed, since a message acknowledged as os is on both, and on the durable one a little later. \
        Look at it with panjeon volumes STORE/d.
        """))
  var replicas = false

  @Option(help: "Decides couples, texts, and the moment of the kill; random if it is not given.")
  var seed: UInt64?

  func validate() throws {
    guard (1...Self.couplesMax).contains(couples) else {
      throw ValidationError("--couples must lie between 1 and \(Self.couplesMax)")
    }
    guard (1...Self.clientsMax).contains(clients) else {
      throw ValidationError("--clients must lie between 1 and \(Self.clientsMax)")
    }
    guard (0...Self.couplesMax).contains(lives) else {
      throw ValidationError("--lives must lie between 0 and \(Self.couplesMax)")
    }
    guard splitMergeEvery == 0 || (0.001...Self.secondsMax).contains(splitMergeEvery) else {
      throw ValidationError("--split-merge-every must be 0, or 0.001 or more")
    }
    guard seconds > 0, seconds <= Self.secondsMax else {
      throw ValidationError("--seconds must be more than 0 and at most \(Self.secondsMax)")
    }
  }
}
