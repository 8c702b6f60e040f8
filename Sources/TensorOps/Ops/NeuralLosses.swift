internal import TensorCore

// Losses. `reduction` says what becomes of those of single examples: "mean", "sum" or "none".

extension OperationTable {
  package static let lossOperations: [Operation] = classLosses + elementLosses

  private static let target = OperationParameter("target", .tensor)
  private static let reduction = OperationParameter("reduction", .string, .string("mean"))

  private static let classLosses: [Operation] = [
    Operation(
      neural: "cross_entropy",
      "The cross-entropy of scores before the softmax against class numbers, or against probabilities of the same shape. `axis` is that of the classes; examples labelled `ignore_index` do not count.",
      [
        OperationParameter("logits", .tensor), target, OperationParameter("axis", .int, .int(-1)),
        OperationParameter("label_smoothing", .float, .float(0)),
        OperationParameter("ignore_index", .int, .int(-100)), reduction,
      ], example: "cross_entropy([[0.0, 0.0], [0.0, 0.0]], [0, 1])", gives: "0.6931471805599453"
    ) { (arguments) throws(TensorError) in
      .one(try ClassLoss("cross_entropy", arguments).crossEntropy())
    },
    Operation(
      neural: "nll_loss",
      "The mean negative log-probability of the classes that `target` numbers.",
      [
        OperationParameter("log_probs", .tensor), target,
        OperationParameter("axis", .int, .int(-1)),
        OperationParameter("ignore_index", .int, .int(-100)), reduction,
      ], example: "nll_loss(log([[0.5, 0.5]]), [0])", gives: "0.6931471805599453"
    ) { (arguments) throws(TensorError) in
      .one(try ClassLoss("nll_loss", arguments).negativeLogLikelihood())
    },
  ]

  /// A loss of two operands that broadcast.
  private static func elementLoss(
    _ name: String, _ summary: String, _ first: String, _ parameters: [OperationParameter] = [],
    _ example: String, gives: String,
    compute:
      @escaping @Sendable (Variable, Variable, OperationArguments, LossReduction)
      throws(TensorError) -> Variable
  ) -> Operation {
    let all = [OperationParameter(first, .tensor), target] + parameters + [reduction]
    return Operation(neural: name, summary, all, example: example, gives: gives) {
      (arguments) throws(TensorError) in
      let reduction = try LossReduction(name, arguments.attributes.string(all.count - 1))
      let (x, target) = (arguments.operand(0), arguments.operand(1))
      // Targets of f64 do not widen a model of f32.
      let targets = x.dtype.kind == .float ? try target.cast(to: x.dtype) : target
      let (operands, dtype) = try Variable.neuralOperands(name, [x, targets])
      guard operands[0].shape.broadcast(with: operands[1].shape) != nil else {
        throw .shapeMismatch(
          operation: name, what: "predictions and targets broadcast", lhs: operands[0].shape,
          rhs: operands[1].shape)
      }
      return .one(
        try compute(operands[0], operands[1], arguments.attributes, reduction).cast(to: dtype))
    }
  }

  private static let elementLosses: [Operation] = [
    elementLoss(
      "binary_cross_entropy", "The cross-entropy of probabilities against truths.", "probs", [],
      "binary_cross_entropy([0.5, 0.5], [0.0, 1.0])", gives: "0.6931471805599453"
    ) { (p, target, _, reduction) throws(TensorError) in
      try reduction.of(p.binaryCrossEntropy(target))
    },
    elementLoss(
      "binary_cross_entropy_with_logits",
      "The cross-entropy of scores before the sigmoid against truths.", "logits", [],
      "binary_cross_entropy_with_logits([0.0, 0.0], [0.0, 1.0])", gives: "0.6931471805599453"
    ) { (x, target, _, reduction) throws(TensorError) in
      try reduction.of(x.softplus() - x * target)
    },
    elementLoss(
      "mse_loss", "The mean squared difference.", "x", [], "mse_loss([1.0, 2.0], [1.0, 4.0])",
      gives: "2.0"
    ) { (x, target, _, reduction) throws(TensorError) in
      try reduction.of(Losses.squared, [x, target])
    },
    elementLoss(
      "l1_loss", "The mean distance.", "x", [], "l1_loss([1.0, 2.0], [1.0, 4.0])", gives: "1.0"
    ) { (x, target, _, reduction) throws(TensorError) in
      try reduction.of(Losses.distance, [x, target])
    },
    elementLoss(
      "huber_loss",
      "Half the squared difference, and linear where the distance is above `delta`.", "x",
      [OperationParameter("delta", .float, .float(1))], "huber_loss([1.0, 2.0], [1.0, 5.0])",
      gives: "1.25"
    ) { (x, target, attributes, reduction) throws(TensorError) in
      try reduction.of(Losses.huber, [x, target, Variable(attributes.float(2)), 0.5])
    },
  ]
}

/// Losses of two operands as elementwise expressions.
private enum Losses {
  typealias Step = FusedExpression.Step

  static let squared = FusedExpression(
    leafCount: 2, steps: [Step(.subtract, 0, 1), Step(.square, 2)])

