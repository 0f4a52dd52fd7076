// SPDX-License-Identifier: Apache-2.0

internal import PanjeonInspector

/// The command-line tool.
@main
enum Main {
  static func main() async {
    await Inspector.main()
  }
}
