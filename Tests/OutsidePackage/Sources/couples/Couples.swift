// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import PanjeonTesting

/// A day in the app, over the public API alone; ends with an error when something is not as it should be.
@main
enum Couples {
  static func main() async throws {
    // A disk in memory; a server names a directory.
    var configuration = StoreConfiguration()
    configuration.fileSystem = InMemoryFileSystem()
    let database = try await Database.open(at: "couples", configuration: configuration)
    let blobs = InMemoryBlobStore()
    let between = try await database.openBetween(
      passwords: SodiumPasswordHasher(), blobs: blobs)
    try await live(CouplesApp(between: between), Workers(between: between))
    try await database.close()
    print("couples: a day went by, and all is as it should be")
  }

  private static func live(_ app: CouplesApp, _ workers: Workers) async throws {
    let minji = try await app.register("minji@example.org", "아주 긴 비밀번호", "민지")
    let jisoo = try await app.register("jisoo@example.org", "correct horse", "지수")
    let code = try await app.invite(minji)
    let couple = try await app.accept(code, jisoo)
    await expect(403) { _ = try await app.firstScreen(of: RandomID(), today: today, minji) }
    await expect(401) { _ = try await app.logIn("minji@example.org", "wrong") }
    await expect(409) { _ = try await app.register("MINJI@example.org", "another one", "?") }

    let token = RandomID()
    let first = try await app.send("잘 잤어? 👋", to: couple, token: token, minji)
    require(try await app.send("잘 잤어? 👋", to: couple, token: token, minji) == first)
    _ = try await app.sendPhoto("\u{FF}\u{D8}…", to: couple, album: nil, token: RandomID(), jisoo)
    let page = try await app.messages(of: couple, after: nil, minji)
    require(page.entries.count == 2 && page.next == nil)
    guard case .photo(let blob, _)? = page.entries.first?.record.content else {
      fatalError("the photo comes last, and so first")
    }
    require(try await app.between.download(blob) == "\u{FF}\u{D8}…")

    let user = try await app.sessions.user(of: jisoo)
    try await app.between.calendar.add(
      .init("first day", on: today, isYearly: true), by: user, in: couple)
    let screen = try await app.firstScreen(of: couple, today: today, jisoo)
    require(screen.partner == "민지" && screen.unread == 1 && screen.photos.count == 1)
    require(screen.upcoming.map(\.event.record.title) == ["first day"])

    _ = try await app.between.backups.request(by: user, in: couple)
    try await workers.makeBackups()
    try await app.between.couples.breakUp(by: user)
    await expect(403) { _ = try await app.send("wait", to: couple, token: RandomID(), minji) }
    try await workers.cleanUp()
    require(try await workers.audit().isEmpty)
  }

  private static var today: CivilDate {
    guard let date = CivilDate(year: 2026, month: 11, day: 30) else { fatalError("it is a day") }
    return date
  }

  private static func require(_ condition: Bool, line: Int = #line) {
    if !condition { fatalError("line \(line): it is not as it should be") }
  }

  private static func expect(
    _ status: Int, line: Int = #line, _ body: () async throws -> Void
  ) async {
    do {
      try await body()
      fatalError("line \(line): nothing was refused")
    } catch {
      let found = AppError(error).status
      if found != status { fatalError("line \(line): \(found) for \(error)") }
    }
  }
}
