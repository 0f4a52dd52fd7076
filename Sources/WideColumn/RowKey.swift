// SPDX-License-Identifier: Apache-2.0

/// The key of a row: 1 to `StoreLimits.rowKeyBytesMax` bytes, ordered by unsigned byte.
public typealias RowKey = Bytes
