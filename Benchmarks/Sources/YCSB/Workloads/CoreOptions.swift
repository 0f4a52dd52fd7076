// SPDX-License-Identifier: Apache-2.0

/// What YCSB's core workload reads from its properties; the defaults are those of YCSB's class.
package struct CoreOptions: Sendable {
  package enum InsertOrder: String, CaseIterable, Sendable {
    case hashed, ordered
  }

  package var recordCount: Int
  package var operationCount: Int
  package var insertStart: Int
  package var insertCount: Int
  package var fieldCount: Int
  package var fieldNamePrefix: String
  package var fieldLength: LengthChooser
  package var readsAllFields: Bool
  package var namesAllFields: Bool
  package var writesAllFields: Bool
  package var readProportion: Double
  package var updateProportion: Double
  package var insertProportion: Double
  package var scanProportion: Double
  package var readModifyWriteProportion: Double
  package var requestDistribution: RequestDistribution
  package var scanLength: LengthChooser
  package var insertOrder: InsertOrder
  package var zeroPadding: Int
  package var hotspotDataFraction: Double
  package var hotspotOperationFraction: Double
  package var exponentialPercentile: Double
  package var exponentialFraction: Double
  package var checksData: Bool
  package var insertRetriesMax: Int
  package var insertRetrySeconds: Double

  package init(_ properties: Properties) throws(UsageError) {
    recordCount = try properties.integer("recordcount", default: 0)
    operationCount = try properties.integer("operationcount", default: 0)
    insertStart = try properties.integer("insertstart", default: 0)
    insertCount = try properties.integer(
      "insertcount", default: max(0, recordCount - insertStart))
    guard recordCount == 0 || recordCount >= insertStart + insertCount else {
      throw UsageError(
        "recordcount=\(recordCount) is less than insertstart + insertcount (\(insertStart + insertCount))"
      )
    }
    fieldCount = try properties.integer("fieldcount", default: 10, in: 1...1000)
    fieldNamePrefix = properties.string("fieldnameprefix", default: "field")
    let lengthMax = try properties.integer("fieldlength", default: 100, in: 1...(1 << 20))
    let lengthMin = try properties.integer("minfieldlength", default: 1, in: 0...lengthMax)
    fieldLength = LengthChooser(
      try properties.choice("fieldlengthdistribution", default: .constant), lengthMin...lengthMax)
    readsAllFields = try properties.boolean("readallfields", default: true)
    namesAllFields = try properties.boolean("readallfieldsbyname", default: false)
    writesAllFields = try properties.boolean("writeallfields", default: false)
    readProportion = try properties.number("readproportion", default: 0.95)
    updateProportion = try properties.number("updateproportion", default: 0.05)
    insertProportion = try properties.number("insertproportion", default: 0)
    scanProportion = try properties.number("scanproportion", default: 0)
    readModifyWriteProportion = try properties.number("readmodifywriteproportion", default: 0)
    requestDistribution = try properties.choice("requestdistribution", default: .uniform)
    let scanMax = try properties.integer("maxscanlength", default: 1000, in: 1...1_000_000)
    let scanMin = try properties.integer("minscanlength", default: 1, in: 1...scanMax)
    scanLength = LengthChooser(
      try properties.choice("scanlengthdistribution", default: .uniform), scanMin...scanMax)
    insertOrder = try properties.choice("insertorder", default: .hashed)
    zeroPadding = try properties.integer("zeropadding", default: 1, in: 1...100)
    hotspotDataFraction = try properties.number("hotspotdatafraction", default: 0.2)
    hotspotOperationFraction = try properties.number("hotspotopnfraction", default: 0.8)
    exponentialPercentile = try properties.number(
      "exponential.percentile", default: 95, in: 0.001...99.999)
    exponentialFraction = try properties.number(
      "exponential.frac", default: 0.8571428571, in: 0.000001...1)
    checksData = try properties.boolean("dataintegrity", default: false)
    guard !checksData || fieldLength.isConstant else {
      throw UsageError("dataintegrity=true needs fieldlengthdistribution=constant")
    }
    insertRetriesMax = try properties.integer("core_workload_insertion_retry_limit", default: 0)
    insertRetrySeconds = try properties.number(
      "core_workload_insertion_retry_interval", default: 3, in: 0...3600)
  }

  /// The key of a record.
  package func appendKey(of number: Int64, to key: inout [UInt8]) {
    let shown = insertOrder == .hashed ? fnvHash64(number) : number
    let digits = String(shown)
    key.append(contentsOf: Array("user".utf8))
    key.append(contentsOf: repeatElement(0x30, count: max(0, zeroPadding - digits.utf8.count)))
    key.append(contentsOf: digits.utf8)
  }

  package var fieldNames: [String] {
    (0..<fieldCount).map { fieldNamePrefix + String($0) }
  }
}
