internal import TensorCore

/// What becomes of the losses of single examples.
enum LossReduction: String {
  case mean, sum, none

  /// - Throws: `argument`.
  init(_ operation: String, _ text: String) throws(TensorError) {
    guard let found = LossReduction(rawValue: text) else {
      throw .argument(
        operation: operation, name: "reduction", value: text,
        requirement: "\"mean\", \"sum\" or \"none\"")
    }
    self = found
  }

  /// The losses, or their sum or mean; a mean over `count` where not all count.
  func of(_ losses: Variable, count: Int? = nil) throws(TensorError) -> Variable {
    switch self {
    case .none: return losses
    case .sum: return try losses.sum()
    case .mean:
      guard let count else { return try losses.mean() }
      return try losses.sum() / Variable(Double(count))
    }
  }

  /// Of an elementwise loss, without keeping the single losses.
  func of(_ loss: FusedExpression, _ leaves: [Variable]) throws(TensorError) -> Variable {
    switch self {
    case .none: try loss.of(leaves)
    case .sum: try loss.of(leaves, reducing: .sum)
    case .mean: try loss.of(leaves, reducing: .mean)
    }
  }
}

extension Variable {
  /// log(1 + exp(x)), without overflow; its derivative is the sigmoid.
  func softplus() throws(TensorError) -> Variable {
    let primitive = Primitive(
      "softplus", keeping: .operands,
      evaluate: { (operands) throws(TensorError) in
        [.tensor(try Variable.positivePart.of([.plain(operands[0]), 0.0]).tensor())]
      },
      rule: { (step) throws(TensorError) in
        [try Variable.sigmoidTimes.of([step.operands[0], step.cotangent])]
      })
    return try primitive(self)
  }

  /// max(x, 0) + log1p(exp(-|x|))
  private static let positivePart = FusedExpression(
    leafCount: 2,
    steps: [
      FusedExpression.Step(.maximum, 0, 1), FusedExpression.Step(.abs, 0),
      FusedExpression.Step(.negate, 3), FusedExpression.Step(.exp, 4),
      FusedExpression.Step(.log1p, 5), FusedExpression.Step(.add, 2, 6),
    ])

  private static let sigmoidTimes = FusedExpression(
    leafCount: 2,
    steps: [FusedExpression.Step(.sigmoid, 0), FusedExpression.Step(.multiply, 2, 1)])

  /// The logarithm, at least -100: so that a certain prediction that is wrong has a finite loss.
  func boundedLog() throws(TensorError) -> Variable {
    let bounded = FusedExpression(
      leafCount: 2,
      steps: [FusedExpression.Step(.log, 0), FusedExpression.Step(.maximum, 2, 1)])
    return try bounded.of([self, -100])
  }

  /// -(t log p + (1 - t) log(1 - p)) for the probability p, this, and the truth t.
  func binaryCrossEntropy(_ target: Variable) throws(TensorError) -> Variable {
    let primitive = Primitive(
      "binary_cross_entropy", keeping: .operands,
      evaluate: { (operands) throws(TensorError) in
        let (p, t) = (Variable.plain(operands[0]), Variable.plain(operands[1]))
        let rest = try (1 - p).boundedLog()
        let loss: Variable = try -(t * (p.boundedLog() - rest) + rest)
        return [.tensor(try loss.tensor())]
      },
      rule: { (step) throws(TensorError) in
        let (p, t, g) = (step.operands[0], step.operands[1], step.cotangent)
        let spread = try Variable.elementwise(.maximum, p * (1 - p), 1e-12)
        return [
          try g * (p - t) / spread,
          step.isWanted[1] ? try g * ((1 - p).boundedLog() - p.boundedLog()) : nil,
        ]
      })
    return try primitive(self, target)
  }

  /// The losses of logits whose classes are on the last axis, [rows, classes], against labels.
  func labelledLosses(_ labels: Tensor, _ loss: LabelledLoss) throws(TensorError) -> Variable {
    let operation = KernelOperation(
      name: "cross_entropy",
      evaluate: { (operands) throws(TensorError) in
        let (losses, totals) = try loss.losses(operands[0], labels)
        return [losses, totals]
      },
      backward: { (step) throws(TensorError) in
        [try loss.backward(step.operands[0], step.results[1], labels, try step.cotangent())]
      },
      formula: { (operands) throws(TensorError) in
        let x = operands[0]
        let logs = try x.softmax(axis: -1, logarithm: true)
        let kept = try Tensor.elementwise(.notEqual, .tensor(labels), .scalar(.int(loss.ignored)))
        // Labels that are ignored need not be classes.
        let safe = try Tensor.elementwise(.multiply, labels, try kept.cast(to: .i64))
        let rows = try Tensor((0..<x.shape[0]).map { $0 })
        let picked = try logs.indexed(by: [.integers(rows), .integers(safe)])
        let smooth = try logs.mean(axes: [1])
        let both = try picked * Variable(1 - loss.smoothing) + smooth * Variable(loss.smoothing)
        return [try -(both * Variable(try kept.cast(to: x.dtype)))]
      })
    return try operation.apply([self])[0]
  }

  /// x Φ(x).
  func gelu() throws(TensorError) -> Variable {
    let operation = KernelOperation(
      name: "gelu", keeping: .operands,
      evaluate: { (operands) throws(TensorError) in [try operands[0].gelu()] },
      backward: { (step) throws(TensorError) in
        [try step.operands[0].geluBackward(try step.cotangent())]
      },
      formula: { (operands) throws(TensorError) in
        [try operands[0].geluAround()]
      })
    return try operation.apply([self])[0]
  }

  /// `gelu` with the derivative that is itself a formula: Φ(x) + x φ(x).
  private func geluAround() throws(TensorError) -> Variable {
    let primitive = Primitive(
      "gelu", keeping: .operands,
      evaluate: { (operands) throws(TensorError) in
        [.tensor(try Variable.plain(operands[0]).tensor().gelu())]
      },
      rule: { (step) throws(TensorError) in
        let x = step.operands[0]
        return [try step.cotangent * (x.normalDistribution() + x * x.normalDensity())]
      })
    return try primitive(self)
  }

  private func normalDensity() throws(TensorError) -> Variable {
    try Variable.elementwise(.exp, Variable(-0.5) * Variable.elementwise(.square, self))
      * Variable(0.3989422804014327)
  }

  private func normalDistribution() throws(TensorError) -> Variable {
    let primitive = Primitive(
      "gelu", keeping: .operands,
      evaluate: { (operands) throws(TensorError) in
        // gelu(x) / x; ½ where x is 0.
        let x = try Variable.plain(operands[0]).tensor()
        let ratio = try Tensor.elementwise(.divide, try x.gelu(), x)
        let isZero = try Tensor.elementwise(.equal, .tensor(x), .scalar(.int(0)))
        return [
          .tensor(
            try Tensor.elementwise(
              .where, .tensor(isZero), .scalar(.float(0.5)), .tensor(ratio)))
        ]
      },
      rule: { (step) throws(TensorError) in
        [try step.cotangent * step.operands[0].normalDensity()]
      })
    return try primitive(self)
  }
}
