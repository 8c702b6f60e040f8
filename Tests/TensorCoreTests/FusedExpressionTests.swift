import TensorCore
import Testing

typealias FusedStep = FusedExpression.Step

/// A fused expression gives what its steps give one by one, bit for bit, whatever the layout of its
/// operands.
@Suite struct FusedExpressionTests {
  /// tanh(a · b + 0.5) · exp(-a) - b / 2
  static let chain = FusedExpression(
    leafCount: 4,
    steps: [
      FusedStep(.multiply, 0, 1), FusedStep(.add, 4, 2), FusedStep(.tanh, 5), FusedStep(.negate, 0),
      FusedStep(.exp, 7), FusedStep(.multiply, 6, 8), FusedStep(.divide, 1, 3),
      FusedStep(.subtract, 9, 10),
    ])

  private func stepwise(_ expression: FusedExpression, _ leaves: [Operand]) throws -> Tensor {
    var values = leaves
    for step in expression.steps {
      let operands = [step.a, step.b, step.c].prefix(step.operation.arity).map { values[$0] }
      let result = try Tensor.evaluate(FusedExpression.of(step.operation), leaves: operands)
      values.append(.tensor(result))
    }
    guard case .tensor(let result)? = values.last else { return try Tensor.zeros(.scalar) }
    return result
  }

  private func layouts(_ dtype: DType) throws -> [(String, Tensor, Tensor)] {
    let dense = try Tensor.elementwise(
      .multiply, .tensor(try counting([40, 300], dtype)), .scalar(.float(1e-4)))
    let other = try Tensor.elementwise(
      .multiply, .tensor(try counting([300, 40], dtype)), .scalar(.float(-2e-4)))
    let small = try dense.indexed(by: [
      .slice(start: nil, stop: nil, step: 3), .slice(start: 5, stop: 12, step: 1),
    ])
    return [
      ("contiguous", dense, dense), ("transposed", dense, try other.transposed()),
      ("row", dense, dense.selecting(3, axis: 0)),
      ("column", dense, dense.slice(axis: 1, start: 7, count: 1)),
      ("outer", dense.slice(axis: 1, start: 7, count: 1), dense.selecting(3, axis: 0)),
      ("short rows", small, small.selecting(0, axis: 0)),
      (
        "short rows reversed", small,
        try small.indexed(by: [.slice(start: nil, stop: nil, step: -1)])
      ),
      ("scalar", dense, try Tensor(scalar: .float(0.25), dtype: dtype)),
      (
        "every other", try dense.indexed(by: [.ellipsis, .slice(start: nil, stop: nil, step: 2)]),
        try dense.indexed(by: [.ellipsis, .slice(start: 1, stop: nil, step: 2)])
      ),
    ]
  }

  @Test(arguments: [DType.f32, .f64]) func agreesWithItsStepsOnEveryLayout(dtype: DType) throws {
    for (name, a, b) in try layouts(dtype) {
      let leaves: [Operand] = [.tensor(a), .tensor(b), .scalar(.float(0.5)), .scalar(.int(2))]
      let fused = try Tensor.evaluate(FusedExpressionTests.chain, leaves: leaves)
      let plain = try stepwise(FusedExpressionTests.chain, leaves)
      #expect(fused.shape == plain.shape && fused.dtype == plain.dtype, "\(name)")
      #expect(try fused.toDoubles() == plain.toDoubles(), "\(name)")
    }
  }

  @Test func doesNotDependOnTheNumberOfThreads() throws {
    let threads = Kernels.threadCount
    defer { Kernels.threadCount = threads }
    let x = try counting([1_000_003], .f32)
    let expression = FusedExpression(
      leafCount: 1, steps: [FusedStep(.sqrt, 0), FusedStep(.sin, 1)])
    Kernels.threadCount = 1
    let one = try Tensor.evaluate(expression, leaves: [.tensor(x)])
    let oneSum = try Tensor.evaluate(expression, leaves: [.tensor(x)], reducing: .sum)
    Kernels.threadCount = 4
    let four = try Tensor.evaluate(expression, leaves: [.tensor(x)])
    let fourSum = try Tensor.evaluate(expression, leaves: [.tensor(x)], reducing: .sum)
    #expect(try Tensor.elementwise(.equal, one, four).reduced(.all).item() == .bool(true))
    #expect(oneSum.item() == fourSum.item())
  }

