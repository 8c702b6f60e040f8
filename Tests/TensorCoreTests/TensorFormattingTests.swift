import TensorCore
import Testing

@Suite struct TensorFormattingTests {
  @Test func printsAsNumPyDoes() throws {
    let text = try ReferenceCase.text("formatting_cases.txt")
    let cases = text.drop { $0 != "\n" }.dropFirst().split(separator: "\n%%\n")
    #expect(cases.count > 400)
    for item in cases {
      let lines = item.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
      let head = lines[0].split(separator: "\t")
      let tensor = try ReferenceCase.tensor(String(head[0]))
      let threshold = try #require(Int(head[1]))
      #expect(tensor.arrayText(threshold: threshold) == String(lines[1]), "\(head[0])")
      #expect(try scattered(tensor).arrayText(threshold: threshold) == String(lines[1]))
    }
  }

  @Test func aHeaderSaysTypeAndShape() throws {
    #expect(try tensor([1, 2, 3]).formatted() == "f64[3] [1. 2. 3.]")
    #expect(try integers([1, 2], [1, 2]).formatted() == "i64[1, 2]\n[[1 2]]")
    #expect(try Tensor(scalar: .float(1.5)).formatted() == "f64[] 1.5")
    #expect(try Tensor.zeros(Shape([0, 3])).formatted() == "f64[0, 3] []")
    let long = try counting([40])
    #expect(long.formatted().hasPrefix("i64[40]\n[ 0  1"))
  }

  @Test func insideATupleEverythingIsOneLine() throws {
    #expect(try integers([1, 2, 3, 4], [2, 2]).inlineDescription == "i64[2, 2] [[1 2] [3 4]]")
    #expect(
      try counting([2, 2, 2]).inlineDescription == "i64[2, 2, 2] [[[0 1] [2 3]] [[4 5] [6 7]]]")
    #expect(try counting([9, 9]).inlineDescription == "i64[9, 9]")
    #expect(try tensor([1]).inlineDescription == "f64[1] [1.]")
  }

  @Test func floatsPrintAsInPython() {
    let cases: [(Double, String)] = [
      (0.1, "0.1"), (1, "1.0"), (-0.0, "-0.0"), (1e-5, "1e-05"), (1e16, "1e+16"),
      (123_456_789_012_345_680, "1.2345678901234568e+17"),
      (9_999_999_999_999_998, "9999999999999998.0"),
      (0.0001, "0.0001"), (.infinity, "inf"), (-.infinity, "-inf"), (.nan, "nan"),
      (.leastNonzeroMagnitude, "5e-324"), (1.7976931348623157e308, "1.7976931348623157e+308"),
      (1e100, "1e+100"),
      (0.30000000000000004, "0.30000000000000004"),
    ]
    for (value, text) in cases { #expect(formatFloat(value) == text) }
    #expect(formatFloat(Float(0.1)) == "0.1")
    #expect(formatFloat(Complex(1, -2)) == "(1-2j)")
    #expect(formatFloat(Complex(0, 2.5)) == "2.5j")
  }
}
