// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import PanjeonCheck

/// The transaction correctness suite.
@main
enum Main {
  static func main() async {
    await CheckCommand.main()
  }
}
