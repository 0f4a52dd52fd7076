// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import PanjeonCheck
import Testing

@Suite("The command line of panjeon-check")
struct CommandLineTests {
  @Test(
    "What makes no sense is refused, with the reason",
    arguments: [
      (["--faults", "rain"], "rain"),
      (["--faults", ""], "--faults"),
      (["--workload", "queue"], "queue"),
      (["--clients", "0"], "--clients must lie between 1 and 1000"),
      (["--transactions", "0"], "--transactions must lie between"),
      (["--seeds", "0"], "--seeds must lie between"),
      (["--seed", "-1"], "--seed"),
      (["--workload", "append", "--history", ""], "--history names no file"),
      (["--processes", "2"], "--processes needs --store DIR"),
      (["--processes", "2", "--path", "mixed"], "--processes needs --store DIR"),
      (["--processes", "2", "--store", "DIR"], "--path two-phase or mixed"),
      (
        ["--processes", "0", "--store", "DIR", "--path", "mixed"],
        "--processes must lie between 1 and 64"
      ),
      (
        ["--processes", "3", "--store", "DIR", "--path", "mixed", "--clients", "5"],
        "--clients: each process needs one"
      ),
    ])
  func refused(arguments: [String], reason: String) {
    do {
      _ = try CheckCommand.parseAsRoot(["run"] + arguments)
      Issue.record("\(arguments) was taken")
    } catch {
      #expect(CheckCommand.fullMessage(for: error).contains(reason))
      #expect(CheckCommand.exitCode(for: error).rawValue == 64)
    }
  }

  @Test(
    "What makes sense is taken",
    arguments: [
      [], ["--workload", "write-skew"], ["--faults", "crash"], ["--faults", "skew,crash"],
      ["--history", "h"], ["--workload", "append", "--seeds", "2", "--history", "h"],
      ["--store", "memory", "--faults", "all"],
      ["--store", "DIR", "--faults", "crash"], ["--store", "DIR", "--faults", "all"],
      ["--store", "simulated", "--faults", "crash,skew"], ["--faults", "none"],
      ["--workload", "set", "--history", "h", "--json", "--allow-unknown"],
      ["--store", "DIR", "--path", "two-phase", "--processes", "3", "--clients", "3"],
      ["--store", "DIR", "--path", "mixed", "--processes", "3", "--faults", "all"],
      ["--path", "one-batch", "--seed", "18446744073709551615", "--seeds", "3"],
    ] as [[String]])
  func taken(arguments: [String]) throws {
    _ = try CheckCommand.parseAsRoot(["run"] + arguments)
  }

  @Test(
    "lives refuses what makes no sense, and takes the rest",
    arguments: [
      (["--couples", "0"], "--couples must lie between 1 and 10000"),
      (["--operations", "0"], "--operations must lie between"),
      (["--store", "DIR"], "DIR"),
      (["--faults", "rain"], "rain"),
      (["--store", "simulated", "--faults", "all", "--seeds", "3", "--json"], nil),
    ] as [([String], String?)])
  func lives(arguments: [String], reason: String?) throws {
    do {
      _ = try CheckCommand.parseAsRoot(["lives"] + arguments)
      #expect(reason == nil)
    } catch {
      #expect(CheckCommand.fullMessage(for: error).contains(try #require(reason)))
      #expect(CheckCommand.exitCode(for: error).rawValue == 64)
    }
  }

  @Test(
    "placement refuses what makes no sense, and takes the rest",
    arguments: [
      (["--seeds", "0"], "--seeds must lie between"),
      (["--lives", "1001"], "--lives must lie between 1 and 1000"),
      (["--batches", "0"], "--batches must lie between"),
      (["--seconds-max", "0"], "--seconds-max must be positive"),
      (["--planted", "rain"], "rain"),
      (["--seeds", "3", "--first-seed", "7", "--seconds-max", "5", "--json"], nil),
      (["--planted", "lost-syncs", "--without-returns"], nil),
    ] as [([String], String?)])
  func placement(arguments: [String], reason: String?) throws {
    do {
      _ = try CheckCommand.parseAsRoot(["placement"] + arguments)
      #expect(reason == nil)
    } catch {
      #expect(CheckCommand.fullMessage(for: error).contains(try #require(reason)))
      #expect(CheckCommand.exitCode(for: error).rawValue == 64)
    }
  }

  @Test(
    "zones refuses what makes no sense",
    arguments: [["--transactions", "0"], ["--svg", ""], ["--seed", "x"], ["more"]])
  func zonesRefused(arguments: [String]) {
    do {
      _ = try CheckCommand.parseAsRoot(["zones"] + arguments)
      Issue.record("\(arguments) was taken")
    } catch {
      #expect(CheckCommand.exitCode(for: error).rawValue == 64)
    }
  }

  @Test(
    "verify refuses unknown levels and more than one workload",
    arguments: [
      ["f", "--level", "best"], ["f", "--workload", "all"], [],
    ] as [[String]])
  func verifyRefused(arguments: [String]) {
    do {
      _ = try CheckCommand.parseAsRoot(["verify"] + arguments)
      Issue.record("\(arguments) was taken")
    } catch {
      #expect(CheckCommand.exitCode(for: error).rawValue == 64)
    }
  }
}
