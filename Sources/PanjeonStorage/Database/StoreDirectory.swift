// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// What a directory is before a store is opened in it.
package enum StoreDirectory {
  /// Whether a store can be opened in the directory: true when it holds one, false when one may be made there.
  ///
  /// Only a directory that is empty, or holds nothing but what an interrupted creation leaves, may become a store.
  /// Throws `notAStore` for any other, `writableByOthers` where others could have changed what is in it.
  package static func inspect(
    _ directory: String, _ fileSystem: any FileSystem
  ) throws(StoreError) -> Bool {
    guard try fileSystem.exists(directory) else { return false }
    let names: [String]
    do {
      names = try fileSystem.list(directory)
    } catch {
      throw StoreError(
        .notAStore, "'\(directory)' is no directory that can be read", file: directory, cause: error
      )
    }
    let files = names.map { FileNames($0) }
    if files.contains(.current) {
      try requireOwn(directory, names, fileSystem)
      return true
    }
    for (name, file) in zip(names, files) {
      switch file {
      case .lock?, .currentTemporary?, .manifest(1)?: continue
      default: throw notAStore(directory, "it holds '\(name)' but no CURRENT")
      }
    }
    try requireOwn(directory, names, fileSystem)
    return false
  }

  /// Nobody else may be able to change what is taken for one's own: the directory, or a file in it.
  static func requireOwn(
    _ directory: String, _ names: [String], _ fileSystem: any FileSystem
  ) throws(StoreError) {
    let paths = [directory] + names.filter { FileNames($0) != nil }.map { directory + "/" + $0 }
    for path in paths {
      let isWritable: Bool
      do throws(StoreError) {
        isWritable = try fileSystem.isWritableByOthers(path)
      } catch {
        // Beside a writer a file may be gone by now.
        if path != directory, (try? fileSystem.exists(path)) == false { continue }
        throw error
      }
      guard isWritable else { continue }
      throw StoreError(
        .writableByOthers,
        "others than this user may write to it; make it your own (chown, chmod go-w) after looking at what is in it",
        file: path)
    }
  }

  package static func notAStore(_ directory: String, _ why: String) -> StoreError {
    StoreError(
      .notAStore, "'\(directory)' is not a Panjeon store: \(why); check the path", file: directory)
  }
}

extension StoreDirectory {
  /// Refuses a place for a copy that is the store's own directory, or within it.
  ///
  /// By the paths alone: links are not followed. Throws `invalidArgument`.
  package static func requireOutside(_ path: String, of directory: String) throws(StoreError) {
    let place = components(of: path)
    let own = components(of: directory)
    guard path.hasPrefix("/") == directory.hasPrefix("/"), place.starts(with: own),
      place.dropFirst(own.count).first != ".."
    else { return }
    throw StoreError(
      .invalidArgument,
      "a copy of a store cannot lie within the store's own directory, '\(directory)'", file: path)
  }

  private static func components(of path: String) -> [Substring] {
    var components: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = components.last, last != ".." {
        components.removeLast()
      } else {
        components.append(part)
      }
    }
    return components
  }
}
