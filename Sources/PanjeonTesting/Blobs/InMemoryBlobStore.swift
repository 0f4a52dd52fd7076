// SPDX-License-Identifier: Apache-2.0

public import Panjeon
internal import PanjeonStorage
internal import Synchronization
public import WideColumn

/// Large values in memory, for tests of what uses a `BlobStore`; calls that a test chooses fail.
///
/// ```swift
/// let blobs = InMemoryBlobStore { call in call.kind == .put && call.number == 3 ? .lostAnswer : nil }
/// ```
///
/// A run that injected nothing has tested nothing: look at ``injected``.
public final class InMemoryBlobStore: BlobStore {
  /// A fault and the call that it met.
  public struct Injection: Hashable, Sendable {
    /// The call.
    public var call: BlobStoreCall
    /// What became of it.
    public var fault: BlobStoreFault
  }

  private struct State {
    var values: [BlobKey: [UInt8]] = [:]
    var calls = 0
    var choose: @Sendable (BlobStoreCall) -> BlobStoreFault?
    var injected: [Injection] = []
  }

  /// How many bytes a value may have at the most.
  public let bytesMax: Int

  private let state: Mutex<State>

  /// Creates an empty store.
  ///
  /// - Parameters:
  ///   - bytesMax: How many bytes a value may have at the most; 64 MiB by default.
  ///   - choose: Asked before each call, one call at a time; nil lets the call pass.
  public init(
    bytesMax: Int = 64 << 20,
    failing choose: @escaping @Sendable (BlobStoreCall) -> BlobStoreFault? = { _ in nil }
  ) {
    self.bytesMax = bytesMax
    state = Mutex(State(choose: choose))
  }

  /// How many calls there have been.
  public var callCount: Int { state.withLock { $0.calls } }

  /// The faults so far, and the calls they met.
  public var injected: [Injection] { state.withLock { $0.injected } }

  /// The keys of all values, ascending, without a call.
  public var allKeys: [BlobKey] { state.withLock { $0.values.keys.sorted() } }

  /// Chooses otherwise from now on.
  public func fail(_ choose: @escaping @Sendable (BlobStoreCall) -> BlobStoreFault?) {
    state.withLock { $0.choose = choose }
  }

  /// Lets every later call pass.
  public func heal() {
    fail { _ in nil }
  }

  /// Flips one bit of a value, as rot does; nothing of it is noticed before the value is read.
  public func flipBit(_ bit: Int, of key: BlobKey) {
    state.withLock { state in
      guard let bytes = state.values[key] else { return }
      state.values[key] = Self.flipping(bit, of: bytes)
    }
  }

  // MARK: BlobStore

  /// Puts a value, or fails.
  public func put(_ source: BlobSource, as blob: Blob) async throws(BlobError) {
    try blob.validate()
    let bytes = try await bytes(of: source, blob)
    try call(.put, blob.key) { values, fault throws(BlobError) in
      guard UInt64(bytes.count) == blob.size else {
        throw BlobError(
          .checksumMismatch, "\(bytes.count) bytes where \(blob.size) were to be", key: blob.key)
      }
      values[blob.key] = Self.damaged(bytes, by: fault)
    }
  }

  /// All of a value, or fails.
  public func get(_ key: BlobKey) async throws(BlobError) -> Bytes {
    try read(key, nil)
  }

  /// A part of a value, or fails.
  public func get(_ key: BlobKey, _ range: Range<UInt64>) async throws(BlobError) -> Bytes {
    try read(key, range)
  }

  /// How many bytes a value has, or fails.
  public func size(of key: BlobKey) async throws(BlobError) -> UInt64? {
    try call(.size, key) { values, _ in values[key].map { UInt64($0.count) } }
  }

  /// Removes a value, or fails.
  public func delete(_ key: BlobKey) async throws(BlobError) {
    try call(.delete, key) { values, _ in values[key] = nil }
  }

  /// A page of keys, or fails.
  public func keys(after key: BlobKey?, countMax: Int) async throws(BlobError) -> BlobPage {
    try BlobPage.validate(countMax)
    return try call(.keys, key) { values, _ in
      let later = values.keys.filter { found in key.map { found > $0 } ?? true }.sorted()
      let keys = Array(later.prefix(countMax))
      return BlobPage(keys: keys, next: later.count > countMax ? keys.last : nil)
    }
  }
}

extension InMemoryBlobStore {
  private func bytes(of source: BlobSource, _ blob: Blob) async throws(BlobError) -> [UInt8] {
    let bytes = try await source.bytesInMemory(max: bytesMax, key: blob.key)
    return Array(bytes)
  }

  private func read(_ key: BlobKey, _ range: Range<UInt64>?) throws(BlobError) -> Bytes {
    try call(.get, key) { values, fault throws(BlobError) in
      guard let bytes = values[key] else {
        throw BlobError(.notFound, "there is no value under the key", key: key)
      }
      let range = range ?? 0..<UInt64(bytes.count)
      try BlobLimits.check(UInt64(range.count), bytesMax, key)
      try BlobLimits.check(range, within: UInt64(bytes.count), key)
      let part = Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)])
      return Bytes(Self.damaged(part, by: fault))
    }
  }

  /// Counts a call, and carries it out as its fault says, if it has one.
  private func call<R: Sendable>(
    _ kind: BlobStoreCall.Kind, _ key: BlobKey?,
    _ body: (inout [BlobKey: [UInt8]], BlobStoreFault?) throws(BlobError) -> R
  ) throws(BlobError) -> R {
    if Task.isCancelled { throw BlobError.cancelled }
    let result = state.withLock { state -> Result<R, BlobError> in
      state.calls += 1
      let call = BlobStoreCall(kind: kind, key: key, number: state.calls)
      let fault = state.choose(call)
      if let fault { state.injected.append(Injection(call: call, fault: fault)) }
      switch fault {
      case .unavailable?:
        return .failure(BlobError(.unavailable, "not carried out (injected)", key: key))
      case .noSpace?: return .failure(BlobError(.noSpace, "no space left (injected)", key: key))
      default: break
      }
      let result = Result { () throws(BlobError) in try body(&state.values, fault) }
      guard fault == .lostAnswer else { return result }
      return .failure(BlobError(.unavailable, "the answer is lost (injected)", key: key))
    }
    return try result.get()
  }

  private static func damaged(_ bytes: [UInt8], by fault: BlobStoreFault?) -> [UInt8] {
    guard case .flippedBit(let bit)? = fault else { return bytes }
    return flipping(bit, of: bytes)
  }

  private static func flipping(_ bit: Int, of bytes: [UInt8]) -> [UInt8] {
    if bytes.isEmpty { return bytes }
    var bytes = bytes
    bytes[bit / 8 % bytes.count] ^= 1 << UInt8(bit % 8)
    return bytes
  }
}
