// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon

/// The app's server without the network: a method for each request that a client sends.
struct CouplesApp {
  let between: EmbeddedBetween
  let sessions = Sessions()

  func register(_ email: String, _ password: String, _ name: String) async throws -> RandomID {
    let registration = try await between.accounts.register(
      email: email, password: password, name: name)
    return await sessions.begin(for: registration.user)
  }

  func logIn(_ email: String, _ password: String) async throws -> RandomID {
    let registration = try await between.accounts.logIn(email: email, password: password)
    return await sessions.begin(for: registration.user)
  }

  func invite(_ session: RandomID) async throws -> String {
    let user = try await sessions.user(of: session)
    return try await between.couples.invite(by: user).text
  }

  func accept(_ text: String, _ session: RandomID) async throws -> RandomID {
    let user = try await sessions.user(of: session)
    guard let code = InvitationCode(text) else {
      throw AppError(status: 400, "this is no code of an invitation")
    }
    return try await between.couples.accept(code, by: user)
  }
}
