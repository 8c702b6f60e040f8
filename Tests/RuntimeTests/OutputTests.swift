import Diagnostics
import TensorCore
import TensorOps
import Testing

@testable import Runtime

@Suite struct OutputTests {
  let host = RecordingHost()

  @Test func printsBareTextAndShownValues() throws {
    _ = try host.call("print", "a", 1.5, tuple("b"), tensor([1, 2]))
    _ = try host.call("print", 1, 2, named: ["sep": "-", "end": "|"])
    _ = try host.call("print")
    #expect(host.output == "a 1.5 (\"b\",) [1 2]\n1-2|\n")
  }

  @Test func showsAValueInMidCell() throws {
    _ = try host.call("show", tensor([1, 2]))
    _ = try host.call("show", .none)
    #expect(host.shown.map(\.plainText) == ["i64[2] [1 2]"])
  }

  @Test func stopsWithTheUsersMessage() {
    let failure = failure { () throws(CallFailure) in _ = try host.call("error", "no data") }
    #expect(failure?.code == .userError)
    #expect(failure?.message == "no data")
  }

  @Test func readingTheClockIsAnEffect() throws {
    _ = try host.call("clock")
    _ = try host.call("env", "NO_SUCH_NAME_HERE", "-")
    #expect(host.effects == ["read the clock", "read the environment variable NO_SUCH_NAME_HERE"])
  }

  // MARK: - Builtins made from operations

  /// Doubles `x`, scaled by `scale`, over `axis`; reports an axis error when asked to.
  static let probe = Operation(
    name: "probe", summary: "For a test.",
    parameters: [
      OperationParameter("x", .operand), OperationParameter("shape", .variadicInts),
      OperationParameter("axis", .int, .none), OperationParameter("dtype", .dtype, .dtype(.f32)),
    ], example: "", gives: "",
    evaluate: { (arguments: OperationArguments) throws(TensorError) -> OperationResult in
      if let axis = arguments.optionalInt(2) { throw .axisOutOfRange(axis: axis, rank: 1) }
      return .record([
        ("sizes", .tuple(arguments.ints(1).map { .scalar(.int($0)) })),
        (
          "zeros",
          .tensor(try Tensor.zeros(Shape(arguments.ints(1)), arguments.optionalDType(3) ?? .f64))
        ),
        ("number", .value(try Tensor(scalar: .float(2.5)))),
      ])
    })

  @Test func convertsArgumentsAndResultsOfOperations() throws {
    let builtin = OperationBuiltins.builtin(for: Self.probe)
    #expect(builtin.signature.text == "(x, shape..., axis = none, dtype = f32)")
    let shown = try host.run(builtin, [1, 2]).displayText
    #expect(shown == "(sizes = (2,), zeros = f32[2] [0. 0.], number = 2.5)")
  }

  @Test func errorsOfOperationsPointAtTheirArgument() {
    let builtin = OperationBuiltins.builtin(for: Self.probe)
    #expect(
      failingArgument { () throws(CallFailure) in _ = try host.run(builtin, [1], named: ["axis": 5])
      } == 2)
    #expect(failingArgument { () throws(CallFailure) in _ = try host.run(builtin, ["a"]) } == 0)
  }

  @Test func elementwiseOperationsWorkThroughStructures() throws {
    #expect(try host.shows("sqrt", tuple(4.0, record(("a", 9.0)))) == "(2.0, (a = 3.0))")
  }
}
