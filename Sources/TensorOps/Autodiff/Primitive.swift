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
  /// When set, the result is what this index selects of the one operand, as the rule says, too: a
  /// tape then adds cotangents in place.
  let selection: [IndexComponent]?

  package init(
    _ name: String, keeping: Keeping = .values,
    evaluate: @escaping @Sendable ([Operand]) throws(TensorError) -> [Operand],
    rule: Pullback.Rule?
  ) {
    self.name = name
    self.keeping = keeping
    self.evaluate = evaluate
    self.rule = rule
    selection = nil
  }

  init(
    _ name: String, keeping: Keeping, selection: [IndexComponent],
    evaluate: @escaping @Sendable ([Operand]) throws(TensorError) -> [Operand],
    rule: @escaping Pullback.Rule
  ) {
    self.name = name
    self.keeping = keeping
    self.evaluate = evaluate
    self.rule = rule
    self.selection = selection
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
      operands, at: level, inner: inner, results: results, keeping: keeping,
      selection: selection, rule: rule)
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
  keeping: Primitive.Keeping, selection: [IndexComponent]? = nil, rule: @escaping Pullback.Rule
) throws(TensorError) -> [Variable] {
  var tape: Tape?
  var parents: [Int] = []
  parents.reserveCapacity(operands.count)
  for operand in operands {
    if case .recorded(let own, let slot) = operand.role(at: level) {
      tape = own
      parents.append(slot)
    } else {
      parents.append(-1)
    }
  }
  guard let tape else {
    let tangents = operands.map { operand -> Variable? in
      if case .dual(let tangent) = operand.role(at: level) { return tangent }
      return nil
    }
    return try pushForward(rule, tangents, level, inner, results)
  }
  let keepsOperands = keeping == .values || keeping == .operands
  let keepsResults = keeping == .values || keeping == .results
  return tape.record(
    rule, operands: keepsOperands ? inner : try inner.placeholders(), parents: parents,
    results: results, kept: keepsResults ? results : try results.placeholders(),
    selection: selection)
}

extension [Variable] {
  /// Values of the same shapes and dtypes that take no memory.
  func placeholders() throws(TensorError) -> [Variable] {
    var all: [Variable] = []
    all.reserveCapacity(count)
    for variable in self { all.append(try variable.placeholder()) }
    return all
  }
}

extension Variable {
  /// A plain value of the same shape and dtype that takes no memory; a number is itself.
  func placeholder() throws(TensorError) -> Variable {
    if case .plain(.scalar) = self { return self }
    guard case .tensor(let tensor) = value else { return .plain(value) }
    return Variable(try Placeholders.tensor(of: tensor.dtype).broadcast(to: tensor.shape))
  }
}

/// One element of each dtype, which placeholders are views of.
private enum Placeholders {
  private static let tensors: [Tensor?] = DType.allCases.map { try? Tensor.zeros(.scalar, $0) }

  static func tensor(of dtype: DType) throws(TensorError) -> Tensor {
    if let known = tensors[Int(dtype.rawValue)] { return known }
    return try Tensor.zeros(.scalar, dtype)
  }
}
