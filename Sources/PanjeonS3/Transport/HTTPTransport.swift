// SPDX-License-Identifier: Apache-2.0

#if Sodium
  internal import Foundation

  #if canImport(FoundationNetworking)
    internal import FoundationNetworking
  #endif

  internal import Panjeon
  internal import Synchronization
  internal import WideColumn

  /// HTTP and TLS, by `URLSession`: connections that are kept, nothing stored, nothing followed, no answer longer than allowed.
  final class HTTPTransport: Sendable {
    private let session: URLSession
    private let delegate: HTTPDelegate

    /// Opens no connection yet.
    init(connectionsMax: Int, idleTimeout: Duration) {
      let configuration = URLSessionConfiguration.ephemeral
      configuration.httpMaximumConnectionsPerHost = connectionsMax
      configuration.timeoutIntervalForRequest = Self.seconds(idleTimeout)
      configuration.urlCache = nil
      configuration.httpCookieStorage = nil
      configuration.httpShouldSetCookies = false
      configuration.urlCredentialStorage = nil
      delegate = HTTPDelegate()
      session = URLSession(configuration: configuration, delegate: delegate, delegateQueue: nil)
      self.idleTimeout = idleTimeout
    }

    private let idleTimeout: Duration

    /// Lets what has begun end, then closes the connections.
    func close() {
      session.finishTasksAndInvalidate()
    }

    deinit { close() }

    /// Sends a request and waits for the whole answer.
    ///
    /// - Parameters:
    ///   - request: Signed.
    ///   - scheme: `http` or `https`.
    ///   - body: What is sent with it.
    ///   - bytesMax: How long the body of the answer may be at the most.
    /// - Returns: The answer, whatever its status; or why there is none: cancellation of the task cancels the request.
    func send(
      _ request: S3Request, scheme: String, _ body: S3Body, bytesMax: Int
    ) async -> Result<S3Answer, HTTPFailure> {
      guard let urlRequest = urlRequest(request, scheme) else {
        return .failure(HTTPFailure(isPassing: false, message: "no address can be made of it"))
      }
      let task = task(urlRequest, body)
      return await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          delegate.begin(
            HTTPTransfer(isHead: request.method == "HEAD", bytesMax: bytesMax, continuation),
            task.taskIdentifier)
          task.resume()
        }
      } onCancel: {
        task.cancel()
      }
    }

    private func urlRequest(_ request: S3Request, _ scheme: String) -> URLRequest? {
      let query = request.encodedQuery
      let address =
        "\(scheme)://\(request.host)\(request.encodedPath)" + (query.isEmpty ? "" : "?\(query)")
      guard let url = URL(string: address) else { return nil }
      var made = URLRequest(
        url: url, cachePolicy: .reloadIgnoringLocalCacheData,
        timeoutInterval: Self.seconds(idleTimeout))
      made.httpMethod = request.method
      made.httpShouldHandleCookies = false
      for (name, value) in request.headers { made.setValue(value, forHTTPHeaderField: name) }
      // The bytes as they are: no part of compressed ones would make sense.
      made.setValue("identity", forHTTPHeaderField: "accept-encoding")
      return made
    }

    private func task(_ request: URLRequest, _ body: S3Body) -> URLSessionTask {
      switch body {
      case .none: session.dataTask(with: request)
      case .bytes(let bytes): session.uploadTask(with: request, from: Data(bytes))
      case .file(let path, _):
        session.uploadTask(with: request, fromFile: URL(fileURLWithPath: path))
      }
    }

    private static func seconds(_ duration: Duration) -> TimeInterval {
      let (seconds, attoseconds) = duration.components
      return TimeInterval(seconds) + TimeInterval(attoseconds) / 1e18
    }
  }
#endif
