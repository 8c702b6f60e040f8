package import TensorCore

// Elementwise computation: one fused expression, whose gradient is one fused expression for each
// operand.

extension FusedExpression {
  /// As `Tensor.evaluate(_:leaves:)`; numbers alone give a number.
  ///
  /// - Throws: as that, and `noDerivative` when complex numbers come of what is followed.
  package func apply(_ leaves: [Variable]) throws(FusedFailure) -> Variable {
    guard let level = leaves.highestLevel else {
      if let numbers = leaves.numbers { return .plain(.scalar(try evaluate(numbers: numbers))) }
      return .plain(.tensor(try Tensor.evaluate(self, leaves: leaves.map(\.value))))
    }
    let inner = leaves.map { $0.below(level) }
    let result = try apply(inner)
    do throws(TensorError) {
      try requireReal(inner, result)
      guard result.isFloating else { return result }
      let step = try FusedStep(self, leaves, inner, level, result, reducing: nil)
      return try step.recorded(leaves, level, result)
    } catch {
      throw FusedFailure(step: steps.count - 1, error: error)
    }
  }

  /// The sum or mean of all elements, a number, without keeping the elements.
  ///
  /// - Precondition: `reduction` is `.sum` or `.mean`.
  /// - Throws: as `apply`.
  package func apply(_ leaves: [Variable], reducing reduction: Reduction) throws(FusedFailure)
    -> Variable
  {
    guard let level = leaves.highestLevel else {
      let result = try Tensor.evaluate(self, leaves: leaves.map(\.value), reducing: reduction)
      return .plain(.scalar(result.item()))
    }
    let inner = leaves.map { $0.below(level) }
    let result = try apply(inner, reducing: reduction)
    do throws(TensorError) {
      try requireReal(inner, result)
      guard result.isFloating else { return result }
      let step = try FusedStep(self, leaves, inner, level, result, reducing: reduction)
      return try step.recorded(leaves, level, result)
    } catch {
      throw FusedFailure(step: steps.count - 1, error: error)
    }
  }

  private func requireReal(_ inner: [Variable], _ result: Variable) throws(TensorError) {
    guard result.dtype.kind == .complex || inner.contains(where: { $0.dtype.kind == .complex })
    else { return }
    let name = steps.last.map { "\($0.operation)" } ?? "elementwise"
    throw .noDerivative(operation: name + " of complex numbers")
  }

  fileprivate func applying(_ leaves: [Variable]) throws(TensorError) -> Variable {
    do throws(FusedFailure) { return try apply(leaves) } catch { throw error.error }
  }
}

/// A fused expression on the tape: its derivatives and what they read.
private struct FusedStep: Sendable {
  let expression: FusedExpression
  /// For each leaf that the level follows its derivative.
  let rules: [FusedDerivative?]
  let kept: [Variable]
  let readsResult: Bool
  /// Of the elements before they are summed.
  let shape: Shape
  let isScalar: Bool
  let isReduced: Bool
  /// 1 over the count, of a mean.
  let scale: Double

  init(
    _ expression: FusedExpression, _ leaves: [Variable], _ inner: [Variable], _ level: Level,
    _ result: Variable, reducing reduction: Reduction?
  ) throws(TensorError) {
    self.expression = expression
    var rules: [FusedDerivative?] = []
    rules.reserveCapacity(leaves.count)
    for (index, leaf) in leaves.enumerated() {
      rules.append(leaf.level == level ? expression.derivative(of: index) : nil)
    }
    self.rules = rules
    readsResult = rules.contains { $0?.readsResult ?? false }
    isReduced = reduction != nil
    isScalar = result.isScalar
    shape = reduction == nil ? result.shape : inner.commonShape
    scale = reduction == .mean ? 1 / Double(shape.count) : 1
    var kept = inner
    for index in inner.indices where !rules.contains(where: { $0?.readsLeaf[index] ?? false }) {
      kept[index] = try inner[index].placeholder()
    }
    self.kept = kept
  }

  func recorded(_ leaves: [Variable], _ level: Level, _ result: Variable) throws(TensorError)
    -> Variable
  {
    try follow(
      leaves, at: level, inner: kept, results: [result],
      keeping: readsResult && !isReduced ? .values : .operands
    ) { (step) throws(TensorError) in
      try self.backward(step)
    }[0]
  }

  private func backward(_ step: Pullback) throws(TensorError) -> [Variable?] {
    let each = scale == 1 ? step.cotangent : try step.cotangent * Variable(scale)
    let cotangent = isScalar && !isReduced ? each : try each.spread(to: shape)
    // An expression that reads its result computes it again when only its sum was kept.
    var result = step.results[0]
    if isReduced, readsResult { result = try expression.applying(step.operands) }
    var parts = [Variable?](repeating: nil, count: step.operands.count)
    for (index, rule) in rules.enumerated() {
      guard let rule else { continue }
      var leaves: [Variable] = []
      leaves.reserveCapacity(rule.expression.leafCount)
      for (leaf, operand) in step.operands.enumerated() {
        leaves.append(rule.readsLeaf[leaf] ? operand : .unread)
      }
      leaves.append(cotangent)
      leaves.append(rule.readsResult ? result : .unread)
      for constant in rule.constants { leaves.append(.plain(.scalar(constant))) }
      parts[index] = try rule.expression.applying(leaves)
    }
    return parts
  }
}

extension Variable {
  /// In the place of a leaf that an expression does not read.
  fileprivate static let unread = Variable.plain(.scalar(.int(0)))
}

extension [Variable] {
  /// The numbers, when all are plain numbers.
  fileprivate var numbers: [Scalar]? {
    var numbers: [Scalar] = []
    for variable in self {
      guard case .plain(.scalar(let scalar)) = variable else { return nil }
      if numbers.isEmpty { numbers.reserveCapacity(count * 2) }
      numbers.append(scalar)
    }
    return numbers
  }

  /// The shape they broadcast to.
  var commonShape: Shape {
    var shape = Shape.scalar
    for variable in self {
      if let joined = shape.broadcast(with: variable.shape) { shape = joined }
    }
    return shape
  }
}

extension Variable {
  /// One elementwise operation.
  package static func elementwise(_ operation: ElementwiseOperation, _ operands: Variable...)
    throws(TensorError) -> Variable
  {
    do throws(FusedFailure) {
      return try FusedExpression.of(operation).apply(operands)
    } catch {
      throw error.error
    }
  }

  package static func + (a: Variable, b: Variable) throws(TensorError) -> Variable {
    try elementwise(.add, a, b)
  }

  package static func - (a: Variable, b: Variable) throws(TensorError) -> Variable {
    try elementwise(.subtract, a, b)
  }

  package static func * (a: Variable, b: Variable) throws(TensorError) -> Variable {
    try elementwise(.multiply, a, b)
  }

  package static func / (a: Variable, b: Variable) throws(TensorError) -> Variable {
    try elementwise(.divide, a, b)
  }

  package static prefix func - (a: Variable) throws(TensorError) -> Variable {
    try elementwise(.negate, a)
  }

  /// A cotangent given in a smaller shape, seen in the whole one.
  func spread(to shape: Shape) throws(TensorError) -> Variable {
    self.shape == shape && !isScalar ? self : try asTensor().broadcast(to: shape)
  }

  /// - Throws: `noDerivative` for complex numbers, which derivatives are not defined for here.
  func requireReal(_ operation: String) throws(TensorError) {
    if dtype.kind == .complex { throw .noDerivative(operation: operation + " of complex numbers") }
  }
}
