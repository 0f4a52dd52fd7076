// SPDX-License-Identifier: Apache-2.0

/// What is measured by itself; the raw values are the names in reports.
package enum Metric: String, CaseIterable, Sendable {
  case read = "READ"
  case update = "UPDATE"
  case insert = "INSERT"
  case scan = "SCAN"
  case delete = "DELETE"
  case readModifyWrite = "READ-MODIFY-WRITE"
  case verify = "VERIFY"
  case transaction = "TRANSACTION"
  case send = "SEND"
  case list = "LIST"
}
