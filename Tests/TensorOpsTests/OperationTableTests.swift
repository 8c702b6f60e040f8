import TensorCore
import TensorOps
import Testing

@Suite struct OperationTableTests {
  @Test func namesAreUnique() {
    let names = OperationTable.all.map(\.name)
    #expect(Set(names).count == names.count)
  }

  @Test func everyEntryIsDocumented() {
    for operation in OperationTable.all {
      #expect(operation.summary.hasSuffix("."), "\(operation.name)")
      #expect(!operation.example.isEmpty && !operation.gives.isEmpty, "\(operation.name)")
      #expect(Set(operation.parameters.map(\.name)).count == operation.parameters.count)
    }
  }

  @Test func fusableEntriesEvaluateTheirOperation() throws {
    let x = try Tensor([0.25, 0.5, 0.75])
    let bits: Set<ElementwiseOperation> = [.and, .or, .xor, .invert, .shiftLeft, .shiftRight]
    for operation in OperationTable.all {
      guard let step = operation.elementwise, !bits.contains(step) else { continue }
      let operands = Array(repeating: Operand.tensor(x), count: step.arity)
      var arguments = operands.map(OperationArgument.operand)
      for parameter in operation.parameters.dropFirst(step.arity) {
        guard case .int(let value) = parameter.defaultValue else { continue }
        arguments.append(.int(value))
      }
      guard case .tensor(let result) = try operation.evaluate(OperationArguments(arguments)) else {
        Issue.record("\(operation.name) gave no tensor")
        continue
      }
      let expected = try Tensor.evaluate(FusedExpression.of(step), leaves: operands)
      #expect(result.dtype == expected.dtype)
      let values = try result.toDoubles()
      let wanted = try expected.toDoubles()
      for (value, want) in zip(values, wanted) {
        #expect(value == want || (value.isNaN && want.isNaN), "\(operation.name)")
      }
    }
  }

  @Test func numbersGiveNumbers() throws {
    func evaluate(_ name: String, _ arguments: [OperationArgument]) throws -> OperationResult {
      let operation = try #require(OperationTable.all.first { $0.name == name })
      return try operation.evaluate(OperationArguments(arguments))
    }
    guard
      case .value(let sum) = try evaluate(
        "add", [.operand(.scalar(.int(2))), .operand(.scalar(.int(3)))]),
      case .value(let single) = try evaluate("f32", [.operand(.scalar(.float(2.5)))]),
      case .tensor(let kept) = try evaluate(
        "sin", [.operand(.tensor(try Tensor(scalar: .float(0))))])
    else {
      Issue.record("a number became a tensor, or a tensor a number")
      return
    }
    #expect(sum.item() == .int(5) && single.dtype == .f32 && kept.rank == 0)
  }

  @Test func roundsToDecimalsAndTens() throws {
    let operation = try #require(OperationTable.all.first { $0.name == "round" })
    func round(_ x: Tensor, _ decimals: Int) throws -> [Double] {
      let arguments = OperationArguments([.operand(.tensor(x)), .int(decimals)])
      guard case .tensor(let result) = try operation.evaluate(arguments) else { return [] }
      #expect(result.dtype == x.dtype)
      return try result.toDoubles()
    }
    #expect(try round(try Tensor([0.5, 1.5, 2.345]), 2) == [0.5, 1.5, 2.35])
    #expect(try round(try Tensor([0.5, 1.5, -2.5]), 0) == [0, 2, -2])
    #expect(try round(try Tensor([15, 25, 149]), -1) == [20, 20, 150])
    #expect(try round(try Tensor([15, 25]), 2) == [15, 25])
  }
}
