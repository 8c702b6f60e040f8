internal import CKernels

/// Evaluating elementwise expressions: types, shapes and operands are settled here, elements in
/// `CKernels/fused.c`.
extension Tensor {
  /// Evaluates an elementwise expression in one pass over the operands, which broadcast. Allocates
  /// the result, and copies of operands whose rows are columns in memory. Where all operands are
  /// the same permutation of dense axes, so is the result.
  ///
  /// - Throws: the first failing step with `unsupportedDType`, `broadcast`, `valueOutOfRange` (a
  ///   scalar that the dtype it adopts cannot hold), `integerOverflow`, `divisionByZero`,
  ///   `argument` (a negative exponent of integers), `outOfMemory` or `interrupted`.
  /// - Complexity: O(elements · steps), on all threads.
  package static func evaluate(_ expression: FusedExpression, leaves: [Operand])
    throws(FusedFailure) -> Tensor
  {
    guard let last = expression.steps.indices.last else {
      return try tensor(of: leaves[0])
    }
    if last == 0, let result = try small(expression.steps[0], leaves) { return result }
    guard let order = sharedOrder(leaves) else { return try evaluateInRows(expression, leaves) }
    let ordered = leaves.map { $0.reordered(order) }
    let result = try evaluateInRows(expression, ordered)
    var inverse = order
    for axis in 0..<order.rank { inverse[order[axis]] = axis }
    return result.reordered(inverse)
  }

  /// The same with a result that is contiguous.
  private static func evaluateInRows(_ expression: FusedExpression, _ leaves: [Operand])
    throws(FusedFailure) -> Tensor
  {
    let last = expression.steps.count - 1
    if leaves.count * 3 + expression.steps.count * 4 > Int(CK_MOST_VALUES) {
      return try evaluateStepwise(expression, leaves)
    }
    let program = try expression.programs.program(expression, for: leaves)
    let shape = try commonShape(expression, leaves)
    let result: Tensor
    var operands = leaves
    do throws(TensorError) {
      result = try Tensor(uninitialized: program.result, shape)
      for index in 0..<leaves.count {
        guard case .tensor(let tensor) = leaves[index], tensor.isColumnwise else { continue }
        operands[index] = .tensor(try tensor.copy())
      }
    } catch {
      throw FusedFailure(step: last, error: error)
    }
    try run(program, expression, operands, shape, into: result, reducing: nil)
    return result
  }

  /// Evaluates an elementwise expression and reduces all of it, without keeping the elements: rank
  /// 0.
  ///
  /// Sums of integers are i64, means of integers f64; sums of floats err no more than pairwise
  /// ones. `max` and `min` of no elements throw `emptyReduction`.
  /// - Throws: as `evaluate(_:leaves:)`; what the reduction lacks, at the last step.
  package static func evaluate(
    _ expression: FusedExpression, leaves: [Operand], reducing reduction: Reduction
  ) throws(FusedFailure) -> Tensor {
    let last = expression.steps.count - 1
    do throws(TensorError) {
      guard last >= 0, leaves.count * 3 + expression.steps.count * 4 <= Int(CK_MOST_VALUES) else {
        let whole: Tensor
        do throws(FusedFailure) {
          whole = try evaluate(expression, leaves: leaves)
        } catch {
          throw error.error
        }
        return try whole.reduced(reduction)
      }
    } catch {
      throw FusedFailure(step: max(last, 0), error: error)
    }
    let program = try expression.programs.program(expression, for: leaves)
    let shape = try commonShape(expression, leaves)
    let result: Tensor
    do throws(TensorError) {
      try reduction.check(program.result, count: shape.count, shape: shape)
      result = try Tensor(uninitialized: reduction.result(of: program.result), .scalar)
    } catch {
      throw FusedFailure(step: last, error: error)
    }
    try run(program, expression, leaves, shape, into: result, reducing: reduction)
    return result
  }

  /// One elementwise operation.
  ///
  /// - Precondition: as many operands as the operation takes.
  /// - Throws: as `evaluate(_:leaves:)`, without the step.
  package static func elementwise(_ operation: ElementwiseOperation, _ operands: Operand...)
    throws(TensorError) -> Tensor
  {
    precondition(
      operands.count == operation.arity, "\(operation) takes \(operation.arity) operands")
    let expression = FusedExpression.of(operation)
    do throws(FusedFailure) {
      return try evaluate(expression, leaves: operands)
    } catch {
      throw error.error
    }
  }

  /// The same for tensors, with a result that is contiguous.
  package static func elementwise(_ operation: ElementwiseOperation, _ operands: Tensor...)
    throws(TensorError) -> Tensor
  {
    let expression = FusedExpression.of(operation)
    let leaves = operands.map(Operand.tensor)
    do throws(FusedFailure) {
      if let result = try small(expression.steps[0], leaves) { return result }
      return try evaluateInRows(expression, leaves)
    } catch {
      throw error.error
    }
  }
}

