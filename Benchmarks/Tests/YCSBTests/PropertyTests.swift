// SPDX-License-Identifier: Apache-2.0

import Testing
import YCSB

@Suite("Properties")
struct PropertyTests {
  @Test("Java's syntax is read: comments, separators, continuation, escapes")
  func syntax() throws {
    let text = """
      # a comment
        ! another
      plain=1
      colon : two words
      blank\tvalue
      long = a \\
           b\\
      c
      escaped\\ name\\==\\u0041\\t.
      empty=
      none
      path=C:\\\\x
      """
    let parsed = try PropertyFile.parse(text)
    let expected = [
      ("plain", "1"), ("colon", "two words"), ("blank", "value"), ("long", "a bc"),
      ("escaped name=", "A\t."), ("empty", ""), ("none", ""), ("path", "C:\\x"),
    ]
    #expect(parsed.map(\.name) == expected.map(\.0))
    #expect(parsed.map(\.value) == expected.map(\.1))
    #expect(throws: UsageError.self) { try PropertyFile.parse("a=\\u12") }
  }

  @Test("What is given later counts, and what nothing reads is told")
  func precedence() throws {
    var properties = Properties()
    try properties.add(file: "recordcount=5\nreadallfields=true\n")
    try properties.add(argument: "recordcount=7")
    try properties.add(argument: "recordcuont=9")
    #expect(try properties.integer("recordcount", default: 0) == 7)
    #expect(properties.unknownNames == ["recordcuont"])
    #expect(throws: UsageError.self) { try properties.add(argument: "recordcount") }
  }

  @Test("Bad values are refused by name, with what there is")
  func badValues() {
    func refusal(_ name: String, _ value: String) -> String? {
      var properties = Properties()
      properties["recordcount"] = "100"
      properties["operationcount"] = "10"
      properties["workload"] = "core"
      properties[name] = value
      do {
        _ = try WorkloadKind.make(properties)
        let exporter = try Exporter(properties)
        _ = try RunOptions(properties, phase: .run, loadCount: 100, hasStatus: false)
        _ = exporter
        _ = try ExportFormat.named(properties.string("exporter", default: "text"))
        return nil
      } catch {
        return (error as? UsageError)?.description
      }
    }
    #expect(refusal("fieldcount", "10") == nil)
    let bad = [
      ("recordcount", "many"), ("recordcount", "-1"), ("readproportion", "2"),
      ("requestdistribution", "gaussian"), ("insertorder", "random"), ("readallfields", "yes"),
      ("workload", "nonsense"), ("hdrhistogram.percentiles", "50,x"), ("threadcount", "0"),
      ("exporter", "xml"), ("measurement.interval", "none"), ("insertcount", "1000"),
      ("operationcount", "0"), ("measurementtype", "magic"),
    ]
    for (name, value) in bad {
      let text = refusal(name, value)
      #expect(text?.contains(value) == true || text?.contains(name) == true, "\(name)=\(value)")
    }
    #expect(refusal("requestdistribution", "gaussian")?.contains("zipfian, latest") == true)
  }

  @Test("The workload files hold what the reports run")
  func files() throws {
    for name in ["a", "b", "c", "d", "e", "f"] {
      var properties = Properties()
      try properties.add(file: try Workloads.text("workload\(name)"))
      #expect(properties.unknownNames.isEmpty)
      let fromFile = try CoreOptions(properties)
      var report = try ReportProperties.of(name.uppercased())
      report["recordcount"] = "1000"
      report["operationcount"] = "1000"
      let fromReport = try CoreOptions(report)
      #expect(fromFile.readProportion == fromReport.readProportion)
      #expect(fromFile.updateProportion == fromReport.updateProportion)
      #expect(fromFile.insertProportion == fromReport.insertProportion)
      #expect(fromFile.scanProportion == fromReport.scanProportion)
      #expect(fromFile.readModifyWriteProportion == fromReport.readModifyWriteProportion)
      #expect(fromFile.requestDistribution == fromReport.requestDistribution)
      let sum =
        fromFile.readProportion + fromFile.updateProportion + fromFile.insertProportion
        + fromFile.scanProportion + fromFile.readModifyWriteProportion
      #expect(abs(sum - 1) < 1e-9)
    }
    for name in ["practical", "worst", "closed-economy", "between", "put-durable"] {
      var properties = Properties()
      try properties.add(file: try Workloads.text(name))
      #expect(properties.unknownNames.isEmpty)
      _ = try WorkloadKind.make(properties)
    }
  }
}
