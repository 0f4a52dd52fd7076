// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTesting

/// Where the histories of several runs are written to.
package enum HistoryNames {
  /// The file of one run among several: its workload and seed stand before the extension.
  ///
  /// - Parameters:
  ///   - path: What was named: `DIR/history.jsonl`.
  ///   - name: The run's name: `append-7`.
  /// - Returns: `DIR/history-append-7.jsonl`.
  package static func path(_ path: String, of name: String) -> String {
    let start = path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex
    let file = path[start...]
    guard let dot = file.lastIndex(of: "."), dot != file.startIndex else {
      return "\(path)-\(name)"
    }
    return "\(path[..<dot])-\(name)\(path[dot...])"
  }
}
