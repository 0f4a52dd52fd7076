// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import Synchronization
internal import WideColumn

/// Carries out what the clients of a server ask of its store, each request in a task.
final class RequestServer<Base: WideColumnStore & TableAdministration>: FrameHandler {
  private typealias Session = ServerSession<Base.Cursor>

  private let base: Base
  private let loop: ServerLoop
  private let tasks: RequestTasks
  private let options: StoreServerOptions
  private let fault: (@Sendable (StoreServerRequest) -> StoreServerFault?)?
  private let sessions = Mutex<[UInt64: Session]>([:])

  init(
    _ base: Base, loop: ServerLoop, tasks: RequestTasks, options: StoreServerOptions,
    fault: (@Sendable (StoreServerRequest) -> StoreServerFault?)?
  ) {
    self.base = base
    self.loop = loop
    self.tasks = tasks
    self.options = options
    self.fault = fault
  }

  var greeting: [UInt8] {
    Greeting(store: Greeting.Store(limits: base.limits, incarnation: base.incarnation)).encoded
  }

  func opened(connection: UInt64) {
    let session = Session(connection: connection, cursorsMax: options.cursorsMax)
    sessions.withLock { $0[connection] = session }
  }

  func closed(connection: UInt64) {
    let session = sessions.withLock { $0.removeValue(forKey: connection) }
    withExtendedLifetime(session) {}
  }

  func received(_ payload: [UInt8], by connection: UInt64) {
    guard let session = sessions.withLock({ $0[connection] }) else { return }
    tasks.start { await self.serve(payload, session) }
  }

  func ended() { tasks.end() }

  private func serve(_ payload: [UInt8], _ session: Session) async {
    var decoder = WireDecoder(payload)
    do throws(MalformedBytes) {
      let number = try decoder.unsigned()
      let call = try decoder.value(RemoteCall.self)
      guard decoder.isAtEnd else { throw MalformedBytes() }
      let fault = fault?(StoreServerRequest(call, connection: session.connection))
      if fault == .dropBeforeExecuting { return loop.drop(session.connection) }
      let answer = await answer(call, session)
      if fault == .dropAfterExecuting { return loop.drop(session.connection) }
      loop.answer(answer.map { Self.frame(number, $0, call) }, to: session.connection)
    } catch {
      loop.drop(session.connection)
    }
  }

  private static func frame(_ number: UInt64, _ answer: RemoteAnswer, _ call: RemoteCall) -> [UInt8]
  {
    var encoder = WireEncoder()
    encoder.append(number)
    encoder.append(answer)
    if encoder.isWithinBounds { return Frame.around(encoder.bytes) }
    var other = WireEncoder()
    other.append(number)
    let what = "the answer of \(encoder.bytes.count) bytes is too large to be sent"
    let error = StoreError(call.isChange ? .unknownOutcome : .limitExceeded, what)
    other.append(RemoteAnswer.failed(error))
    return Frame.around(other.bytes)
  }

  /// Makes a call of the store; nil when it is not answered.
  private func answer(_ call: RemoteCall, _ session: Session) async -> RemoteAnswer? {
    do throws(StoreError) {
      switch call {
      case .ping: return .done
      case .schema(let table): return .schema(try await base.schema(of: table))
      case .get(let get, let table): return .row(try await base.get(get, in: table))
      case .scan(let scan, let table): return .rows(try await begin(scan, in: table, session))
      case .nextRows(let id): return .rows(await read(try session.take(id), id, session))
      case .closeScan(let id):
        session.close(id)
        return nil
      case .checkAndMutate(let operation, let table, let durability):
        return .holds(
          try await base.checkAndMutate(operation, in: table, durability: durability))
      case .checkAndMutateBatch(let operations, let table, let durability):
        return .results(await change(operations, in: table, durability))
      case .createTable(let schema): try await base.createTable(schema)
      case .tables: return .schemas(try await base.tables())
      case .alterTable(let schema): try await base.alterTable(schema)
      case .dropTable(let table): try await base.dropTable(table)
      case .truncateTable(let table, let keepsRegions):
        try await base.truncateTable(table, keepsRegions: keepsRegions)
      }
      return .done
    } catch {
      return .failed(error)
    }
  }

  private func change(
    _ operations: [CheckAndMutate], in table: String, _ durability: Durability
  ) async -> [Result<Bool, StoreError>] {
    if let base = base as? any BatchStore {
      return await base.checkAndMutate(batch: operations, in: table, durability: durability)
    }
    var results: [Result<Bool, StoreError>] = []
    for operation in operations {
      do throws(StoreError) {
        results.append(
          .success(try await base.checkAndMutate(operation, in: table, durability: durability)))
      } catch {
        results.append(.failure(error))
      }
    }
    return results
  }
}

/// Scans.
extension RequestServer {
  private func begin(
    _ scan: Scan, in table: String, _ session: Session
  ) async throws(StoreError) -> RowPage {
    let id = try session.reserve()
    do throws(StoreError) {
      return await read(try await base.scan(scan, in: table), id, session)
    } catch {
      session.close(id)
      throw error
    }
  }

  /// Reads some rows by a cursor that has been taken, and gives it back or closes it.
  private func read(_ cursor: Base.Cursor, _ id: UInt64, _ session: Session) async -> RowPage {
    var cursor = cursor
    var rows: [RowResult] = []
    var bytes = 0
    while bytes < options.pageBytesMax, rows.count < options.pageRowsMax {
      do throws(StoreError) {
        guard let row = try await cursor.next() else {
          session.close(id)
          return RowPage(rows: rows, ending: .end)
        }
        bytes += row.row.count + row.byteCount
        rows.append(row)
      } catch {
        session.close(id)
        return RowPage(rows: rows, ending: .failed(error))
      }
    }
    session.giveBack(id, cursor)
    return RowPage(rows: rows, ending: .more(cursor: id))
  }
}