  static let distance = FusedExpression(
    leafCount: 2, steps: [Step(.subtract, 0, 1), Step(.abs, 2)])

  /// m (d - ½ m) with m = min(d, delta); leaves x, target, delta, ½.
  static let huber = FusedExpression(
    leafCount: 4,
    steps: [
      Step(.subtract, 0, 1), Step(.abs, 4), Step(.minimum, 5, 2), Step(.multiply, 6, 3),
      Step(.subtract, 5, 7), Step(.multiply, 6, 8),
    ])
}

/// A loss over classes on an axis.
private struct ClassLoss {
  let name: String
  let scores: Variable
  let target: Variable
  let axis: Int
  let attributes: OperationArguments
  let dtype: DType

  init(_ name: String, _ arguments: VariableArguments) throws(TensorError) {
    self.name = name
    let (operands, dtype) = try Variable.neuralOperands(name, [arguments.operand(0)])
    self.dtype = dtype
    scores = operands[0]
    target = arguments.operand(1)
    attributes = arguments.attributes
    guard scores.rank >= 1 else {
      throw .wrongRank(operation: name, expected: "at least 1", shape: scores.shape)
    }
    axis = try scores.shape.resolve(axis: attributes.int(2))
  }

  /// The scores with the classes last, as rows.
  private func rows() throws(TensorError) -> Variable {
    let classes = scores.shape[axis]
    let order = (0..<scores.rank).filter { $0 != axis } + [axis]
    let turned = axis == scores.rank - 1 ? scores : try scores.transposed(order)
    let count = order.dropLast().reduce(1) { $0 * scores.shape[$1] }
    return try turned.reshaped(to: Shape([count, classes]))
  }

  private var examples: Shape { scores.shape.reducing([axis], keepingAxes: false) }

  private func labels() throws(TensorError) -> Tensor {
    guard target.shape == examples else {
      throw .shapeMismatch(
        operation: name, what: "there is one label for each example", lhs: target.shape,
        rhs: examples)
    }
    return try target.tensor().cast(to: .i64).reshaped(to: Shape([examples.count]))
  }

  private func counted(_ labels: Tensor, _ ignored: Int) throws(TensorError) -> Int {
    let kept = try Tensor.elementwise(.notEqual, .tensor(labels), .scalar(.int(ignored)))
    return try kept.reduced(.countNonzero).toInts()[0]
  }

  func crossEntropy() throws(TensorError) -> Variable {
    let reduction = try LossReduction(name, attributes.string(5))
    let smoothing = attributes.float(3)
    guard (0...1).contains(smoothing) else {
      throw .argument(
        operation: name, name: "label_smoothing", value: "\(smoothing)", requirement: "from 0 to 1")
    }
    if target.dtype.kind > .integer { return try ofProbabilities(smoothing, reduction) }
    let ignored = attributes.int(4)
    let labels = try labels()
    let losses = try rows().labelledLosses(
      labels, LabelledLoss(smoothing: smoothing, ignored: ignored))
    return try finish(losses, labels, ignored, reduction)
  }

  private func finish(
    _ losses: Variable, _ labels: Tensor, _ ignored: Int, _ reduction: LossReduction
  ) throws(TensorError) -> Variable {
    switch reduction {
    case .none: return try losses.reshaped(to: examples).cast(to: dtype)
    case .sum: return try losses.sum().cast(to: dtype)
    case .mean:
      let count = try counted(labels, ignored)
      return try (losses.sum() * Variable(1 / Double(count))).cast(to: dtype)
    }
  }

  private func ofProbabilities(_ smoothing: Double, _ reduction: LossReduction)
    throws(TensorError) -> Variable
  {
    guard target.shape == scores.shape else {
      throw .shapeMismatch(
        operation: name, what: "probabilities have the shape of the scores", lhs: target.shape,
        rhs: scores.shape)
    }
    var target = try target.cast(to: scores.dtype)
    if smoothing != 0 {
      let each = smoothing / Double(max(scores.shape[axis], 1))
      target = try target * Variable(1 - smoothing) + Variable(each)
    }
    let logs = try scores.softmax(axis: axis, logarithm: true)
    let losses = try -((target * logs).sum(axes: [axis]))
    return try reduction.of(losses).cast(to: dtype)
  }

  func negativeLogLikelihood() throws(TensorError) -> Variable {
    let reduction = try LossReduction(name, attributes.string(4))
    let ignored = attributes.int(3)
    let labels = try labels()
    let kept = try Tensor.elementwise(.notEqual, .tensor(labels), .scalar(.int(ignored)))
    let safe = try Tensor.elementwise(.multiply, labels, try kept.cast(to: .i64))
    let classes = scores.shape[axis]
    for label in try safe.toInts() where label < 0 || label >= classes {
      throw .indexOutOfRange(index: label, axis: axis, size: classes, shape: scores.shape)
    }
    let numbers = try Tensor(Array(0..<examples.count))
    let picked = try rows().indexed(by: [.integers(numbers), .integers(safe)])
    let losses = try -(picked * Variable(try kept.cast(to: scores.dtype)))
    return try finish(losses, labels, ignored, reduction)
  }
}
