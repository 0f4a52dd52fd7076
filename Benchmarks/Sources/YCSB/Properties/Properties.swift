// SPDX-License-Identifier: Apache-2.0

/// The properties of a run: by name, as text, read with types and defaults.
package struct Properties: Sendable {
  private var values: [String: String] = [:]

  package init() {}

  package subscript(name: String) -> String? {
    get { values[name] }
    set { values[name] = newValue }
  }

  /// Adds those of a property file; they replace what is there.
  package mutating func add(file text: String) throws(UsageError) {
    for (name, value) in try PropertyFile.parse(text) { values[name] = value }
  }

  /// Adds one given as `name=value`.
  package mutating func add(argument: String) throws(UsageError) {
    guard let separator = argument.firstIndex(of: "="), separator > argument.startIndex else {
      throw UsageError("a property is given as name=value, not as '\(argument)'")
    }
    values[String(argument[..<separator])] = String(argument[argument.index(after: separator)...])
  }

  /// The names that nothing here knows.
  package var unknownNames: [String] {
    values.keys.filter { !PropertyNames.all.contains($0) }.sorted()
  }

  package var sorted: [(name: String, value: String)] {
    values.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
  }

  package func string(_ name: String, default value: String) -> String {
    values[name] ?? value
  }

  package func integer(
    _ name: String, default value: Int, in range: ClosedRange<Int> = 0...Int.max
  ) throws(UsageError) -> Int {
    guard let text = values[name] else { return value }
    guard let number = Int(text), range.contains(number) else {
      let upper = range.upperBound == .max ? "" : " and at most \(range.upperBound)"
      throw UsageError(
        "\(name)=\(text): a whole number is needed, at least \(range.lowerBound)\(upper)")
    }
    return number
  }

  package func number(
    _ name: String, default value: Double, in range: ClosedRange<Double> = 0...1
  ) throws(UsageError) -> Double {
    guard let text = values[name] else { return value }
    guard let number = Double(text), range.contains(number) else {
      throw UsageError(
        "\(name)=\(text): a number from \(range.lowerBound) to \(range.upperBound) is needed")
    }
    return number
  }

  package func boolean(_ name: String, default value: Bool) throws(UsageError) -> Bool {
    guard let text = values[name] else { return value }
    switch text.lowercased() {
    case "true": return true
    case "false": return false
    default: throw UsageError("\(name)=\(text): true or false is needed")
    }
  }

  package func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String, default value: Choice
  ) throws(UsageError) -> Choice {
    guard let text = values[name] else { return value }
    guard let choice = Choice(rawValue: text) else {
      let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw UsageError("\(name)=\(text): there are \(known)")
    }
    return choice
  }
}
