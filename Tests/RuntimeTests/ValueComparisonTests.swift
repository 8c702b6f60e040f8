import Diagnostics
import Syntax
import TensorCore
import Testing

@testable import Runtime

@Suite struct ValueComparisonTests {
  let host = RecordingHost()

  func holds(_ op: ComparisonOperator, _ a: Value, _ b: Value) throws -> Bool {
    guard case .bool(let flag) = try Value.compare(op, a, b) else {
      Issue.record("not a Bool")
      return false
    }
    return flag
  }

  @Test func numbersCompareByExactValue() throws {
    #expect(try holds(.equal, 1, 1.0))
    #expect(try !holds(.equal, .int((1 << 53) + 1), .float(0x1p53)))
    #expect(try holds(.greater, .int((1 << 53) + 1), .float(0x1p53)))
    #expect(try holds(.less, .int(.max), .float(0x1p63)))
    #expect(try holds(.greater, 3, 2.5))
    #expect(try holds(.lessOrEqual, true, 1))
    #expect(try !holds(.equal, .float(.nan), .float(.nan)))
    #expect(try !holds(.less, .float(.nan), 1))
    #expect(try !holds(.greaterOrEqual, 1, .float(.nan)))
  }

  @Test func textComparesByBytes() throws {
    #expect(try holds(.less, "apple", "banana"))
    #expect(try holds(.less, "Z", "a"))
    #expect(try holds(.lessOrEqual, "a", "a"))
    #expect(try !holds(.equal, "e\u{301}", "é"))
  }

  @Test func otherTypesAreUnequalAndUnordered() throws {
    #expect(try !holds(.equal, "a", 1))
    #expect(try holds(.equal, .none, .none))
    #expect(try holds(.notEqual, .none, 0))
    #expect(
      failureCode { () throws(CallFailure) in _ = try Value.compare(.less, "a", 1) }
        == .operandTypes)
    let z = Value.complex(Complex(1, 2))
    #expect(
      failureCode { () throws(CallFailure) in _ = try Value.compare(.less, z, z) } == .operandTypes)
  }

  @Test func structuresAreEqualByContent() throws {
    #expect(try holds(.equal, tuple(1, tuple("a", 2.0)), tuple(1.0, tuple("a", 2))))
    #expect(try !holds(.equal, tuple(1, 2), tuple(1, 3)))
    #expect(try !holds(.equal, record(("a", 1)), record(("b", 1))))
    let one = Value.map(try MapValue([(key: "a", value: 1), (key: "b", value: 2)]))
    let other = Value.map(try MapValue([(key: "b", value: 2), (key: "a", value: 1)]))
    #expect(try holds(.equal, one, other))
    #expect(try holds(.equal, tuple(try tensor([1, 2])), tuple(try tensor([1.0, 2.0]))))
    #expect(try !holds(.equal, tuple(try tensor([1, 2])), tuple(try tensor([1, 2], [1, 2]))))
    let range = Value.range(RangeValue(start: 0, end: 4, step: 2))
    #expect(try holds(.equal, range, .range(RangeValue(start: 0, end: 3, step: 2))))
  }

  @Test func deepStructuresCompareWithoutTheNativeStack() throws {
    var a = Value.int(1)
    var b = Value.int(1)
    for _ in 0..<1000 {
      a = tuple(a)
      b = tuple(b)
    }
    #expect(a.isEqual(to: b))
  }

  @Test func tuplesAreOrderedByTheirFirstDifference() throws {
    #expect(try holds(.less, tuple(1, "a"), tuple(1, "b")))
    #expect(try holds(.less, tuple(1), tuple(1, 0)))
    #expect(try holds(.greaterOrEqual, tuple(2), tuple(1, 5)))
  }

  @Test func tensorsCompareElementByElement() throws {
    let x = try tensor([1, 2, 3])
    #expect(try Value.compare(.equal, x, 2).displayText == "bool[3] [False  True False]")
    #expect(
      try Value.compare(.less, x, tensor([2, 2, 2])).displayText == "bool[3] [ True False False]")
    #expect(try !holds(.equal, x, "a"))
  }

  @Test func membershipLooksInside() throws {
    #expect(try Value.contains(tuple(1, "a"), 1.0))
    #expect(try !Value.contains(tuple(1, "a"), "b"))
    #expect(try Value.contains("hello", "ell"))
    #expect(try Value.contains("hello", ""))
    #expect(try Value.contains(.map(try MapValue([(key: "a", value: 1)])), "a"))
    #expect(try Value.contains(record(("lr", 1)), "lr"))
    #expect(try Value.contains(tensor([1, 2]), 2))
    #expect(try !Value.contains(tensor([1, 2]), 2.5))
    #expect(failureCode { () throws(CallFailure) in _ = try Value.contains(3, 3) } == .operandTypes)
    #expect(
      failureCode { () throws(CallFailure) in _ = try Value.contains("abc", 1) } == .operandTypes)
  }

  @Test func rangesHoldTheirStepsOnly() {
    let range = RangeValue(start: 0, end: 10, step: 3)
    #expect((-2..<12).filter(range.contains) == [0, 3, 6, 9])
    let down = RangeValue(start: 5, end: 0, step: -2)
    #expect((-2..<8).filter(down.contains) == [1, 3, 5])
    let all = RangeValue(start: .min, end: .max, step: .max)
    #expect(all.contains(.min) && all.contains(-1) && !all.contains(0) && all.count == 3)
  }
}
