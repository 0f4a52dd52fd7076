// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
public import WideColumn

/// A store of another process of this machine, which has a ``StoreServer``: for tests.
///
/// A call that could not be sent at all throws `unavailable`: it was certainly not made. So does a read whose connection breaks or
/// whose deadline passes; a change then throws `unknownOutcome`. Nothing is ever sent twice. After its connection was lost the next call
/// connects again; scans that went on end with `unavailable`. A task that is cancelled still waits for its call.
public final class RemoteStore: Sendable {
  private let loop: ClientLoop
  private let deadline: UInt64

  /// Connects to a server.
  ///
  /// - Parameters:
  ///   - port: Where it listens on 127.0.0.1.
  ///   - deadline: How long a call may take, each page of a scan on its own.
  /// - Throws: `unavailable` when there is no server, `unsupportedFormat` when it speaks another version, `io`.
  public init(port: UInt16, deadline: Duration = .seconds(10)) async throws(StoreError) {
    loop = try ClientLoop(port: port, deadline: deadline)
    self.deadline = deadline.nanosecondsFromNow
    do throws(StoreError) {
      _ = try await call(.ping)
    } catch {
      loop.close()
      throw error
    }
  }

  deinit { loop.close() }

  /// Ends the connection; calls under way and later ones fail.
  ///
  /// Changes that have been sent fail with `unknownOutcome`, all others with `closed`.
  public func close() { loop.close() }
}

extension RemoteStore {
  /// Makes a call, once.
  ///
  /// - Parameters:
  ///   - call: The call.
  ///   - connection: The connection that it means something by; nil: any.
  /// - Returns: The answer, which is not a failure, and the connection that it came by.
  /// - Throws: The store's error, `unavailable`, `unknownOutcome`, `limitExceeded`, `closed`.
  func call(
    _ call: RemoteCall, by connection: UInt64? = nil
  ) async throws(StoreError) -> (answer: RemoteAnswer, connection: UInt64) {
    let (number, frame) = try frame(of: call)
    let deadline = Platform.monotonicNanoseconds() + deadline
    let result: Result<ClientCall.Answer, StoreError> = await withCheckedContinuation {
      loop.submit(
        ClientCall(
          number: number, frame: frame, isChange: call.isChange, connection: connection,
          deadline: deadline, continuation: $0))
    }
    HandOver.fence()
    let received = try result.get()
    var decoder = WireDecoder(received.payload, from: received.offset)
    guard let answer = Self.answer(&decoder) else { throw Self.nonsense(call) }
    if case .failed(let error) = answer { throw error }
    return (answer, received.connection)
  }

  /// Sends a call that is not answered, if its connection is still there.
  func send(_ call: RemoteCall, by connection: UInt64) {
    do throws(StoreError) {
      let (number, frame) = try frame(of: call)
      loop.submit(
        ClientCall(
          number: number, frame: frame, isChange: false, connection: connection,
          deadline: Platform.monotonicNanoseconds() + deadline, continuation: nil))
    } catch {
      preconditionFailure("a call of a few bytes is too large: \(error)")
    }
  }

  /// The error of a call whose answer is not one to it.
  static func nonsense(_ call: RemoteCall) -> StoreError {
    StoreError(
      call.isChange ? .unknownOutcome : .io,
      "what the store's server answered to \(call.kind) makes no sense")
  }

  /// The sizes the store accepts, as its server said when it was last connected to.
  public var limits: StoreLimits { loop.store?.limits ?? StoreLimits() }

  /// Which life of which store it is, as its server said when it was last connected to.
  public var incarnation: StoreIncarnation { loop.store?.incarnation ?? .unknown }

  private func frame(of call: RemoteCall) throws(StoreError) -> (number: UInt64, frame: [UInt8]) {
    try call.requireSendable()
    let number = loop.nextNumber()
    var encoder = WireEncoder()
    encoder.append(number)
    encoder.append(call)
    guard encoder.isWithinBounds else {
      throw StoreError(
        .limitExceeded,
        "a call of \(encoder.bytes.count) bytes and \(encoder.elementCount) parts; at most "
          + "\(WireFormat.payloadBytesMax) and \(WireFormat.elementsMax) are sent to a server")
    }
    return (number, Frame.around(encoder.bytes))
  }

  private static func answer(_ decoder: inout WireDecoder) -> RemoteAnswer? {
    do throws(MalformedBytes) {
      let answer = try decoder.value(RemoteAnswer.self)
      return decoder.isAtEnd ? answer : nil
    } catch {
      return nil
    }
  }
}

extension RemoteCall {
  /// Refuses a filter that no server would take from the wire; throws `limitExceeded`, as stores do.
  fileprivate func requireSendable() throws(StoreError) {
    let filter: Filter? =
      switch self {
      case .get(let get, _): get.filter
      case .scan(let scan, _): scan.filter
      default: nil
      }
    guard let filter else { return }
    if filter.depth > WireFormat.filterDepthMax || filter.nodeCount > WireFormat.filterNodesMax {
      throw StoreError(
        .limitExceeded, "a filter of \(filter.nodeCount) filters, \(filter.depth) deep")
    }
  }
}
