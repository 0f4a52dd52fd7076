// SPDX-License-Identifier: Apache-2.0

public import WideColumn

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The operating system's files.
///
/// Files are created with mode 0600, directories with 0700. A symbolic link in a file's place is not followed, so that
/// nothing in a store's directory leads out of it.
public struct PosixFileSystem: FileSystem {
  /// Creates a view of the operating system's files.
  public init() {}

  /// Several at once.
  public var isForManyThreads: Bool { true }

  /// Creates a directory if it does not exist.
  public func createDirectory(_ path: String) throws(StoreError) {
    if unsafe mkdir(path, 0o700) == 0 { return }
    if errno == EEXIST, try isDirectory(path) { return }
    throw systemError("create the directory", path)
  }

  /// Opens a file.
  public func open(_ path: String, _ mode: FileMode) throws(StoreError) -> any File {
    let flags: Int32
    switch mode {
    case .read: flags = O_RDONLY
    case .readWrite: flags = O_RDWR
    case .createNew: flags = O_RDWR | O_CREAT | O_EXCL
    }
    let descriptor = retryingInterrupts {
      Int(openFile(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o600))
    }
    if descriptor < 0 { throw systemError("open the file", path) }
    return PosixFile(path: path, descriptor: Int32(descriptor))
  }

  /// Whether a file or directory exists.
  public func exists(_ path: String) throws(StoreError) -> Bool {
    // A link counts for itself, wherever it leads.
    var status = stat()
    if unsafe lstat(path, &status) == 0 { return true }
    if errno == ENOENT || errno == ENOTDIR { return false }
    throw systemError("look for the file", path)
  }

  /// Moves a file over another, atomically.
  public func rename(_ path: String, to newPath: String) throws(StoreError) {
    if renameFile(path, newPath) != 0 { throw systemError("rename the file to \(newPath)", path) }
  }

  /// Gives a file a second name.
  public func link(_ path: String, to newPath: String) throws(StoreError) {
    if linkFile(path, newPath) != 0 { throw systemError("link the file to \(newPath)", path) }
  }

  /// Removes a file.
  public func remove(_ path: String) throws(StoreError) {
    if unsafe unlink(path) != 0 { throw systemError("remove the file", path) }
  }

  /// The names in a directory, sorted, without `.` and `..`.
  public func list(_ directory: String) throws(StoreError) -> [String] {
    guard let stream = unsafe opendir(directory) else { throw systemError("list", directory) }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Makes changes of a directory's entries durable.
  public func syncDirectory(_ path: String) throws(StoreError) {
    let descriptor = retryingInterrupts { Int(openFile(path, O_RDONLY | O_CLOEXEC, 0)) }
    if descriptor < 0 { throw systemError("open the directory", path) }
    defer { close(Int32(descriptor)) }
    if retryingInterrupts({ Int(fsync(Int32(descriptor))) }) != 0 {
      throw systemError("sync the directory", path)
    }
  }

  /// Takes the exclusive lock named by a file, which then holds the process's number.
  public func lock(_ path: String) throws(StoreError) -> any FileLock {
    let descriptor = retryingInterrupts {
      Int(openFile(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600))
    }
    if descriptor < 0 { throw systemError("open the lock", path) }
    let file = PosixFile(path: path, descriptor: Int32(descriptor))
    if flock(Int32(descriptor), LOCK_EX | LOCK_NB) != 0 {
      let isHeld = errno == EWOULDBLOCK
      let holder = try holder(file)
      file.close()
      guard isHeld else { throw systemError("take the lock", path) }
      throw StoreError(
        .locked,
        "the store is open for writing\(holder); close it there, or open it here for reading only",
        file: path)
    }
    try file.truncate(to: 0)
    try unsafe Array("\(getpid())\n".utf8).withRawBytes { (bytes) throws(StoreError) in
      try unsafe file.write(bytes, at: 0)
    }
    return PosixFileLock(file)
  }

  /// Whether the file belongs to another user, or its mode lets its group or everybody write.
  public func isWritableByOthers(_ path: String) throws(StoreError) -> Bool {
    var status = stat()
    if unsafe stat(path, &status) != 0 { throw systemError("look at", path) }
    let isOwn = status.st_uid == geteuid() || status.st_uid == 0
    return !isOwn || status.st_mode & (S_IWGRP | S_IWOTH) != 0
  }

  /// What the file system has for users other than the superuser.
  public func freeBytes(_ directory: String) throws(StoreError) -> UInt64? {
    var status = statvfs()
    if unsafe statvfs(directory, &status) != 0 { throw systemError("ask for room in", directory) }
    // Some that are not on a disk have no size.
    guard status.f_blocks > 0 else { return nil }
    let (bytes, overflow) = UInt64(status.f_bavail)
      .multipliedReportingOverflow(by: UInt64(status.f_frsize))
    return overflow ? nil : bytes
  }

  private func holder(_ file: PosixFile) throws(StoreError) -> String {
    let text = String(decoding: try file.readUpTo(32, at: 0), as: UTF8.self)
    let digits = text.prefix { $0.isNumber }
    return digits.isEmpty ? "" : " in process \(digits)"
  }

  private func isDirectory(_ path: String) throws(StoreError) -> Bool {
    var status = stat()
    if unsafe stat(path, &status) != 0 { throw systemError("look at", path) }
    return status.st_mode & S_IFMT == S_IFDIR
  }
}

/// Calls `open`, whose name the methods above hide.
private func openFile(_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32 {
  unsafe open(path, flags, mode)
}

/// Calls `link`, whose name the methods above hide.
private func linkFile(_ path: String, _ newPath: String) -> Int32 {
  unsafe link(path, newPath)
}

/// Calls `rename`, whose name the methods above hide.
private func renameFile(_ path: String, _ newPath: String) -> Int32 {
  unsafe rename(path, newPath)
}
