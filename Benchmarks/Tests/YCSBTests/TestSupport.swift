// SPDX-License-Identifier: Apache-2.0

import Foundation
import YCSB
import YCSBEngines
import YCSBReports

enum Workloads {
  static func text(_ name: String) throws -> String {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent()
      .deletingLastPathComponent()
    return try String(contentsOf: root.appending(path: "workloads/\(name)"), encoding: .utf8)
  }
}

enum ReportProperties {
  static func of(_ name: String) throws -> Properties { try ReportWorkload.properties(name) }
}

/// An engine in a directory of its own, which goes with it.
func withEngine(
  _ kind: EngineKind, _ properties: Properties, _ body: (any Engine) async throws -> Void
) async throws {
  let directory = FileManager.default.temporaryDirectory.path + "/ycsb-test-\(UUID().uuidString)"
  defer { try? FileTree.remove(directory) }
  var properties = properties
  properties["directory"] = directory
  properties["cachebytes"] = String(8 << 20)
  properties["memtablebytes"] = String(1 << 20)
  let engine = try await kind.open(EngineOptions(properties, engine: kind.rawValue))
  do {
    try await body(engine)
  } catch {
    try? await engine.close()
    throw error
  }
  try await engine.close()
}
