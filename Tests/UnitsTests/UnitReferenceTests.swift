import Foundation
import Testing
import Units

/// Units and random algebra against pint; `Tests/Reference/units.py` writes the file.
@Suite struct UnitReferenceTests {
  private let lines: [[String]]

  init() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent()
    let file = folder.appendingPathComponent("Reference/units.txt")
    lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map {
      $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
  }

  private func isClose(_ value: Double, _ expected: Double) -> Bool {
    abs(value - expected) <= 1e-13 * abs(expected)
  }

  private func exponents(_ dimension: Units.Dimension) -> String {
    Units.Dimension.Base.allCases.map { dimension.exponent(of: $0).text }.joined(separator: " ")
  }

  @Test func unitsHavePintsFactorsAndDimensions() throws {
    let units = lines.filter { $0[0] == "unit" }
    #expect(units.count > 800)
    for line in units {
      let unit = try Units.Unit(parsing: line[1])
      let expected = try #require(Double(line[2]))
      let factor = unit.coherent(1)
      #expect(isClose(factor, expected), "\(line[1]): \(factor), pint \(expected)")
      #expect(exponents(unit.dimension) == line[3], "\(line[1])")
      #expect(isClose(unit.value(ofCoherent: factor), 1))
      // Products may cancel, so only the text is compared.
      #expect(try Units.Unit(parsing: unit.text) == unit)
    }
  }

  @Test func algebraHasPintsValuesDimensionsAndErrors() throws {
    let cases = lines.filter { $0[0] == "algebra" }
    #expect(cases.count == 500)
    for line in cases {
      do {
        let value = try evaluate(line[1])
        let expected = try #require(Double(line[2]), "\(line[1]): pint refuses, we \(value.text)")
        #expect(isClose(value.magnitude, expected), "\(line[1])")
        #expect(exponents(value.measure.dimension) == line[3], "\(line[1])")
      } catch let error as UnitError {
        #expect(line[2] == "differ", "\(line[1]): \(error)")
      }
    }
  }

  /// Steps in reverse Polish order.
  private func evaluate(_ steps: String) throws -> Quantity {
    var stack: [Quantity] = []
    for step in steps.split(separator: " ") {
      let parts = step.split(separator: "|")
      if parts.count == 2 {
        stack.append(
          Quantity(try #require(Double(parts[0])), try Units.Unit(parsing: String(parts[1]))))
        continue
      }
      let right = try #require(stack.last)
      stack.removeLast()
      if step == "sqrt" || step == "square" {
        let root = right.magnitude.squareRoot()
        stack.append(
          step == "sqrt"
            ? Quantity(coherent: root, try right.measure.power(0.5))
            : Quantity(
              coherent: right.magnitude * right.magnitude, try right.measure.power(2)))
        continue
      }
      let left = try #require(stack.last)
      stack.removeLast()
      switch step {
      case "+": stack.append(try left.adding(right))
      case "*": stack.append(try left.multiplied(by: right))
      default: stack.append(try left.divided(by: right))
      }
    }
    return try #require(stack.last)
  }
}