extension FusedExpression {
  /// The expression of one operation on as many leaves as it takes.
  package static func of(_ operation: ElementwiseOperation) -> FusedExpression {
    single[Int(operation.rawValue)]
  }

  /// Each operation by itself, by raw value.
  static let single: [FusedExpression] = ElementwiseOperation.allCases.map { operation in
    let step = Step(operation, 0, operation.arity > 1 ? 1 : 0, operation.arity > 2 ? 2 : 0)
    return FusedExpression(leafCount: operation.arity, steps: [step])
  }
}

// MARK: - Shapes

extension Tensor {
  /// A single step on small operands (`SmallElementwise.swift`).
  private static func small(_ step: FusedExpression.Step, _ leaves: [Operand])
    throws(FusedFailure) -> Tensor?
  {
    do throws(TensorError) {
      guard step.operation.arity == 2 else {
        guard step.operation.arity == 1, case .tensor(let a) = leaves[step.a] else { return nil }
        return try small(step.operation, a)
      }
      switch (leaves[step.a], leaves[step.b]) {
      case (.tensor(let a), .tensor(let b)): return try small(step.operation, a, b)
      case (.tensor(let a), .scalar(let b)): return try small(step.operation, a, b)
      case (.scalar(let a), .tensor(let b)): return try small(step.operation, b, a, swapped: true)
      case (.scalar, .scalar): return nil
      }
    } catch {
      throw FusedFailure(step: 0, error: error)
    }
  }

  private static func tensor(of operand: Operand) throws(FusedFailure) -> Tensor {
    switch operand {
    case .tensor(let tensor): return tensor
    case .scalar(let scalar):
      do throws(TensorError) {
        return try Tensor(scalar: scalar)
      } catch {
        throw FusedFailure(step: 0, error: error)
      }
    }
  }

  private static func commonShape(_ expression: FusedExpression, _ leaves: [Operand])
    throws(FusedFailure) -> Shape
  {
    var shape = Shape.scalar
    for index in 0..<leaves.count {
      guard case .tensor(let tensor) = leaves[index], tensor.shape != shape else { continue }
      guard let joined = shape.broadcast(with: tensor.shape) else {
        throw mismatch(in: expression, leaves)
      }
      shape = joined
    }
    return shape
  }

  /// The first step whose operands do not broadcast.
  private static func mismatch(in expression: FusedExpression, _ leaves: [Operand]) -> FusedFailure
  {
    var values = leaves.map { operand in
      switch operand {
      case .tensor(let tensor): (type: ValueType(operand), shape: tensor.shape)
      case .scalar: (type: ValueType(operand), shape: Shape.scalar)
      }
    }
    for (index, step) in expression.steps.enumerated() {
      let numbers = [step.a, step.b, step.c].prefix(step.operation.arity)
      var shape = Shape.scalar
      for number in numbers {
        let next = values[number]
        guard let joined = shape.broadcast(with: next.shape) else {
          let first = values[numbers[0]]
          return FusedFailure(
            step: index,
            error: .broadcast(
              lhs: Description(dtype: first.type.dtype, shape: shape),
              rhs: Description(dtype: next.type.dtype, shape: next.shape),
              axisFromEnd: shape.mismatchFromEnd(with: next.shape)))
        }
        shape = joined
      }
      values.append((StepType(step.operation, numbers.map { values[$0].type }).result, shape))
    }
    // Leaves that meet in no step: the expression is not one tree. Names the last step.
    let shapes = values.map(\.shape)
    let other = shapes.first { $0.broadcast(with: shapes[0]) == nil } ?? shapes[0]
    return FusedFailure(
      step: expression.steps.count - 1,
      error: .shapeMismatch(
        operation: "expression", what: "broadcast", lhs: shapes[0], rhs: other))
  }
}

// MARK: - Running

extension Tensor {
  private static func run(
    _ program: TypedProgram, _ expression: FusedExpression, _ leaves: [Operand], _ shape: Shape,
    into result: Tensor, reducing reduction: Reduction?
  ) throws(FusedFailure) {
    var failed = 0
    var bindingFailure: FusedFailure?
    let inputCount = program.inputs.count
    let status = withUnsafeTemporaryAllocation(of: ck_view.self, capacity: inputCount) { views in
      withUnsafeTemporaryAllocation(of: ElementBytes.self, capacity: inputCount) { scalars in
        for index in 0..<inputCount {
          let input = program.inputs[index]
          let view = views.baseAddress.unsafelyUnwrapped + index
          view.initialize(to: ck_view())
          switch leaves[input.leaf] {
          case .tensor(let tensor): view.pointee.show(tensor, in: shape)
          case .scalar(let scalar):
            do throws(TensorError) {
              let bytes = scalars.baseAddress.unsafelyUnwrapped + index
              bytes.initialize(to: try ElementBytes(scalar, as: input.dtype))
              view.pointee.data = UnsafeRawPointer(bytes)
            } catch {
              bindingFailure = FusedFailure(step: input.step, error: error)
              return CK_OK
            }
          }
        }
        var sizes = KernelShape(shape)
        return sizes.withPointer { sizes in
          let base = views.baseAddress
          guard let reduction else {
            return ck_program_run(
              program.pointer, base, sizes, Int32(shape.rank), result.storage.bytes, &failed)
          }
          return ck_program_reduce(
            program.pointer, base, sizes, Int32(shape.rank), reduction.kernel,
            result.storage.bytes, &failed)
        }
      }
    }
    withExtendedLifetime((leaves, result, program)) {}
    if let bindingFailure { throw bindingFailure }
    if status != CK_OK {
      throw failure(status, instruction: failed, program, expression, leaves)
    }
  }

