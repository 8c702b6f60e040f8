import Diagnostics
import TensorCore
import Testing

@testable import Runtime

@Suite struct CallContextArgumentsTests {
  func context(_ values: Value?...) -> CallContext {
    let parameters = ["first", "second", "third"].map { Signature.Parameter($0) }
    return CallContext(
      arguments: values, builtinName: "probe", signature: Signature(parameters),
      host: RecordingHost())
  }

  @Test func namesBuiltinParameterAndTypes() throws {
    let context = context("a", try tensor([1, 2, 3]))
    let failure = failure { () throws(CallFailure) in _ = try context.string(1) }
    #expect(failure?.message == "`probe`: `second` is i64[3], a Str is wanted")
    #expect(failure?.code == .argumentType)
    #expect(failingArgument { () throws(CallFailure) in _ = try context.string(1) } == 1)
  }

  @Test func convertsNumbersOnlyWithoutLoss() throws {
    let scalar = Value.tensor(try Tensor(scalar: .int(3)))
    #expect(try context(scalar).int(0) == 3)
    #expect(try context(2).float(0) == 2)
    #expect(failureCode { () throws(CallFailure) in _ = try context(2.0).int(0) } == .argumentType)
    #expect(failureCode { () throws(CallFailure) in _ = try context(true).int(0) } == .argumentType)
    #expect(failureCode { () throws(CallFailure) in _ = try context(1).bool(0) } == .argumentType)
  }

  @Test func leftOutArgumentsAndNoneHaveTheDefault() throws {
    #expect(try context(nil).int(0, default: 7) == 7)
    #expect(try context(Value.none).string(0, default: "x") == "x")
    #expect(try context(nil).dtypeIfPresent(0) == nil)
  }

  @Test func stacksTuplesIntoTensors() throws {
    #expect(try context(tuple(1, 2.5)).tensor(0).formatted() == "f64[2] [1.  2.5]")
    #expect(try context(tuple(tuple(1, 2), tuple(3, 4))).tensor(0).shape == Shape([2, 2]))
    #expect(try context(tuple(true, false)).tensor(0).dtype == .bool)
    let ragged = tuple(tuple(1, 2), tuple(3))
    #expect(
      failureCode { () throws(CallFailure) in _ = try context(ragged).tensor(0) }
        == .unequalElements)
    #expect(
      failureCode { () throws(CallFailure) in _ = try context(tuple("a")).tensor(0) }
        == .argumentType)
  }

  @Test func numbersAmongTensorsAreWeak() throws {
    let single = Value.tensor(try Tensor(scalar: .float(1), dtype: .f32))
    #expect(try context(tuple(single, 2.5)).tensor(0).dtype == .f32)
    let byte = Value.tensor(try Tensor(scalar: .int(1), dtype: .u8))
    #expect(try context(tuple(byte, 2.5)).tensor(0).dtype == .f64)
  }

  @Test func readsShapesInEveryForm() throws {
    #expect(try context(3).ints(0) == [3])
    #expect(try context(tuple(2, 3)).ints(0) == [2, 3])
    #expect(try context(tuple(tuple(2, 3))).ints(0) == [2, 3])
    #expect(try context(tensor([4, 5])).ints(0) == [4, 5])
    #expect(try context(.range(RangeValue(start: 1, end: 4, step: 1))).ints(0) == [1, 2, 3])
    let failure = failure { () throws(CallFailure) in _ = try context(tuple(1, "a")).ints(0) }
    #expect(failure?.message == "`probe`: element 1 of `first` is a Str, an Int is wanted")
    let endless = Value.range(RangeValue(start: 0, end: .max, step: 1))
    #expect(
      failureCode { () throws(CallFailure) in _ = try context(endless).ints(0) } == .argumentValue)
  }

  @Test func findsDTypesByNameAndByConversion() throws {
    let f32 = BuiltinTable.all.first { $0.name == "f32" }
    let value = try #require(f32.map { Value.function(FunctionValue(target: .builtin($0))) })
    #expect(try context(value).dtype(0) == .f32)
    #expect(try context("u8").dtype(0) == .u8)
    #expect(
      failureCode { () throws(CallFailure) in _ = try context("f16").dtype(0) } == .argumentValue)
    #expect(failureCode { () throws(CallFailure) in _ = try context(1).dtype(0) } == .argumentType)
  }

  @Test func suggestsTheNearestWord() {
    let failure = failure { () throws(CallFailure) in
      _ = try context("linaer").choice(0, among: ["linear", "log"], default: "linear")
    }
    #expect(failure?.hint == "did you mean \"linear\"?")
  }
}
