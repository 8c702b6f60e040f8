package import TensorCore

extension Operation {
  /// Computes the operation on values of which some may be under differentiation.
  ///
  /// - Throws: what `evaluate` throws; `noDerivative` when the operation has none.
  package func apply(_ arguments: VariableArguments) throws(TensorError) -> VariableResult {
    guard let level = arguments.operands.highestLevel else {
      return VariableResult(try evaluate(try arguments.plain))
    }
    switch derivative {
    case .none: throw .noDerivative(operation: name)
    case .constant:
      return try apply(arguments.replacingOperands(arguments.operands.map { $0.below(level) }))
    case .elementwise:
      guard let elementwise else { throw .noDerivative(operation: name) }
      do throws(FusedFailure) {
        return .one(try FusedExpression.of(elementwise).apply(arguments.operands))
      } catch {
        throw error.error
      }
    case .rule(let keeping, let rule): return try apply(arguments, level, keeping, rule)
    case .composed(let compute):
      // As the operation itself gives it: without axes a number.
      let result = try compute(arguments)
      guard case .one(let variable) = result, variable.rank == 0 else { return result }
      return .one(try variable.asScalar())
    }
  }

  private func apply(
    _ arguments: VariableArguments, _ level: Level, _ keeping: Primitive.Keeping,
    _ rule: @escaping @Sendable (OperationPullback) throws(TensorError) -> [Variable?]
  ) throws(TensorError) -> VariableResult {
    let operands = arguments.operands
    let inner = operands.map { $0.below(level) }
    let lower = arguments.replacingOperands(inner)
    let result = try apply(lower)
    let leaves = result.leaves
    for leaf in leaves { try leaf.requireReal(name) }
    // The rule must not keep the arguments alive by a way round `keeping`.
    let attributes = lower.replacingOperands(try inner.placeholders())
    let followed = try follow(
      operands, at: level, inner: inner, results: leaves, keeping: keeping
    ) { (step) throws(TensorError) in
      try rule(
        OperationPullback(
          pullback: step, arguments: attributes.replacingOperands(step.operands)))
    }
    var rest = followed[...]
    return result.replacingLeaves(&rest)
  }
}

extension VariableResult {
  init(_ result: OperationResult) {
    switch result {
    case .tensor(let tensor): self = .one(Variable(tensor))
    case .value(let tensor):
      self = .one(tensor.rank == 0 ? .plain(.scalar(tensor.item())) : Variable(tensor))
    case .scalar(let scalar): self = .one(.plain(.scalar(scalar)))
    case .tuple(let parts): self = .tuple(parts.map { VariableResult($0) })
    case .record(let fields):
      self = .record(fields.map { ($0.name, VariableResult($0.value)) })
    }
  }

  /// Every number and tensor, in order.
  package var leaves: [Variable] {
    switch self {
    case .one(let variable): [variable]
    case .tuple(let parts): parts.flatMap(\.leaves)
    case .record(let fields): fields.flatMap(\.value.leaves)
    }
  }

  func replacingLeaves(_ rest: inout ArraySlice<Variable>) -> VariableResult {
    switch self {
    case .one: return .one(rest.removeFirst())
    case .tuple(let parts): return .tuple(parts.map { $0.replacingLeaves(&rest) })
    case .record(let fields):
      return .record(fields.map { ($0.name, $0.value.replacingLeaves(&rest)) })
    }
  }
}