  private static func failure(
    _ status: ck_status, instruction: Int, _ program: TypedProgram, _ expression: FusedExpression,
    _ leaves: [Operand]
  ) -> FusedFailure {
    let step = program.steps[instruction]
    let operation = expression.steps[step].operation
    let error: TensorError
    switch status {
    case CK_OVERFLOW: error = .integerOverflow(operation: "\(operation)")
    case CK_ZERO_DIVISION: error = .divisionByZero(operation: "\(operation)")
    case CK_NEGATIVE_EXPONENT where operation == .shiftLeft || operation == .shiftRight:
      error = .argument(
        operation: "\(operation)", name: "shift", value: "negative", requirement: "at least 0")
    case CK_NEGATIVE_EXPONENT:
      error = .argument(
        operation: "\(operation)", name: "exponent", value: "negative",
        requirement: "at least 0 when both operands are integers")
    case CK_OUT_OF_RANGE:
      let dtype = program.operandTypes[instruction]
      error = .valueOutOfRange(value: tooLarge(expression, leaves, step, dtype), dtype: dtype)
    case CK_NO_MEMORY: error = .outOfMemory(bytes: 0)
    default: error = .interrupted
    }
    return FusedFailure(step: step, error: error)
  }

  /// The operand of a step, made of scalars, that the dtype cannot hold: found by evaluating what
  /// leads to it.
  private static func tooLarge(
    _ expression: FusedExpression, _ leaves: [Operand], _ step: Int, _ dtype: DType
  ) -> String {
    let failing = expression.steps[step]
    for number in [failing.a, failing.b, failing.c].prefix(failing.operation.arity) {
      guard number >= leaves.count else { continue }
      let prefix = FusedExpression(
        leafCount: leaves.count, steps: Array(expression.steps[...(number - leaves.count)]))
      do throws(FusedFailure) {
        let value = try evaluate(prefix, leaves: leaves)
        guard value.count == 1 else { continue }
        do throws(TensorError) {
          _ = try ElementBytes(value.item(), as: dtype)
        } catch {
          return value.item().text
        }
      } catch {
        continue
      }
    }
    return "\(failing.operation)"
  }

  /// One step after another: for expressions too long for one program.
  private static func evaluateStepwise(_ expression: FusedExpression, _ leaves: [Operand])
    throws(FusedFailure) -> Tensor
  {
    var values = leaves
    for (index, step) in expression.steps.enumerated() {
      let numbers = [step.a, step.b, step.c].prefix(step.operation.arity)
      let operands = numbers.map { values[$0] }
      do throws(FusedFailure) {
        let single = FusedExpression.of(step.operation)
        let result = try evaluate(single, leaves: operands)
        let isWeak = operands.allSatisfy { ValueType($0).isWeak }
        values.append(isWeak ? .scalar(result.item()) : .tensor(result))
      } catch {
        throw FusedFailure(step: index, error: error.error)
      }
    }
    return try tensor(of: values[values.count - 1])
  }
}

extension ck_view {
  /// A tensor as it is seen in a larger shape: axes it lacks or has of size 1 repeat.
  mutating func show(_ tensor: Tensor, in shape: Shape) {
    data = UnsafeRawPointer(tensor.pointer)
    let lead = shape.rank - tensor.rank
    withUnsafeMutableBytes(of: &strides) { strides in
      for axis in 0..<tensor.rank where tensor.shape[axis] != 1 {
        strides.storeBytes(
          of: tensor.strides[axis], toByteOffset: (lead + axis) * MemoryLayout<Int>.size,
          as: Int.self)
      }
    }
  }
}

/// A shape as the kernels take it.
struct KernelShape {
  private var sizes: InlineArray<8, Int> = InlineArray(repeating: 1)

  init(_ shape: Shape) {
    for axis in 0..<shape.rank { sizes[axis] = shape[axis] }
  }

  mutating func withPointer<Result>(_ body: (UnsafePointer<Int>?) -> Result) -> Result {
    sizes.span.withUnsafeBufferPointer { body($0.baseAddress) }
  }
}
