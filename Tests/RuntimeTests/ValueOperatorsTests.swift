import Diagnostics
import Syntax
import TensorCore
import Testing

@testable import Runtime

@Suite struct ValueOperatorsTests {
  let host = RecordingHost()

  func shown(_ op: BinaryOperator, _ a: Value, _ b: Value) throws(CallFailure) -> String {
    try Value.binary(op, a, b).displayText
  }

  func code(_ op: BinaryOperator, _ a: Value, _ b: Value) -> DiagnosticCode? {
    failureCode { () throws(CallFailure) in _ = try Value.binary(op, a, b) }
  }

  /// Quotients and remainders as Python 3.11 has them.
  @Test(arguments: [
    (7, 3, 2, 1), (-7, 3, -3, 2), (7, -3, -3, -2), (-7, -3, 2, -1), (6, 3, 2, 0), (0, 5, 0, 0),
    (Int.min, 1, Int.min, 0), (5, Int.max, 0, 5), (-5, Int.max, -1, Int.max - 5), (5, -1, -5, 0),
  ])
  func floorsIntDivision(_ a: Int, _ b: Int, _ quotient: Int, _ remainder: Int) throws {
    #expect(try shown(.floorDivide, .int(a), .int(b)) == String(quotient))
    #expect(try shown(.remainder, .int(a), .int(b)) == String(remainder))
  }

  /// As Python 3.11; by zero as NumPy 1.24.
  @Test(arguments: [
    (7.5, 2.0, "3.0", "1.5"), (-7.5, 2.0, "-4.0", "0.5"), (7.5, -2.0, "-4.0", "-0.5"),
    (1.0, 0.1, "9.0", "0.09999999999999995"), (0.0, -3.0, "-0.0", "-0.0"),
    (1.0, .infinity, "0.0", "1.0"), (-1.0, .infinity, "-1.0", "inf"), (1.0, 0.0, "inf", "nan"),
    (.infinity, 2.0, "nan", "nan"),
  ])
  func floorsFloatDivision(_ a: Double, _ b: Double, _ quotient: String, _ remainder: String) throws
  {
    if a.isFinite { #expect(try shown(.floorDivide, .float(a), .float(b)) == quotient) }
    #expect(try shown(.remainder, .float(a), .float(b)) == remainder)
  }

  @Test func overflowIsAnErrorWithBothValues() {
    #expect(code(.add, .int(.max), 1) == .integerOverflow)
    #expect(code(.subtract, .int(.min), 1) == .integerOverflow)
    #expect(code(.multiply, .int(1 << 62), 2) == .integerOverflow)
    #expect(code(.floorDivide, .int(.min), -1) == .integerOverflow)
    #expect(code(.power, 10, 19) == .integerOverflow)
    let failure = failure { () throws(CallFailure) in _ = try Value.binary(.add, .int(.max), 1) }
    #expect(failure?.message == "`9223372036854775807 + 1` does not fit in an Int (64 bits)")
    #expect(
      failureCode { () throws(CallFailure) in _ = try Value.unary(.negate, .int(.min)) }
        == .integerOverflow)
  }

  @Test func powersStayIntUntilTheExponentIsNegative() throws {
    #expect(try shown(.power, 2, 10) == "1024")
    #expect(try shown(.power, 2, -1) == "0.5")
    #expect(try shown(.power, -3, 3) == "-27")
    #expect(try shown(.power, 0, 0) == "1")
    #expect(try shown(.power, 3, 39) == "4052555153018976267")
    #expect(try shown(.power, 2, 0.5) == "1.4142135623730951")
  }

  @Test func intDivisionByZeroIsAnErrorOnlyWhenFloored() throws {
    #expect(code(.floorDivide, 1, 0) == .divisionByZero)
    #expect(code(.remainder, 1, 0) == .divisionByZero)
    #expect(try shown(.divide, 1, 0) == "inf")
    #expect(try shown(.divide, 7, 2) == "3.5")
  }

