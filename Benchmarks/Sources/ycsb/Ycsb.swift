// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import YCSB
internal import YCSBEngines

@main
struct Ycsb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ycsb",
    abstract: "Measures Panjeon and its peers as YCSB does, in one process and one run.",
    discussion: """
      Load first, then run:

        ycsb load panjeon -P workloads/workloada -p recordcount=100000
        ycsb run panjeon -P workloads/workloada -p recordcount=100000 -p operationcount=1000000 -threads 4 -s
        ycsb compare --quick

      Exit status: 0 done, 1 an operation or the validation failed or a verdict is not met, 64 wrong
      usage.
      """,
    subcommands: [
      LoadCommand.self, RunCommand.self, CompareCommand.self, ScaleCommand.self, StallsCommand.self,
      EnginesCommand.self,
      PropertiesCommand.self,
    ])

  static func main() async {
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch let error as UsageError {
      StandardError.write("ycsb: \(error.description)")
      exit(withError: ExitCode.validationFailure)
    } catch let error as NotOffered {
      StandardError.write("ycsb: \(error.description)")
      exit(withError: ExitCode.validationFailure)
    } catch {
      if exitCode(for: error) == .failure, !(error is ExitCode) {
        StandardError.write("ycsb: \(error)")
        exit(withError: ExitCode.failure)
      }
      exit(withError: error)
    }
  }
}

struct EnginesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "engines", abstract: "Lists the engines.")

  func run() {
    for kind in EngineKind.allCases { print("\(kind.rawValue): \(kind.meaning)") }
  }
}

struct PropertiesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "properties", abstract: "Lists the properties, what they mean and their defaults.")

  func run() {
    for (name, meaning) in PropertyNames.descriptions { print("\(name): \(meaning)") }
  }
}
