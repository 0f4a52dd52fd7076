// SPDX-License-Identifier: Apache-2.0

#if Sodium
  internal import Foundation

  #if canImport(FoundationNetworking)
    internal import FoundationNetworking
  #endif

  internal import Panjeon
  internal import Synchronization

  /// Why there is no answer.
  struct HTTPFailure: Error {
    /// Whether another attempt may fare better.
    var isPassing: Bool
    /// For people; no address is in it, since keys are parts of addresses.
    var message: String
    /// Whether the answer was longer than allowed.
    var isTooLarge = false
  }

  /// A request under way.
  struct HTTPTransfer: Sendable {
    let isHead: Bool
    let bytesMax: Int
    let continuation: CheckedContinuation<Result<S3Answer, HTTPFailure>, Never>
    var answer: S3Answer?
    var isTooLarge = false

    init(
      isHead: Bool, bytesMax: Int,
      _ continuation: CheckedContinuation<Result<S3Answer, HTTPFailure>, Never>
    ) {
      self.isHead = isHead
      self.bytesMax = bytesMax
      self.continuation = continuation
    }
  }

  /// Takes what comes for the requests under way.
  final class HTTPDelegate: NSObject, URLSessionDataDelegate {
    private let transfers = Mutex<[Int: HTTPTransfer]>([:])

    func begin(_ transfer: HTTPTransfer, _ number: Int) {
      transfers.withLock { $0[number] = transfer }
    }

    func urlSession(
      _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
      completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
    ) {
      let isTaken = transfers.withLock { transfers -> Bool in
        guard var transfer = transfers[dataTask.taskIdentifier],
          let response = response as? HTTPURLResponse
        else { return false }
        var headers: [String: String] = [:]
        for case (let name as String, let value as String) in response.allHeaderFields {
          headers[name.lowercased()] = value
        }
        let answer = S3Answer(status: response.statusCode, headers: headers, body: [])
        transfer.answer = answer
        if !transfer.isHead, let length = answer.contentLength, length > UInt64(transfer.bytesMax) {
          transfer.isTooLarge = true
        }
        transfers[dataTask.taskIdentifier] = transfer
        return !transfer.isTooLarge
      }
      completionHandler(isTaken ? .allow : .cancel)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
      let number = dataTask.taskIdentifier
      let isTaken = transfers.withLock { transfers -> Bool in
        // Taken out for the time being, so that the bytes are not copied each time.
        guard var transfer = transfers.removeValue(forKey: number) else { return false }
        defer { transfers[number] = transfer }
        let count = (transfer.answer?.body.count ?? 0) + data.count
        transfer.isTooLarge = transfer.isTooLarge || count > transfer.bytesMax
        if !transfer.isTooLarge { transfer.answer?.body.append(contentsOf: data) }
        return !transfer.isTooLarge
      }
      if !isTaken { dataTask.cancel() }
    }

    /// Follows nothing: a request is signed for one address.
    func urlSession(
      _ session: URLSession, task: URLSessionTask,
      willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest,
      completionHandler: @escaping (URLRequest?) -> Void
    ) {
      completionHandler(nil)
    }

    func urlSession(
      _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
    ) {
      let transfer = transfers.withLock { $0.removeValue(forKey: task.taskIdentifier) }
      guard let transfer else { return }
      transfer.continuation.resume(returning: Self.result(transfer, error))
    }

    private static func result(
      _ transfer: HTTPTransfer, _ error: (any Error)?
    ) -> Result<S3Answer, HTTPFailure> {
      if transfer.isTooLarge {
        return .failure(
          HTTPFailure(
            isPassing: false, message: "an answer of more than \(transfer.bytesMax) bytes",
            isTooLarge: true))
      }
      if let error { return .failure(failure(error)) }
      guard let answer = transfer.answer else {
        return .failure(HTTPFailure(isPassing: true, message: "no answer came"))
      }
      let length = UInt64(answer.body.count)
      if !transfer.isHead, let promised = answer.contentLength, promised != length {
        return .failure(
          HTTPFailure(
            isPassing: true, message: "\(length) of \(promised) bytes of an answer came"))
      }
      return .success(answer)
    }

    private static func failure(_ error: any Error) -> HTTPFailure {
      guard let error = error as? URLError else {
        return HTTPFailure(isPassing: true, message: "the connection failed")
      }
      let code = error.code
      let isLasting =
        code == .badURL || code == .serverCertificateUntrusted
        || code == .serverCertificateHasBadDate || code == .serverCertificateHasUnknownRoot
        || code == .serverCertificateNotYetValid || code == .clientCertificateRejected
      // The error's own description has the address in it.
      return HTTPFailure(
        isPassing: !isLasting, message: "\(error.localizedDescription) (URLError \(code.rawValue))")
    }
  }
#endif
