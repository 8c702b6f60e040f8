import Diagnostics
import TensorCore
import Testing

@testable import Runtime

@Suite struct ConversionTests {
  let host = RecordingHost()

  @Test func cutsFloatsTowardZero() throws {
    #expect(try host.shows("int", 2.9) == "2")
    #expect(try host.shows("int", -2.9) == "-2")
    #expect(try host.shows("int", true) == "1")
    #expect(try host.shows("int", " 12 ") == "12")
    #expect(try host.shows("int", tensor([1.9, -1.9])) == "i64[2] [ 1 -1]")
  }

  @Test(arguments: [Double.nan, .infinity, 1e300, 0x1p63])
  func refusesWhatAnIntCannotHold(_ number: Double) {
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("int", .float(number)) }
        == .argumentValue)
  }

  @Test func readsNumbersFromText() throws {
    #expect(try host.shows("parse_int", "-42") == "-42")
    #expect(try host.shows("parse_int", "ff", 16) == "255")
    #expect(try host.shows("parse_int", "1_000") == "1000")
    #expect(try host.shows("parse_float", "2.5e3") == "2500.0")
    #expect(try host.shows("float", "inf") == "inf")
  }

  @Test(arguments: ["", "4x", "1.5", "99999999999999999999"])
  func refusesTextThatSpellsNoInt(_ text: String) {
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("parse_int", .string(text)) }
        == .unparsableText)
  }

  @Test(arguments: ["", "abc", "0x1p3", "1,5"])
  func refusesTextThatSpellsNoFloat(_ text: String) {
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("parse_float", .string(text)) }
        == .unparsableText)
  }

  @Test func convertsToEveryDType() throws {
    for dtype in DType.allCases where dtype != .bool {
      #expect(try host.shows("dtype", host.call(dtype.name, tuple(1, 0))) == "\"\(dtype.name)\"")
    }
    #expect(try host.shows("bool", tensor([0, 2])) == "bool[2] [False  True]")
    #expect(try host.shows("bool", 0.0) == "false")
    #expect(try host.shows("f32", record(("w", try tensor([1, 2])))) == "(w = f32[2] [1. 2.])")
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("u8", tuple(300)) }
        == .valueOutOfRange)
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("f32", "1") } == .argumentType)
  }

  @Test func describesTensors() throws {
    let matrix = try tensor([1, 2, 3, 4, 5, 6], [2, 3])
    #expect(try host.shows("shape", matrix) == "(2, 3)")
    #expect(try host.shows("ndim", matrix) == "2")
    #expect(try host.shows("size", matrix) == "6")
    #expect(try host.shows("shape", 3) == "()")
    #expect(try host.shows("type_of", matrix) == "\"Tensor\"")
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("shape", tuple(1)) }
        == .argumentType)
  }

  @Test func makesTuplesOfWhatHasElements() throws {
    #expect(try host.shows("tuple", .range(RangeValue(start: 5, end: 0, step: -2))) == "(5, 3, 1)")
    #expect(try host.shows("tuple", "hé") == "(\"h\", \"é\")")
    #expect(try host.shows("tuple", tensor([1, 2])) == "(1, 2)")
    #expect(failureCode { () throws(CallFailure) in _ = try host.call("tuple", 3) } == .notIterable)
    let endless = Value.range(RangeValue(start: 0, end: .max, step: 1))
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("tuple", endless) } == .outOfMemory)
  }
}
