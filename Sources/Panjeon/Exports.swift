// SPDX-License-Identifier: Apache-2.0

// One import gives an app the data model, the store's configuration and transactions.
@_exported public import PanjeonStorage
@_exported public import PanjeonTransactions
@_exported public import WideColumn
