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
  /// Of `clip`, whose bounds may each be left out. On a bound the value counts; when the bound is
  /// followed, too, each half.
  static let clipped = Derivative.rule(keeping: .operands) { (step) throws(TensorError) in
    guard let x = step.operand(ofParameter: 0) else { return [] }
    var g = try step.upstream()
    var parts: [Int: Variable] = [:]
    for (parameter, isBeyond) in [(1, ElementwiseOperation.less), (2, .greater)] {
      guard let bound = step.operand(ofParameter: parameter) else { continue }
      let gives = try Tensor.elementwise(isBeyond, x.value, bound.value)
      guard step.isWanted(parameter: parameter) else {
        g = try .choose(gives, 0.0, g)
        continue
      }
      let isEqual = try Tensor.elementwise(.equal, x.value, bound.value)
      let shared = try Variable.choose(isEqual, try g * 0.5, 0.0)
      parts[parameter] = try .choose(gives, g, shared)
      g = try .choose(gives, 0.0, try g - shared)
    }
    parts[0] = g
    return step.gradients(parts)
  }
}
