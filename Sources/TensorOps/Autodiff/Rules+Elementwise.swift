internal import TensorCore

extension ElementwiseOperation {
  /// Whether its result does not change with small changes of the operands.
  var isFlat: Bool { ElementwiseOperation.flat.contains(self) }

  private static let flat: Set<ElementwiseOperation> = [
    .floor, .ceil, .round, .trunc, .sign, .signbit, .floorDivide, .isnan, .isinf, .isfinite, .imag,
    .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .and, .or, .xor, .invert,
    .shiftLeft, .shiftRight,
  ]
}

extension Derivative {
  /// Of `clip`, whose bounds may each be left out. On a bound the value counts.
  static let clipped = Derivative.rule(keeping: .operands) { (step) throws(TensorError) in
    guard let x = step.operand(ofParameter: 0) else { return [] }
    let (low, high) = (step.operand(ofParameter: 1), step.operand(ofParameter: 2))
    let g = try step.upstream()
    var parts: [Int: Variable] = [:]
    var part = g
    if let low {
      let isBelow = try Tensor.elementwise(.less, x.value, low.value)
      part = try Variable.choose(isBelow, 0.0, part)
      if step.isWanted(parameter: 1) { parts[1] = try Variable.choose(isBelow, g, 0.0) }
    }
    if let high {
      let isAbove = try Tensor.elementwise(.greater, x.value, high.value)
      part = try Variable.choose(isAbove, 0.0, part)
      if step.isWanted(parameter: 2) { parts[2] = try Variable.choose(isAbove, g, 0.0) }
    }
    parts[0] = part
    return step.gradients(parts)
  }
}