  @Test func reducesWithoutKeepingTheElements() throws {
    let x = try counting([1000, 1000], .f64)
    let expression = FusedExpression(leafCount: 2, steps: [FusedStep(.multiply, 0, 1)])
    let leaves: [Operand] = [.tensor(x), .scalar(.float(0.5))]
    let sum = try Tensor.evaluate(expression, leaves: leaves, reducing: .sum)
    #expect(sum.item() == .float(249_999_750_000))
    #expect(
      try Tensor.evaluate(expression, leaves: leaves, reducing: .max).item() == .float(499999.5))
    #expect(
      try Tensor.evaluate(expression, leaves: leaves, reducing: .mean).item() == .float(249999.75))
    #expect(
      try Tensor.evaluate(expression, leaves: leaves, reducing: .countNonzero).item()
        == .int(999_999))
  }

  @Test func namesTheStepThatFails() throws {
    // (a + b) // c
    let expression = FusedExpression(
      leafCount: 3, steps: [FusedStep(.add, 0, 1), FusedStep(.floorDivide, 3, 2)])
    let a = try integers([1, 2, 3])
    func step(_ leaves: [Operand]) -> Int? {
      do {
        _ = try Tensor.evaluate(expression, leaves: leaves)
        return nil
      } catch {
        return error.step
      }
    }
    #expect(step([.tensor(a), .tensor(a), .scalar(.int(0))]) == 1)
    #expect(step([.tensor(a), .scalar(.int(Int.max)), .scalar(.int(1))]) == 0)
    #expect(step([.tensor(a), .tensor(try integers([1, 2])), .scalar(.int(1))]) == 0)
    #expect(step([.tensor(a), .tensor(a), .tensor(try integers([1, 2]))]) == 1)
    #expect(step([.tensor(a), .tensor(a), .tensor(a)]) == nil)
  }

  @Test func theLowestFailingStepIsNamedWhereverItsElementIs() throws {
    // The first block fails in step 1, the last in step 0.
    var values = Array(repeating: 1, count: 1_000_000)
    values[0] = 0
    values[999_999] = Int.max
    let x = try Tensor(values)
    let expression = FusedExpression(
      leafCount: 3,
      steps: [FusedStep(.add, 0, 1), FusedStep(.floorDivide, 2, 0), FusedStep(.add, 3, 4)])
    do {
      _ = try Tensor.evaluate(
        expression, leaves: [.tensor(x), .scalar(.int(1)), .scalar(.int(1))])
      Issue.record("no error")
    } catch {
      #expect(error.step == 0)
    }
  }

  @Test func convertsInsideTheChain() throws {
    // (u8 + i64 scalar) compared with f32, then counted as numbers.
    let bytes = try integers([1, 2, 3], nil, .u8)
    let floats = try tensor([2.5, 2.5, 2.5], nil, .f32)
    let expression = FusedExpression(
      leafCount: 3,
      steps: [FusedStep(.add, 0, 1), FusedStep(.greater, 3, 2), FusedStep(.multiply, 4, 3)])
    let result = try Tensor.evaluate(
      expression, leaves: [.tensor(bytes), .scalar(.int(1)), .tensor(floats)])
    #expect(result.dtype == .u8)
    #expect(try result.toInts() == [0, 3, 4])
  }

  @Test func scalarStepsStayScalars() throws {
    // x · (2 · 3): the product of scalars is weak.
    let expression = FusedExpression(
      leafCount: 3, steps: [FusedStep(.multiply, 1, 2), FusedStep(.multiply, 0, 3)])
    let x = try tensor([1, 2], nil, .f32)
    let result = try Tensor.evaluate(
      expression, leaves: [.tensor(x), .scalar(.int(2)), .scalar(.float(1.5))])
    #expect(result.dtype == .f32)
    #expect(try result.toDoubles() == [3, 6])
  }

  @Test func longExpressionsAreEvaluatedToo() throws {
    let steps = [FusedStep(.add, 0, 0)] + (1..<300).map { FusedStep(.add, $0, 0) }
    let expression = FusedExpression(leafCount: 1, steps: steps)
    let x = try tensor([1, 2])
    #expect(try Tensor.evaluate(expression, leaves: [.tensor(x)]).toDoubles() == [301, 602])
  }

  @Test func emptyOperandsGiveEmptyResults() throws {
    let empty = try Tensor.zeros(Shape([0, 3]))
    let leaves: [Operand] = [.tensor(empty), .tensor(empty), .scalar(.float(1)), .scalar(.int(2))]
    #expect(try Tensor.evaluate(FusedExpressionTests.chain, leaves: leaves).shape == Shape([0, 3]))
    #expect(
      try Tensor.evaluate(FusedExpressionTests.chain, leaves: leaves, reducing: .sum).item()
        == .float(0))
  }
}
