internal import TensorCore

extension Normalization {
  /// The result for an operand that may be under differentiation, as may scale and shift.
  func apply(_ x: Variable, scale: Variable?, shift: Variable?) throws(TensorError) -> Variable {
    _ = try scaleShape(for: x.shape)
    let (hasScale, hasShift) = (scale != nil, shift != nil)
    let operation = KernelOperation(
      name: name,
      evaluate: { (operands) throws(TensorError) in
        let (result, means, factors) = try apply(
          operands[0], scale: hasScale ? operands[1] : nil, shift: hasShift ? operands.last : nil)
        return [result, means, factors]
      },
      backward: { (step) throws(TensorError) in
        let wantsScale = hasScale && step.isWanted[1]
        let wantsShift = hasShift && step.isWanted[step.isWanted.count - 1]
        let (gx, gscale, gshift) = try backward(
          step.operands[0], scale: hasScale ? step.operands[1] : nil, try step.cotangent(),
          means: step.results[1], factors: step.results[2], wantsScale: wantsScale,
          wantsShift: wantsShift)
        return [gx] + (hasScale ? [gscale] : []) + (hasShift ? [gshift] : [])
      },
      formula: { (operands) throws(TensorError) in
        [
          try formula(
            operands[0], scale: hasScale ? operands[1] : nil, shift: hasShift ? operands.last : nil)
        ]
      })
    return try operation.apply([x] + [scale, shift].compactMap { $0 })[0]
  }

  private func formula(_ x: Variable, scale: Variable?, shift: Variable?) throws(TensorError)
    -> Variable
  {
    var (seen, axes) = (x, [Int]())
    switch layout {
    case .trailing(let count), .rootMeanSquare(let count):
      axes = Array((x.rank - count)..<x.rank)
    case .groups(let groups):
      let each = x.shape[0] * groups == 0 ? 0 : x.shape.count / (x.shape[0] * groups)
      seen = try x.reshaped(to: Shape([x.shape[0], groups, each]))
      axes = [2]
    case .batch: axes = (0..<x.rank).filter { $0 != 1 }
    }
    var centred = seen
    if case .rootMeanSquare = layout {
    } else {
      centred = try seen - seen.mean(axes: axes, keepingAxes: true)
    }
    let square = try Variable.elementwise(.square, centred).mean(axes: axes, keepingAxes: true)
    let root = try Variable.elementwise(.sqrt, square + Variable(epsilon))
    var result = try (centred / root).reshaped(to: x.shape)
    if let scale { result = try result * along(x, scale) }
    if let shift { result = try result + along(x, shift) }
    return result
  }

  /// A scale or shift as it meets the operand.
  private func along(_ x: Variable, _ parameter: Variable) throws(TensorError) -> Variable {
    switch layout {
    case .trailing, .rootMeanSquare: return parameter
    case .groups, .batch:
      var sizes = Array(repeating: 1, count: x.rank)
      sizes[1] = x.shape[1]
      return try parameter.reshaped(to: Shape(sizes))
    }
  }
}
