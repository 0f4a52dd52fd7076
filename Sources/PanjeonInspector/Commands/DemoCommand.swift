// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Between
internal import Panjeon
internal import PanjeonStorage
internal import PanjeonTransactions
internal import WideColumn

/// The command `panjeon demo`.
struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Sends couples' messages, kills the sender, and checks what is left.",
    discussion: """
      Couples are created and messages sent by many clients at once, each message a serializable transaction over
      three rows, in a process that is killed at a random moment. The store is then opened again: every message
      acknowledged before the kill must be there, once, in order, in both partners' rows, and an audit of Between's
      invariants must find nothing. With durability memory the last messages may be lost, and what is left must have
      no gap. With --replicas the store has copies on three volumes, of which one or two are removed before it is opened again; \
      then it must make their copies anew.
      """)

  @OptionGroup var options: DemoOptions

  @Option(
    help:
      "The store's directory; a temporary one, removed at the end, if it is not given. Photos go to one with .blobs behind its name."
  )
  var store: String?

  @Option(
    help: ArgumentHelp(
      "A command that does the sending process harm, in place of killing it.",
      discussion: """
        Run by sh at the moment of the kill, with PANJEON_CHILD set to the process's number; a power cut, say. The process is \
        killed afterwards if it is still there. Messages acknowledged as os may then be lost, those as disk may not.
        """))
  var crashCommand: String?

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let report: DemoReport
    do {
      report = try await demonstrate()
    } catch let error as MessagesFileError {
      Output.printError("panjeon: \(options.messages ?? ""): \(error)")
      throw Inspector.Status.unreadable
    }
    try output.print(report)
    if !report.checksPassed { throw Inspector.Status.findings }
  }

  private func demonstrate() async throws -> DemoReport {
    let seed = options.seed ?? Platform.randomSeed()
    let conversations = try options.messages.map { try MessagesFile.read($0) }
    let place = DemoPlace(
      directory: try store ?? TemporaryDirectory.create(), hasReplicas: options.replicas)
    defer { if store == nil { remove(place) } }
    let run = try await freeRun(from: seed, in: place)
    let plan = DemoPlan(run: run, couples: options.couples, conversations: conversations)
    var random = SplitMix64(seed: seed)
    let killAfter = options.seconds * Double.random(in: 0.5..<1, using: &random)
    let demo = DemoRun(
      executable: Self.executable, arguments: childArguments(run, place.directory),
      killAfterSeconds: killAfter, crashCommand: crashCommand, clock: SystemTimeSource())
    let executor = IOExecutor(name: "demo", threads: 1)
    defer { executor.shutDown() }
    let heard = try await executor.run { () throws(StoreError) in try demo.run() }
    let check = DemoCheck(
      plan: plan, heard: heard, place: place, options: options, seed: seed,
      isLossAllowed: options.durability == .memory
        || (crashCommand != nil && options.durability != .disk))
    if !options.replicas { return try await check.report() }
    var replicas = DemoReplicas(
      lost: DemoReplicas.victims(options.durability, using: &random),
      before: try await place.survey())
    try place.lose(replicas.lost)
    var report = try await check.report()
    replicas.after = try await place.survey()
    report.replicas = replicas
    // What was lost must have been copied again.
    if replicas.after?.findings.isEmpty != true { report.checksPassed = false }
    return report
  }

  private func remove(_ place: DemoPlace) {
    do throws(StoreError) {
      try place.remove()
    } catch {
      Output.printError("panjeon: could not clean up: \(error)")
    }
  }

  /// The path of the running executable.
  private static var executable: String {
    #if os(Linux)
      "/proc/self/exe"
    #else
      CommandLine.arguments[0]
    #endif
  }

  /// The first run from the seed on whose couples the store does not hold yet.
  private func freeRun(from seed: UInt64, in place: DemoPlace) async throws -> UInt64 {
    let database = try await place.open()
    let between = try await database.openBetween(passwords: LockedOut())
    var run = seed
    while true {
      let first = DemoPlan(run: run, couples: 1, conversations: nil).ids(couple: 0)
      if try await between.datastore.get(Key(.user, first.a)) == nil { break }
      run &+= 1
    }
    try await database.close()
    return run
  }

  private func childArguments(_ run: UInt64, _ directory: String) -> [String] {
    var arguments = [
      "demo-child", "--store", directory, "--run", String(run),
      "--couples", String(options.couples), "--clients", String(options.clients),
      "--seconds", String(options.seconds), "--durability", options.durability.name,
      "--lives", String(options.lives),
    ]
    if options.splitMergeEvery > 0 {
      arguments += ["--split-merge-every", String(options.splitMergeEvery)]
    }
    if options.replicas { arguments.append("--replicas") }
    if let messages = options.messages { arguments += ["--messages", messages] }
    return arguments
  }
}
