import Diagnostics
import TensorCore
import Testing

@testable import Runtime

@Suite struct TensorErrorDiagnosticsTests {
  static let matrix = Tensor.Description(dtype: .f32, shape: Shape([128, 64]))
  static let other = Tensor.Description(dtype: .f32, shape: Shape([32, 10]))

  @Test func saysWhichAxesOfAProductDiffer() {
    let source = SourceText(name: "digits.nb", text: "  h @ p.w")
    let places = [Location(source, Span(2, 3)), Location(source, Span(6, 9))]
    let diagnostic = TensorError.contraction(lhs: Self.matrix, rhs: Self.other)
      .diagnostic(operation: "@", at: Location(source, Span(4, 5)), operands: places)
    #expect(diagnostic.code == .contraction)
    #expect(diagnostic.message == "shapes do not fit in `@`: f32[128, 64] and f32[32, 10]")
    #expect(
      diagnostic.labels.map(\.text) == [
        "f32[128, 64]: its last axis is 64, the other's first is 32", "f32[32, 10]",
      ])
  }

  @Test func offersTheTransposeThatFits() {
    let rhs = Tensor.Description(dtype: .f32, shape: Shape([10, 64]))
    let hint = TensorError.contraction(lhs: Self.matrix, rhs: rhs).diagnostic(operation: "@").hint
    #expect(hint == "the second, transposed (`x'`), would fit")
  }

  @Test func saysWhichAxesDoNotBroadcast() {
    let diagnostic = TensorError.broadcast(lhs: Self.matrix, rhs: Self.other, axisFromEnd: 1)
      .diagnostic(operation: "+")
    #expect(diagnostic.message == "shapes do not fit in `+`: f32[128, 64] and f32[32, 10]")
    #expect(diagnostic.note == "the last axes are 64 and 10")
  }

  @Test func countsBytesInReadableUnits() {
    let message = TensorError.outOfMemory(bytes: 1_500_000_000).diagnostic(operation: "zeros")
      .message
    #expect(message == "`zeros` needs 1.5 GB, more than is left")
  }

  @Test func writesOperationsAsTheUserDoes() {
    let message = TensorError.unsupportedDType(operation: "remainder", dtype: .c128)
      .diagnostic(operation: "%").message
    #expect(message == "`%` is not defined for c128")
  }

  static let samples: [(TensorError, DiagnosticCode)] = [
    (.contraction(lhs: matrix, rhs: other), .contraction),
    (.contraction(lhs: .init(dtype: .f64, shape: .scalar), rhs: other), .contraction),
    (.broadcast(lhs: matrix, rhs: other, axisFromEnd: 1), .broadcast),
    (.broadcast(lhs: matrix, rhs: other, axisFromEnd: 9), .broadcast),
    (.indexOutOfRange(index: 5, axis: 0, size: 0, shape: Shape([0])), .indexOutOfRange),
    (.axisOutOfRange(axis: 2, rank: 0), .axisOutOfRange),
    (.duplicateAxis(axis: 1), .axisOutOfRange),
    (.tooManyIndices(given: 3, shape: Shape([2])), .tooManyIndices),
    (.maskShape(mask: Shape([2]), shape: Shape([3])), .shapeMismatch),
    (.indexDType(.f64), .unsupportedDType),
    (.assignment(value: Shape([2]), selection: Shape([3])), .shapeMismatch),
    (.unsupportedDType(operation: "sqrt", dtype: .bool), .unsupportedDType),
    (.reshape(from: Shape([6]), to: [4, 2]), .reshape),
    (.reshape(from: Shape([6]), to: [-1, -1]), .reshape),
    (.reshape(from: Shape([6]), to: [Int.max, Int.max]), .reshape),
    (
      .unequalElements(firstIndex: 0, first: matrix, secondIndex: 1, second: other),
      .unequalElements
    ),
    (.emptyReduction(operation: "max", shape: Shape([0])), .emptyReduction),
    (.rankTooHigh(rank: 9), .rankTooHigh),
    (.wrongRank(operation: "inv", expected: "at least 2", shape: Shape([3])), .shapeMismatch),
    (
      .shapeMismatch(operation: "solve", what: "rows differ", lhs: Shape([2]), rhs: Shape([3])),
      .shapeMismatch
    ),
    (.notSquare(operation: "inv", shape: Shape([2, 3])), .linearAlgebra),
    (.singularMatrix(operation: "inv"), .linearAlgebra),
    (.notPositiveDefinite(minor: 2), .linearAlgebra),
    (.notConverged(operation: "svd"), .linearAlgebra),
    (
      .argument(operation: "eye", name: "n", value: "-1", requirement: "at least 0"), .argumentValue
    ),
    (.valueOutOfRange(value: "300", dtype: .u8), .valueOutOfRange),
    (.integerOverflow(operation: "add"), .integerOverflow),
    (.divisionByZero(operation: "floorDivide"), .divisionByZero),
    (.outOfMemory(bytes: .max), .outOfMemory),
    (.interrupted, .interrupted),
  ]

  @Test(arguments: 0..<samples.count) func everyErrorIsOneSentence(_ index: Int) {
    let (error, code) = Self.samples[index]
    let diagnostic = error.diagnostic(operation: "f")
    #expect(diagnostic.code == code)
    #expect(!diagnostic.message.isEmpty)
    #expect(!diagnostic.message.hasSuffix("."))
  }
}
