// SPDX-License-Identifier: Apache-2.0

internal import Between
internal import Panjeon
internal import PanjeonStorage
internal import PanjeonTransactions
internal import WideColumn

extension Inspector {
  /// How a verb ended; a verb that has told its findings throws ``findings``.
  public enum Status: Int32, Error, Sendable {
    /// It was done, and all is well.
    case fine = 0

    /// Not all is well, or the answer is no: damage, a row that is not there, a conflict, two stores that differ.
    case findings = 1

    /// The command is wrong: a flag, or the name of a table, family or region that there is not.
    case usage = 64

    /// The store, or a file, cannot be read or opened.
    case unreadable = 65
  }
}

extension Inspector.Status {
  /// The status that an error of a verb stands for; nil for errors of the argument parser's, and for a request for help.
  init?(of error: any Error) {
    switch error {
    case let status as Inspector.Status: self = status
    case let error as StoreError: self = Self.status(of: error)
    case let error as BetweenError: self = Self.status(of: error)
    case is TransactionError: self = .findings
    case is BlobError, is MessagesFileError, is CancellationError, is EncodingError:
      self = .unreadable
    default: return nil
    }
  }

  private static func status(of error: StoreError) -> Inspector.Status {
    switch error.code {
    case .noSuchTable, .noSuchFamily, .tableExists, .invalidArgument, .limitExceeded: .usage
    default: .unreadable
    }
  }

  private static func status(of error: BetweenError) -> Inspector.Status {
    switch error.code {
    case .malformedExport, .malformedTranscript: .unreadable
    default: .findings
    }
  }
}
