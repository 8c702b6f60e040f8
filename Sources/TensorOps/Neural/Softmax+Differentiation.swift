internal import TensorCore

extension Variable {
  func softmax(axis: Int, logarithm: Bool) throws(TensorError) -> Variable {
    let primitive = Primitive(
      logarithm ? "log_softmax" : "softmax", keeping: .results,
      evaluate: { (operands) throws(TensorError) in
        let x = try Variable.plain(operands[0]).tensor()
        return [.tensor(try x.softmax(axis: axis, logarithm: logarithm))]
      },
      rule: { (step) throws(TensorError) in
        let y = step.results[0]
        let g = try step.cotangent.broadcast(to: y.shape)
        return [try y.softmaxBackward(g, axis: axis, logarithm: logarithm)]
      })
    return try primitive(self)
  }

  /// What a cotangent of this result of a softmax is for the operand.
  private func softmaxBackward(_ g: Variable, axis: Int, logarithm: Bool) throws(TensorError)
    -> Variable
  {
    let primitive = Primitive(
      "softmax", keeping: .operands,
      evaluate: { (operands) throws(TensorError) in
        let y = try Variable.plain(operands[0]).tensor()
        let g = try Variable.plain(operands[1]).tensor()
        return [.tensor(try Tensor.softmaxBackward(y, g, axis: axis, logarithm: logarithm))]
      },
      rule: { (step) throws(TensorError) in
        let (y, g) = (step.operands[0], step.operands[1])
        let c = try step.cotangent.broadcast(to: y.shape)
        if logarithm {
          // g - exp(y) Σ g
          let weighted = try Variable.elementwise(.exp, y) * c
          let total = try weighted.sum(axes: [axis], keepingAxes: true)
          let ofY = try -(weighted * g.sum(axes: [axis], keepingAxes: true))
          return [ofY, try c - total]
        }
        // y (g - Σ y g): the same for c as for g.
        let common = try (y * g).sum(axes: [axis], keepingAxes: true)
        let ofY = try c * (g - common) - g * (c * y).sum(axes: [axis], keepingAxes: true)
        return [ofY, try y.softmaxBackward(c, axis: axis, logarithm: false)]
      })
    return try primitive(self, g)
  }

  func logSumExp(axes: [Int]?, keepingAxes: Bool) throws(TensorError) -> Variable {
    let gone = try axes.map { (axes) throws(TensorError) in try shape.resolve(axes: axes) }
    let kept = shape.reducing(gone ?? Array(0..<rank), keepingAxes: true)
    let primitive = Primitive(
      "logsumexp",
      evaluate: { (operands) throws(TensorError) in
        let x = try Variable.plain(operands[0]).tensor()
        return [.tensor(try x.logSumExp(axes: gone, keepingAxes: keepingAxes))]
      },
      rule: { (step) throws(TensorError) in
        let total = try step.results[0].asTensor().reshaped(to: kept)
        let g = try step.cotangent.asTensor().reshaped(to: kept)
        return [try Variable.shares.of([step.operands[0], total, g])]
      })
    return try primitive(self)
  }

  /// exp(x - total) g
  private static let shares = FusedExpression(
    leafCount: 3,
    steps: [
      FusedExpression.Step(.subtract, 0, 1), FusedExpression.Step(.exp, 3),
      FusedExpression.Step(.multiply, 4, 2),
    ])
}
