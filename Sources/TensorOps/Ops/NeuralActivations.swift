internal import TensorCore

// Activations and what normalises scores. All take numbers for tensors of rank 0.

extension OperationTable {
  package static let activationOperations: [Operation] =
    softmaxOperations + smoothActivations
    + bentActivations

  private static let x = OperationParameter("x", .tensor)
  private static let axis = OperationParameter("axis", .int, .int(-1))

  /// An activation of one operand that is computed in a float dtype.
  private static func activation(
    _ name: String, _ summary: String, _ parameters: [OperationParameter] = [], _ example: String,
    gives: String,
    direct: (@Sendable (OperationArguments) throws(TensorError) -> Tensor?)? = nil,
    compute: @escaping @Sendable (Variable, OperationArguments) throws(TensorError) -> Variable
  ) -> Operation {
    Operation(
      neural: name, summary, [x] + parameters, example: example, gives: gives, direct: direct
    ) { (arguments) throws(TensorError) in
      let (operands, dtype) = try Variable.neuralOperands(name, [arguments.operand(0)])
      return .one(try compute(operands[0], arguments.attributes).cast(to: dtype))
    }
  }

  private static func directSoftmax(_ arguments: OperationArguments, logarithm: Bool)
    throws(TensorError) -> Tensor?
  {
    let x = arguments.tensor(0)
    guard x.dtype == .f32 || x.dtype == .f64 else { return nil }
    return try x.softmax(axis: arguments.int(1), logarithm: logarithm)
  }

  private static let softmaxOperations: [Operation] = [
    activation(
      "softmax", "`exp(x)` divided by its sum along the axis, without overflow.", [axis],
      "softmax([0.0, 0.0, 0.0, 0.0])", gives: "f64[4] [0.25 0.25 0.25 0.25]",
      direct: { (arguments) throws(TensorError) in
        try directSoftmax(arguments, logarithm: false)
      }
    ) { (x, attributes) throws(TensorError) in
      try x.softmax(axis: attributes.int(1), logarithm: false)
    },
    activation(
      "log_softmax", "The logarithm of `softmax`, exact also where that is tiny.", [axis],
      "exp(log_softmax([0.0, 0.0]))", gives: "f64[2] [0.5 0.5]",
      direct: { (arguments) throws(TensorError) in
        try directSoftmax(arguments, logarithm: true)
      }
    ) { (x, attributes) throws(TensorError) in
      try x.softmax(axis: attributes.int(1), logarithm: true)
    },
    activation(
      "logsumexp", "`log(sum(exp(x)))` over all elements or some axes, without overflow.",
      [
        OperationParameter("axis", .ints, .none),
        OperationParameter("keepdims", .bool, .bool(false)),
      ], "logsumexp([1000.0, 1000.0])", gives: "1000.6931471805599"
    ) { (x, attributes) throws(TensorError) in
      try x.logSumExp(axes: attributes.optionalInts(1), keepingAxes: attributes.bool(2))
    },
  ]

