// SPDX-License-Identifier: Apache-2.0

public import PanjeonStorage
internal import Synchronization
public import WideColumn

/// A file system that carries out its calls on another one, and fails those that a test chooses.
///
/// ```swift
/// let disk = InMemoryFileSystem()
/// let failing = FailingFileSystem(disk) { call in
///   call.kind == .sync && call.path.hasSuffix(".log") ? .syncDroppingPages(alsoFromMemory: false) : nil
/// }
/// var configuration = StoreConfiguration()
/// configuration.fileSystem = failing
/// ```
///
/// A run that injected nothing has tested nothing: look at ``injected``.
public final class FailingFileSystem: FileSystem {
  /// A fault and the call that it met.
  public struct Injection: Hashable, Sendable {
    /// The call.
    public var call: FileSystemCall
    /// What became of it.
    public var fault: Fault
  }

  private struct State {
    var calls = 0
    var choose: @Sendable (FileSystemCall) -> Fault?
    var injected: [Injection] = []
  }

  private let base: any FileSystem
  private let state: Mutex<State>

  /// Wraps a file system.
  ///
  /// - Parameters:
  ///   - base: Carries out the calls.
  ///   - choose: Asked before each call, one call at a time; nil lets the call pass.
  public init(
    _ base: any FileSystem, failing choose: @escaping @Sendable (FileSystemCall) -> Fault?
  ) {
    self.base = base
    state = Mutex(State(choose: choose))
  }

  /// Wraps a file system whose `number`th call, counted from one, fails.
  ///
  /// - Parameters:
  ///   - base: Carries out the calls.
  ///   - number: Which call.
  ///   - fault: What becomes of it.
  ///   - lasting: Whether every call after it that changes the disk fails too, until ``heal()``.
  public convenience init(
    _ base: any FileSystem, failingCall number: Int, with fault: Fault, lasting: Bool = false
  ) {
    self.init(base) { call in
      call.number == number || (lasting && call.number > number && call.changesDisk) ? fault : nil
    }
  }

  /// How many calls there have been.
  public var callCount: Int { state.withLock { $0.calls } }

  /// The faults so far, and the calls they met.
  public var injected: [Injection] { state.withLock { $0.injected } }

  /// Lets every later call pass.
  public func heal() {
    fail { _ in nil }
  }

  /// Chooses otherwise from now on.
  public func fail(_ choose: @escaping @Sendable (FileSystemCall) -> Fault?) {
    state.withLock { $0.choose = choose }
  }

  /// Counts a call and says what is to become of it; waits where it is to be late.
  func fault(
    _ kind: FileSystemCall.Kind, _ path: String, offset: UInt64? = nil, byteCount: Int? = nil,
    newPath: String? = nil
  ) -> Fault? {
    let fault = state.withLock { state -> Fault? in
      state.calls += 1
      let call = FileSystemCall(
        kind, path, number: state.calls, offset: offset, byteCount: byteCount, newPath: newPath)
      guard let fault = state.choose(call) else { return nil }
      state.injected.append(Injection(call: call, fault: fault))
      return fault
    }
    guard case .latency(let duration)? = fault else { return fault }
    // Nobody notifies: it waits as long as it may.
    Monitor(0).wait(timeout: duration) { _ -> Void? in nil }
    return nil
  }

  /// Carries out a call as its fault says, if it has one.
  func carryOut<T>(
    _ what: String, _ path: String, _ fault: Fault?, _ body: () throws(StoreError) -> T
  ) throws(StoreError) -> T {
    switch fault {
    case nil: return try body()
    case .ioErrorAfterwards?: _ = try body()
    default: break
    }
    throw Self.error(what, path, fault)
  }

  static func error(_ what: String, _ path: String, _ fault: Fault?) -> StoreError {
    switch fault {
    case .noSpace?, .shortWrite?:
      StoreError(.noSpace, "cannot \(what): No space left on device (injected)", file: path)
    default: StoreError(.io, "cannot \(what): Input/output error (injected)", file: path)
    }
  }

  /// Forgets what a failed sync should have written, where the file system underneath can.
  func dropUnsynced(of path: String, alsoFromMemory: Bool) {
    (base as? InMemoryFileSystem)?.dropUnsynced(of: path, alsoFromMemory: alsoFromMemory)
  }

  // MARK: FileSystem

  /// Creates a directory, or fails.
  public func createDirectory(_ path: String) throws(StoreError) {
    let fault = fault(.createDirectory, path)
    if fault == .lost { return }
    try carryOut("create the directory", path, fault) { () throws(StoreError) in
      try base.createDirectory(path)
    }
  }

  /// Opens a file, or fails.
  public func open(_ path: String, _ mode: FileMode) throws(StoreError) -> any File {
    let file = try carryOut("open the file", path, fault(.open, path)) {
      () throws(StoreError) in try base.open(path, mode)
    }
    return FailingFile(file, self)
  }

  /// Asks, or fails.
  public func exists(_ path: String) throws(StoreError) -> Bool {
    try carryOut("look for the file", path, fault(.exists, path)) { () throws(StoreError) in
      try base.exists(path)
    }
  }

  /// Renames, or fails.
  public func rename(_ path: String, to newPath: String) throws(StoreError) {
    let fault = fault(.rename, path, newPath: newPath)
    if fault == .lost { return }
    try carryOut("rename the file", path, fault) { () throws(StoreError) in
      try base.rename(path, to: newPath)
    }
  }

  /// Links, or fails.
  public func link(_ path: String, to newPath: String) throws(StoreError) {
    let fault = fault(.link, path, newPath: newPath)
    if fault == .lost { return }
    try carryOut("link the file", path, fault) { () throws(StoreError) in
      try base.link(path, to: newPath)
    }
  }

  /// Removes, or fails.
  public func remove(_ path: String) throws(StoreError) {
    let fault = fault(.remove, path)
    if fault == .lost { return }
    try carryOut("remove the file", path, fault) { () throws(StoreError) in try base.remove(path) }
  }

  /// Lists, or fails.
  public func list(_ directory: String) throws(StoreError) -> [String] {
    try carryOut("list", directory, fault(.list, directory)) { () throws(StoreError) in
      try base.list(directory)
    }
  }

  /// Syncs, or fails.
  public func syncDirectory(_ path: String) throws(StoreError) {
    let fault = fault(.syncDirectory, path)
    if fault == .lost { return }
    try carryOut("sync the directory", path, fault) { () throws(StoreError) in
      try base.syncDirectory(path)
    }
  }

  /// Orders, or fails as a sync does.
  public func syncDirectoryInOrder(_ path: String) throws(StoreError) {
    let fault = fault(.syncDirectory, path)
    if fault == .lost { return }
    try carryOut("sync the directory", path, fault) { () throws(StoreError) in
      try base.syncDirectoryInOrder(path)
    }
  }

  /// Takes a lock, or fails.
  public func lock(_ path: String) throws(StoreError) -> any FileLock {
    try carryOut("take the lock", path, fault(.lock, path)) { () throws(StoreError) in
      try base.lock(path)
    }
  }

  /// Asks, or fails.
  public func isWritableByOthers(_ path: String) throws(StoreError) -> Bool {
    try carryOut("look at", path, fault(.owner, path)) { () throws(StoreError) in
      try base.isWritableByOthers(path)
    }
  }

  /// Asks, or fails.
  public func freeBytes(_ directory: String) throws(StoreError) -> UInt64? {
    try carryOut("ask for room in", directory, fault(.room, directory)) { () throws(StoreError) in
      try base.freeBytes(directory)
    }
  }
}
