// SPDX-License-Identifier: Apache-2.0

import Panjeon

/// Who is logged in: short-lived, and so in memory and not in the store.
actor Sessions {
  private var users: [RandomID: RandomID] = [:]

  func begin(for user: RandomID) -> RandomID {
    let token = RandomID()
    users[token] = user
    return token
  }

  func user(of token: RandomID) throws(AppError) -> RandomID {
    guard let user = users[token] else { throw AppError(status: 401, "log in first") }
    return user
  }

  func end(_ token: RandomID) { users[token] = nil }
}
