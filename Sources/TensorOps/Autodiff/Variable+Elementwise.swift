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
      return try FusedStep.record(self, leaves, inner, level, result)
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
      return try FusedStep.record(self, leaves, inner, level, result, reducing: reduction)
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

/// A fused expression on the tape.
private enum FusedStep {
  /// Makes the result a value of the level.
  ///
  /// - Parameter reduction: `.sum` or `.mean` when the result is that of all elements.
  static func record(
    _ expression: FusedExpression, _ leaves: [Variable], _ inner: [Variable], _ level: Level,
    _ result: Variable, reducing reduction: Reduction? = nil
  ) throws(TensorError) -> Variable {
    let gradient = expression.gradient(of: leaves.map { $0.level == level })
    var kept = inner
    // Elements that are computed again need all that they are made of.
    let isRepeated = reduction != nil && gradient.readsResult
    for index in inner.indices where !gradient.readsLeaf[index] && !isRepeated {
      kept[index] = try inner[index].placeholder()
    }
    return try follow(
      leaves, at: level, inner: kept, results: [result],
      keeping: gradient.readsResult && reduction == nil ? .values : .operands
    ) { (step) throws(TensorError) in
      try reduction == nil
        ? backward(gradient, step, try step.spreadCotangent(), step.results[0])
        : backward(gradient, step, reducing: reduction)
    }[0]
  }

  /// Back through a sum or mean of all elements. An expression that reads its elements computes
  /// them again, only their sum having been kept.
  private static func backward(_ gradient: FusedGradient, _ step: Pullback, reducing: Reduction?)
    throws(TensorError) -> [Variable?]
  {
    let shape = step.operands.commonShape
    let each =
      reducing == .mean
      ? try step.cotangent * Variable(1 / Double(shape.count)) : step.cotangent
    let elements =
      gradient.readsResult ? try gradient.expression.applying(step.operands) : .unread
    let dtype = step.operands.floatingDType
    let spread = try each.asTensor().cast(to: dtype).broadcast(to: shape)
    return try backward(gradient, step, spread, elements)
  }

  private static func backward(
    _ gradient: FusedGradient, _ step: Pullback, _ cotangent: Variable, _ result: Variable
  ) throws(TensorError) -> [Variable?] {
    var parts = [Variable?](repeating: nil, count: step.operands.count)
    for (index, derivative) in gradient.derivatives.enumerated() {
      guard let derivative else { continue }
      var leaves: [Variable] = []
      leaves.reserveCapacity(derivative.expression.leafCount)
      for (leaf, operand) in step.operands.enumerated() {
        leaves.append(derivative.readsLeaf[leaf] ? operand : .unread)
      }
      leaves.append(cotangent)
      leaves.append(derivative.readsResult ? result : .unread)
      for constant in derivative.constants { leaves.append(.plain(.scalar(constant))) }
      parts[index] = try derivative.expression.applying(leaves)
    }
    return parts
  }
}

extension Pullback {
  /// The cotangent in the shape of the result.
  fileprivate func spreadCotangent() throws(TensorError) -> Variable {
    results[0].isScalar ? cotangent : try cotangent.spread(to: results[0].shape)
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