  @Test func boolsCountAsIntsAndStayBoolsUnderLogic() throws {
    #expect(try shown(.add, true, true) == "2")
    #expect(try shown(.elementwiseAnd, true, false) == "false")
    #expect(try shown(.elementwiseOr, true, false) == "true")
    #expect(try shown(.elementwiseAnd, 6, 3) == "2")
    #expect(try Value.unary(.invert, true).displayText == "false")
    #expect(code(.elementwiseOr, 1.5, 1) == .operandTypes)
  }

  @Test func complexNumbersMultiplyAndDivide() throws {
    let a = Value.complex(Complex(3, 4))
    let i = Value.complex(Complex(0, 2))
    #expect(Value.compareEqual(try Value.binary(.multiply, i, i), -4))
    #expect(
      Value.compareEqual(
        try Value.binary(.divide, a, .complex(Complex(1, 2))), .complex(Complex(2.2, -0.4))))
    #expect(Value.compareEqual(try Value.binary(.power, i, 2), -4))
    #expect(code(.floorDivide, a, 2) == .operandTypes)
  }

  @Test func textJoinsAndRepeats() throws {
    #expect(try shown(.add, "a", "b") == "\"ab\"")
    #expect(try shown(.multiply, "ab", 3) == "\"ababab\"")
    #expect(try shown(.multiply, 2, "ab") == "\"abab\"")
    #expect(try shown(.multiply, "ab", -1) == "\"\"")
    #expect(code(.multiply, "ab", .int(.max)) == .outOfMemory)
    #expect(code(.add, "a", 1) == .operandTypes)
    #expect(code(.subtract, "a", "b") == .operandTypes)
  }

  @Test func mapsOverTuplesAndRecords() throws {
    #expect(try shown(.add, tuple(1, 2), tuple(10, 20)) == "(11, 22)")
    #expect(try shown(.multiply, record(("a", 1), ("b", 2)), 10) == "(a = 10, b = 20)")
    #expect(try shown(.multiply, tuple(1, tuple(2, 3)), 2) == "(2, (4, 6))")
    #expect(try shown(.subtract, 10, tuple(1, 2)) == "(9, 8)")
    #expect(
      try Value.unary(.negate, tuple(1, record(("a", 2.5)))).displayText == "(-1, (a = -2.5))")
    #expect(code(.add, tuple(1, 2), tuple(1, 2, 3)) == .operandTypes)
    #expect(code(.add, record(("a", 1)), record(("b", 1))) == .operandTypes)
  }

  @Test func structureTooDeepIsAnError() {
    var deep = Value.int(1)
    for _ in 0..<1000 { deep = tuple(deep) }
    #expect(code(.add, deep, 1) == .recursionTooDeep)
    #expect(
      failureCode { () throws(CallFailure) in _ = try Value.unary(.negate, deep) }
        == .recursionTooDeep)
  }

  @Test func worksOnTensorsAndRanges() throws {
    let range = Value.range(RangeValue(start: 0, end: 3, step: 1))
    #expect(try shown(.multiply, range, 2) == "i64[3] [0 2 4]")
    #expect(try shown(.add, tensor([1.5, 2]), 1) == "f64[2] [2.5 3. ]")
    #expect(try shown(.matmul, tensor([1, 2]), tensor([3, 4])) == "11")
    #expect(
      try Value.transpose(tensor([1, 2, 3, 4], [2, 2])).displayText == "i64[2, 2]\n[[1 3]\n [2 4]]")
    let numbers = try tensor([1, 2])
    #expect(code(.matmul, numbers, 3) == .contraction)
    #expect(code(.add, numbers, "a") == .operandTypes)
  }

  @Test func namesBothTypes() {
    let failure = failure { () throws(CallFailure) in _ = try Value.binary(.add, "a", 1) }
    #expect(failure?.message == "operands do not fit in `+`: Str and Int")
    #expect(failure?.hint?.contains("str(x)") == true)
  }
}

extension Value {
  static func compareEqual(_ a: Value, _ b: Value) -> Bool { a.isEqual(to: b) }
}
