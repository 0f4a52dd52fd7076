// SPDX-License-Identifier: Apache-2.0

#if Sodium
  internal import Panjeon
  internal import Synchronization
  internal import WideColumn

  extension S3BlobStore {
    /// Sends a request, again and again if need be.
    ///
    /// - Parameters:
    ///   - request: Not signed: each attempt signs it anew.
    ///   - body: What is sent with it.
    ///   - payload: The SHA-256 of the body.
    ///   - answerBytesMax: How long the answer may be, in bytes; of one that tells of an error 64 KiB are read anyhow.
    ///   - key: The value it is about.
    /// - Returns: An answer that tells of success.
    /// - Throws: Why there is none.
    func send(
      _ request: S3Request, _ body: S3Body = .none, payload: BlobChecksum = S3Signer.emptyPayload,
      answerBytesMax: Int, _ key: BlobKey?
    ) async throws(BlobError) -> S3Answer {
      try checkOpen()
      let began = configuration.timeSource.monotonicNanoseconds()
      let bytes = max(body.byteCount, UInt64(answerBytesMax))
      let allowance =
        configuration.deadline + .seconds(Double(bytes) / Double(configuration.bytesPerSecondMin))
      var failure = BlobError(.unavailable, "there was no time for an attempt", key: key)
      attempts: for number in 1...configuration.attemptsMax {
        let left = allowance - elapsed(since: began)
        guard left > .zero else { break attempts }
        let attempt = await attempt(
          request, body, payload, max(answerBytesMax, 64 << 10), key, within: left)
        switch attempt {
        case .answered(let answer): return answer
        case .refused(let error): throw error
        case .failed(let error, let seconds):
          failure = error
          try checkOpen()
          guard number < configuration.attemptsMax else { break attempts }
          let wait = wait(after: number, retryAfterSeconds: seconds)
          guard wait < allowance - elapsed(since: began) else { break attempts }
          try await sleep(wait)
          try checkOpen()
        }
      }
      throw failure
    }

    /// A random part of a bound that doubles ("full jitter"); at least what the service asks for, within the greatest bound.
    private func wait(after number: Int, retryAfterSeconds: Int?) -> Duration {
      let bound = min(
        configuration.backoffMax, configuration.backoffBase * (1 << min(number - 1, 20)))
      let drawn = bound * random.withLock { Double.random(in: 0..<1, using: &$0) }
      guard let seconds = retryAfterSeconds else { return drawn }
      return min(configuration.backoffMax, max(drawn, .seconds(seconds)))
    }

    private func sleep(_ duration: Duration) async throws(BlobError) {
      do {
        try await configuration.timeSource.sleep(for: duration)
      } catch {
        throw .cancelled
      }
    }

    private func elapsed(since began: UInt64) -> Duration {
      .nanoseconds(Int64(clamping: configuration.timeSource.monotonicNanoseconds() &- began))
    }

    /// One attempt; ends when its time is over, or the task is cancelled, at the latest.
    private func attempt(
      _ request: S3Request, _ body: S3Body, _ payload: BlobChecksum, _ bytesMax: Int,
      _ key: BlobKey?, within limit: Duration
    ) async -> S3Attempt {
      let late = BlobError(.unavailable, "the service did not answer in time", key: key)
      return await withTaskGroup(of: S3Attempt?.self) { group in
        group.addTask { [self] in await exchange(request, body, payload, bytesMax, key) }
        group.addTask { [configuration] in
          do {
            try await configuration.timeSource.sleep(for: limit)
            return .refused(late)
          } catch {
            return nil
          }
        }
        let first = await group.next() ?? nil
        group.cancelAll()
        return first ?? .refused(.cancelled)
      }
    }

    private func exchange(
      _ request: S3Request, _ body: S3Body, _ payload: BlobChecksum, _ bytesMax: Int,
      _ key: BlobKey?
    ) async -> S3Attempt {
      let credentials: S3Credentials
      do {
        credentials = try await configuration.credentials.get()
      } catch {
        return .refused(
          BlobError(.unauthorized, "there are no credentials", key: key, cause: error))
      }
      var signed = request
      S3Signer(credentials: credentials, region: configuration.region)
        .sign(&signed, payload: payload, at: configuration.timeSource.wallClockMicroseconds())
      let result = await transport.send(signed, scheme: endpoint.scheme, body, bytesMax: bytesMax)
      switch result {
      case .success(let answer):
        return answer.isSuccess ? .answered(answer) : S3Failure(answer).attempt(key)
      case .failure(let failure):
        if Task.isCancelled { return .refused(.cancelled) }
        let error = BlobError(
          failure.isTooLarge ? .tooLarge : .unavailable, failure.message, key: key)
        return failure.isPassing ? .failed(error) : .refused(error)
      }
    }
  }
#endif
