package import TensorCore

// Elementwise computation: one fused expression, whose gradient is one fused expression for each
// operand.

extension FusedExpression {
  /// As `Tensor.evaluate(_:leaves:)`; numbers alone give a number.
  ///
  /// - Throws: as that, and `noDerivative` when complex numbers come of what is followed.
  package func apply(_ leaves: [Variable]) throws(FusedFailure) -> Variable {
    guard let level = leaves.highestLevel else {
      let operands = leaves.map(\.value)
      let result = try Tensor.evaluate(self, leaves: operands)
      return .plain(operands.allSatisfy(\.isScalar) ? .scalar(result.item()) : .tensor(result))
    }
    let inner = leaves.map { $0.below(level) }
    let result = try apply(inner)
    do throws(TensorError) {
      let name = steps.last.map { "\($0.operation)" } ?? "elementwise"
      for value in inner + [result] { try value.requireReal(name) }
      guard result.isFloating else { return result }
      return try recorded(leaves, level, inner, result)
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
      for value in inner + [result] { try value.requireReal(reduction.name) }
      guard result.isFloating else { return result }
      let shape = inner.commonShape
      let scale = reduction == .mean ? 1 / Double(shape.count) : 1
      let rules = gradients(for: leaves, level)
      let kept = try kept(inner, rules)
      return try follow(
        leaves, at: level, inner: kept, results: [result], keeping: .operands
      ) { (step) throws(TensorError) in
        let each = scale == 1 ? step.cotangent : try step.cotangent * Variable(scale)
        let spread = try each.spread(to: shape)
        // Expressions that read their result compute it again, it having been summed.
        let whole =
          rules.contains { $0?.readsResult ?? false }
          ? try self.applying(step.operands) : Variable(0)
        return try self.backward(step.operands, rules, spread, whole)
      }[0]
    } catch {
      throw FusedFailure(step: steps.count - 1, error: error)
    }
  }

  private func applying(_ leaves: [Variable]) throws(TensorError) -> Variable {
    do throws(FusedFailure) { return try apply(leaves) } catch { throw error.error }
  }

  private func recorded(
    _ leaves: [Variable], _ level: Level, _ inner: [Variable], _ result: Variable
  ) throws(TensorError) -> Variable {
    let rules = gradients(for: leaves, level)
    let readsResult = rules.contains { $0?.readsResult ?? false }
    let shape = result.shape
    let isScalar = result.isScalar
    return try follow(
      leaves, at: level, inner: try kept(inner, rules), results: [result],
      keeping: readsResult ? .values : .operands
    ) { (step) throws(TensorError) in
      let spread = isScalar ? step.cotangent : try step.cotangent.spread(to: shape)
      return try self.backward(step.operands, rules, spread, step.results[0])
    }[0]
  }

  /// For each leaf that the level follows its derivative.
  private func gradients(for leaves: [Variable], _ level: Level) -> [FusedDerivative?] {
    leaves.enumerated().map { index, leaf in
      leaf.level == level ? derivative(of: index) : nil
    }
  }

  /// The leaves that some derivative reads; of the others their shapes.
  private func kept(_ inner: [Variable], _ rules: [FusedDerivative?]) throws(TensorError)
    -> [Variable]
  {
    var kept = inner
    for index in inner.indices where !rules.contains(where: { $0?.readsLeaf[index] ?? false }) {
      kept[index] = try [inner[index]].placeholders()[0]
    }
    return kept
  }

  private func backward(
    _ operands: [Variable], _ rules: [FusedDerivative?], _ cotangent: Variable, _ result: Variable
  ) throws(TensorError) -> [Variable?] {
    var parts = [Variable?](repeating: nil, count: operands.count)
    for (index, rule) in rules.enumerated() {
      guard let rule else { continue }
      var leaves: [Variable] = []
      leaves.reserveCapacity(rule.expression.leafCount)
      for (leaf, operand) in operands.enumerated() {
        leaves.append(rule.readsLeaf[leaf] ? operand : 0)
      }
      leaves.append(cotangent)
      leaves.append(rule.readsResult ? result : 0)
      for constant in rule.constants { leaves.append(.plain(.scalar(constant))) }
      parts[index] = try rule.expression.applying(leaves)
    }
    return parts
  }
}

extension [Variable] {
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
