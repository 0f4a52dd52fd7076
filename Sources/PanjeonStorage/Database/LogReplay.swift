// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Brings back into memtables what the log has and the SSTables have not.
package struct LogReplay {
  private let directory: String
  private let configuration: StoreConfiguration
  private let isReadOnly: Bool
  private let fileSystem: any FileSystem

  package init(_ directory: String, _ configuration: StoreConfiguration, isReadOnly: Bool) {
    self.directory = directory
    self.configuration = configuration
    self.isReadOnly = isReadOnly
    fileSystem = configuration.fileSystem
  }

  package func run(_ loaded: inout LoadedStore) throws(StoreError) {
    let chain = try LogChain(in: directory, fileSystem, from: loaded.state.minLogNumber)
    var replayer = LogReplayer(loaded, memtableBytesMax: configuration.memtableBytesMax)
    for (index, segment) in chain.segments.enumerated() {
      let end = chain.end(of: index)
      // What a killed process handed to the system may not be on disk yet. It must be before anything is
      // written behind it, or a power cut could take it and leave what depends on it.
      if !isReadOnly { try segment.file.sync() }
      let source = try LogCopies.readable(segment.file, number: segment.number, end: end)
      let path = source.path
      let tail = try unsafe LogReader.read(file: source, number: segment.number, end: end) {
        (bytes, offset) throws(StoreError) in
        do throws(StoreError) {
          try unsafe replayer.apply(bytes, logNumber: segment.number)
        } catch {
          throw StoreError(error.code, error.message, file: path, offset: offset)
        }
      }
      loaded.report.bytesDropped += tail.droppedBytes
      loaded.segments.append((segment.number, tail.end))
      loaded.lastSegment = (segment.number, tail.end)
      segment.file.close()
    }
    replayer.finish()
    loaded.lastSequence = max(loaded.lastSequence, replayer.lastSequence)
    loaded.lastTimestamp = max(loaded.lastTimestamp, replayer.lastTimestamp)
    loaded.report.recordsReplayed = replayer.records
  }
}