  private static let smoothActivations: [Operation] = [
    activation(
      "gelu",
      "`x` times the normal distribution function of `x`; `approximate = \"tanh\"` by a formula with tanh.",
      [OperationParameter("approximate", .string, .string("none"))], "gelu([-1.0, 0.0, 1.0])",
      gives: "f64[3] [-0.15865525  0.          0.84134475]"
    ) { (x, attributes) throws(TensorError) in
      switch attributes.string(1) {
      case "none": try x.gelu()
      case "tanh": try Activations.geluTanh.of([x, 1.0, 0.044715, 0.7978845608028654, 0.5])
      default:
        throw .argument(
          operation: "gelu", name: "approximate", value: attributes.string(1),
          requirement: "\"none\" or \"tanh\"")
      }
    },
    activation(
      "silu", "`x * sigmoid(x)`.", [], "silu([0.0, 1.0])", gives: "f64[2] [0.         0.73105858]"
    ) { (x, _) throws(TensorError) in try Activations.silu.of([x]) },
    Operation(
      neural: "swiglu", "`silu(gate) * x`: the gated unit of many transformers.",
      [x, OperationParameter("gate", .tensor)], example: "swiglu([2.0, 2.0], [0.0, 1.0])",
      gives: "f64[2] [0.         1.46211716]"
    ) { (arguments) throws(TensorError) in
      let (operands, dtype) = try Variable.neuralOperands(
        "swiglu", [arguments.operand(0), arguments.operand(1)])
      return .one(try Activations.swiglu.of(operands).cast(to: dtype))
    },
    activation(
      "mish", "`x * tanh(softplus(x))`.", [], "mish([0.0, 1.0])",
      gives: "f64[2] [0.         0.86509839]"
    ) { (x, _) throws(TensorError) in
      try x * Variable.elementwise(.tanh, x.softplus())
    },
    activation(
      "softplus", "`log(1 + exp(beta x)) / beta`, without overflow.",
      [OperationParameter("beta", .float, .float(1))], "softplus([0.0, 8.0])",
      gives: "f64[2] [0.69314718 8.00033541]"
    ) { (x, attributes) throws(TensorError) in
      let beta = attributes.float(1)
      if beta == 1 { return try x.softplus() }
      return try (x * Variable(beta)).softplus() / Variable(beta)
    },
    activation(
      "log_sigmoid", "`log(sigmoid(x))`, exact also where that is tiny.", [],
      "log_sigmoid([-800.0])", gives: "f64[1] [-800.]"
    ) { (x, _) throws(TensorError) in try -((-x).softplus()) },
  ]

  private static let bentActivations: [Operation] = [
    activation(
      "leaky_relu", "`x`, or `negative_slope * x` below 0.",
      [OperationParameter("negative_slope", .float, .float(0.01))], "leaky_relu([-1.0, 2.0])",
      gives: "f64[2] [-0.01  2.  ]"
    ) { (x, attributes) throws(TensorError) in
      try Activations.leaky.of([x, 0.0, Variable(attributes.float(1))])
    },
    activation(
      "elu", "`x`, or `alpha * (exp(x) - 1)` below 0.",
      [OperationParameter("alpha", .float, .float(1))], "elu([-1.0, 2.0])",
      gives: "f64[2] [-0.63212056  2.        ]"
    ) { (x, attributes) throws(TensorError) in
      try Activations.elu.of([x, 0.0, Variable(attributes.float(1))])
    },
  ]
}

/// The activations as elementwise expressions.
enum Activations {
  private typealias Step = FusedExpression.Step

  /// x sigmoid(x)
  static let silu = FusedExpression(
    leafCount: 1, steps: [Step(.sigmoid, 0), Step(.multiply, 0, 1)])

  /// x (gate sigmoid(gate))
  static let swiglu = FusedExpression(
    leafCount: 2, steps: [Step(.sigmoid, 1), Step(.multiply, 1, 2), Step(.multiply, 0, 3)])

  /// ½ x (1 + tanh(b (x + a x³))); leaves x, 1, a, b, ½.
  static let geluTanh = FusedExpression(
    leafCount: 5,
    steps: [
      Step(.square, 0), Step(.multiply, 5, 2), Step(.add, 6, 1), Step(.multiply, 7, 0),
      Step(.multiply, 8, 3), Step(.tanh, 9), Step(.add, 10, 1), Step(.multiply, 0, 4),
      Step(.multiply, 12, 11),
    ])

  /// x > 0 ? x : slope x; leaves x, 0, slope.
  static let leaky = FusedExpression(
    leafCount: 3, steps: [Step(.greater, 0, 1), Step(.multiply, 0, 2), Step(.where, 3, 0, 4)])

  /// x > 0 ? x : alpha expm1(min(x, 0)); leaves x, 0, alpha.
  static let elu = FusedExpression(
    leafCount: 3,
    steps: [
      Step(.greater, 0, 1), Step(.minimum, 0, 1), Step(.expm1, 4), Step(.multiply, 5, 2),
      Step(.where, 3, 0, 6),
    ])
}
