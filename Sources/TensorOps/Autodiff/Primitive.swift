package import TensorCore

/// A computation on numbers and tensors with a rule for its derivative: what everything
/// differentiable comes down to. Attributes (axes, strides) are captured by its closures.
package struct Primitive: Sendable {
  /// What must be kept for the rule.
  package enum Keeping: Sendable {
    /// Operands and results.
    case values
    /// Their shapes and dtypes only.
    case shapes
    /// The operands; of the results the shapes.
    case operands
    /// The results; of the operands the shapes.
    case results
  }

  /// As messages name it.
  package let name: String
  package let keeping: Keeping
  package let evaluate: @Sendable ([Operand]) throws(TensorError) -> [Operand]
  /// nil: there is no derivative.
  package let rule: Pullback.Rule?

  package init(
    _ name: String, keeping: Keeping = .values,
    evaluate: @escaping @Sendable ([Operand]) throws(TensorError) -> [Operand],
    rule: Pullback.Rule?
  ) {
    self.name = name
    self.keeping = keeping
    self.evaluate = evaluate
    self.rule = rule
  }

  /// Computes the results; the levels that follow an operand follow them.
  ///
  /// - Throws: what `evaluate` throws; `noDerivative` when an operand is followed and there is no
  ///   rule.
  package func apply(_ operands: [Variable]) throws(TensorError) -> [Variable] {
    guard let level = operands.highestLevel else {
      return try evaluate(operands.map(\.value)).map { .plain($0) }
    }
    guard let rule else { throw .noDerivative(operation: name) }
    let inner = operands.map { $0.below(level) }
    let results = try apply(inner)
    return try follow(
      operands, at: level, inner: inner, results: results, keeping: keeping, rule: rule)
  }

  /// As `apply`, for what has one result.
  package func callAsFunction(_ operands: Variable...) throws(TensorError) -> Variable {
    try apply(operands)[0]
  }
}

extension Primitive {
  /// Records as one step of a level what was computed below it: the results as the level's values.
  ///
  /// - Throws: `outOfMemory`, and what a rule throws that forward differentiation runs at once.
  package static func step(
    _ operands: [Variable], at level: Level, results: [Variable], rule: @escaping Pullback.Rule
  ) throws(TensorError) -> [Variable] {
    try follow(
      operands, at: level, inner: operands.map { $0.below(level) }, results: results,
      keeping: .shapes, rule: rule)
  }
}

extension [Variable] {
  package var highestLevel: Level? {
    var highest: Level?
    for variable in self {
      guard let level = variable.level else { continue }
      if let known = highest, known >= level { continue }
      highest = level
    }
    return highest
  }
}

/// Makes the results of an operation values of `level`, by way of the rule.
func follow(
  _ operands: [Variable], at level: Level, inner: [Variable], results: [Variable],
  keeping: Primitive.Keeping, rule: @escaping Pullback.Rule
) throws(TensorError) -> [Variable] {
  var tape: Tape?
  var parents: [Int] = []
  parents.reserveCapacity(operands.count)
  var tangents = [Variable?](repeating: nil, count: operands.count)
  for (index, operand) in operands.enumerated() {
    parents.append(-1)
    switch operand.role(at: level) {
    case .recorded(let own, let slot):
      tape = own
      parents[index] = slot
    case .dual(let tangent): tangents[index] = tangent
    case nil: break
    }
  }
  if let tape {
    let keepsOperands = keeping == .values || keeping == .operands
    let keepsResults = keeping == .values || keeping == .results
    return try tape.record(
      rule, operands: keepsOperands ? inner : inner.placeholders(), parents: parents,
      results: keepsResults ? results : results.placeholders()
    ).enumerated().map { index, recorded in recorded.replacingPrimal(with: results[index]) }
  }
  return try pushForward(rule, tangents, level, inner, results)
}

extension [Variable] {
  /// Values of the same shapes and dtypes that take no memory.
  func placeholders() throws(TensorError) -> [Variable] {
    var all: [Variable] = []
    all.reserveCapacity(count)
    for variable in self {
      guard case .tensor(let tensor) = variable.value, tensor.count > 1 else {
        all.append(.plain(variable.value))
        continue
      }
      all.append(Variable(try Tensor.zeros(.scalar, tensor.dtype).broadcast(to: tensor.shape)))
    }
    return all
  }
}

extension Variable {
  /// The same trace of another value: results whose values the tape does not keep.
  fileprivate func replacingPrimal(with primal: Variable) -> Variable {
    guard case .traced(let trace) = self else { return primal }
    return .traced(Trace(level: trace.level, primal: primal, role: trace.role))
  }
}
