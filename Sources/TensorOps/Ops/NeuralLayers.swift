internal import TensorCore

// Normalisation, attention, positions, embeddings and recurrent layers.

extension OperationTable {
  package static let layerOperations: [Operation] =
    normalizationOperations + attentionOperations
    + recurrentOperations

  private static let x = OperationParameter("x", .tensor)
  private static let weight = OperationParameter("weight", .tensor, .none)
  private static let bias = OperationParameter("bias", .tensor, .none)
  private static func epsilon(_ value: Double) -> OperationParameter {
    OperationParameter("eps", .float, .float(value))
  }

  /// Operand, weight and bias, of which the last two may be missing, in the dtype computed in.
  private static func normalized(
    _ name: String, _ arguments: VariableArguments, weight: Int, bias: Int?,
    _ layout: NormalizationLayout, epsilon: Double
  ) throws(TensorError) -> Variable {
    let given = (
      arguments.optionalOperand(weight), bias.flatMap { arguments.optionalOperand($0) }
    )
    let (operands, dtype) = try Variable.neuralOperands(
      name, [arguments.operand(0)] + [given.0, given.1].compactMap { $0 })
    let result = try Normalization(layout, epsilon: epsilon).apply(
      operands[0], scale: given.0 == nil ? nil : operands[1],
      shift: given.1 == nil ? nil : operands[operands.count - 1])
    return try result.cast(to: dtype)
  }

  /// The last axis alone, of f32 or f64 throughout; nil for others. `eps` stands after `axis`.
  private static func direct(
    _ arguments: OperationArguments, centred: Bool, weight: Int, bias: Int?, axis: Int
  ) throws(TensorError) -> Tensor? {
    let x = arguments.tensor(0)
    let scale = arguments.optionalTensor(weight)
    let shift = bias.flatMap { arguments.optionalTensor($0) }
    guard x.rank >= 1, x.dtype == .f32 || x.dtype == .f64,
      scale.map({ $0.dtype == x.dtype }) ?? true,
      shift.map({ $0.dtype == x.dtype }) ?? true, arguments.optionalInts(axis) == nil
    else { return nil }
    return try Normalization.rows(
      x, scale: scale, shift: shift, centred: centred, epsilon: arguments.float(axis + 1))
  }

  /// How many of the last axes `axis` names.
  private static func trailing(_ name: String, _ arguments: VariableArguments, axis: Int)
    throws(TensorError) -> Int
  {
    let rank = arguments.operand(0).rank
    let axes = arguments.attributes.optionalInts(axis) ?? [-1]
    var resolved: [Int] = []
    for axis in axes {
      guard axis >= -rank, axis < rank else { throw .axisOutOfRange(axis: axis, rank: rank) }
      resolved.append(axis < 0 ? axis + rank : axis)
    }
    guard resolved.sorted() == Array((rank - axes.count)..<rank), !axes.isEmpty else {
      throw .argument(
        operation: name, name: "axis", value: "\(axes)", requirement: "the last axes")
    }
    return axes.count
  }

  private static let normalizationOperations: [Operation] = [
    Operation(
      neural: "layer_norm",
      "Mean 0 and variance 1 over the last axis (or the last ones), then times `weight` plus `bias`.",
      [x, weight, bias, OperationParameter("axis", .ints, .none), epsilon(1e-5)],
      example: "layer_norm([1.0, 3.0], eps = 0.0)", gives: "f64[2] [-1.  1.]",
      direct: { (arguments) throws(TensorError) in
        try direct(arguments, centred: true, weight: 1, bias: 2, axis: 3)
      }
    ) { (arguments) throws(TensorError) in
      let axes = try trailing("layer_norm", arguments, axis: 3)
      return .one(
        try normalized(
          "layer_norm", arguments, weight: 1, bias: 2, .trailing(axes: axes),
          epsilon: arguments.attributes.float(4)))
    },
    Operation(
      neural: "rms_norm",
      "Root mean square 1 over the last axis (or the last ones), then times `weight`.",
      [x, weight, OperationParameter("axis", .ints, .none), epsilon(1e-6)],
      example: "rms_norm([3.0, -3.0], eps = 0.0)", gives: "f64[2] [ 1. -1.]",
      direct: { (arguments) throws(TensorError) in
        try direct(arguments, centred: false, weight: 1, bias: nil, axis: 2)
      }
    ) { (arguments) throws(TensorError) in
      let axes = try trailing("rms_norm", arguments, axis: 2)
      return .one(
        try normalized(
          "rms_norm", arguments, weight: 1, bias: nil, .rootMeanSquare(axes: axes),
          epsilon: arguments.attributes.float(3)))
    },
    Operation(
      neural: "group_norm",
      "Mean 0 and variance 1 over groups of channels (axis 1) and all axes after it, then by channel times `weight` plus `bias`.",
      [x, OperationParameter("groups", .int), weight, bias, epsilon(1e-5)],
      example: "shape(group_norm(ones(2, 6, 4), 3))", gives: "(2, 6, 4)"
    ) { (arguments) throws(TensorError) in
      .one(
        try normalized(
          "group_norm", arguments, weight: 2, bias: 3, .groups(arguments.attributes.int(1)),
          epsilon: arguments.attributes.float(4)))
    },
    Operation(
      neural: "batch_norm",
      "Mean 0 and variance 1 by channel (axis 1), then times `weight` plus `bias`: of the batch itself, or by the `mean` and `var` given, as at test time.",
      [
        x, OperationParameter("mean", .tensor, .none), OperationParameter("var", .tensor, .none),
        weight, bias, epsilon(1e-5),
      ], example: "batch_norm([[1.0], [3.0]], eps = 0.0)", gives: "f64[2, 1]\n[[-1.]\n [ 1.]]"
    ) { (arguments) throws(TensorError) in
      .one(try batchNorm(arguments))
    },
  ]

  private static func batchNorm(_ arguments: VariableArguments) throws(TensorError) -> Variable {
    let epsilon = arguments.attributes.float(5)
    let (mean, variance) = (arguments.optionalOperand(1), arguments.optionalOperand(2))
    guard mean != nil || variance != nil else {
      return try normalized(
        "batch_norm", arguments, weight: 3, bias: 4, .batch, epsilon: epsilon)
    }
    guard let mean, let variance else {
      throw .argument(
        operation: "batch_norm", name: mean == nil ? "mean" : "var", value: "none",
        requirement: "given together with \(mean == nil ? "var" : "mean")")
    }
    let given = [mean, variance, arguments.optionalOperand(3), arguments.optionalOperand(4)]
    let (operands, dtype) = try Variable.neuralOperands(
      "batch_norm", [arguments.operand(0)] + given.compactMap { $0 })
    let x = operands[0]
    let wanted = try Normalization(.batch, epsilon: epsilon).scaleShape(for: x.shape)
    var sizes = Array(repeating: 1, count: x.rank)
    sizes[1] = wanted[0]
    var rest = operands.dropFirst()[...]
    func next() throws(TensorError) -> Variable {
      let parameter = rest.removeFirst()
      guard parameter.shape == wanted else {
        throw .shapeMismatch(
          operation: "batch_norm", what: "there is one number for each channel",
          lhs: parameter.shape, rhs: wanted)
      }
      return try parameter.reshaped(to: Shape(sizes))
    }
    let centre = try next()
    // By channel first, so that the whole is gone through once.
    var factor = try 1 / Variable.elementwise(.sqrt, try next() + Variable(epsilon))
    if given[2] != nil { factor = try factor * next() }
    var offset = try -(centre * factor)
    if given[3] != nil { offset = try offset + next() }
    let scaled = FusedExpression(
      leafCount: 3,
      steps: [FusedExpression.Step(.multiply, 0, 1), FusedExpression.Step(.add, 3, 2)])
    return try scaled.of([x, factor, offset]).cast(to: dtype)
  }

  private static let attentionOperations: [Operation] = [
    Operation(
      neural: "attention",
      "Scaled dot-product attention, softmax(q kᵀ scale) v, of [batch, heads, length, width] (or with fewer leading axes); heads may share key heads. `mask`: truths (which keys a query sees) or numbers to add to the scores. `causal`: the last query sees all keys, each before it one key less. The matrix of scores is never in memory.",
      [
        OperationParameter("query", .tensor), OperationParameter("key", .tensor),
        OperationParameter("value", .tensor), OperationParameter("mask", .tensor, .none),
        OperationParameter("causal", .bool, .bool(false)),
        OperationParameter("scale", .float, .none),
      ], example: "attention([[1.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]], [[1.0], [3.0]])",
      gives: "f64[1, 1]\n[[2.]]"
    ) { (arguments) throws(TensorError) in .one(try attention(arguments)) },
    Operation(
      neural: "rope",
      "Rotary positions: pairs of the last axis of [..., length, width] turned by `position * base^(-2 i / width)`. Pairs are element i and i + width / 2, or neighbours when `interleaved`. `positions`: of each row, or that of the first; only the first `dims` of the width are turned.",
      [
        x, OperationParameter("positions", .tensor, .none),
        OperationParameter("base", .float, .float(10000)),
        OperationParameter("dims", .int, .none),
        OperationParameter("interleaved", .bool, .bool(false)),
      ], example: "rope([[1.0, 0.0]], positions = 0)", gives: "f64[1, 2]\n[[1. 0.]]"
    ) { (arguments) throws(TensorError) in .one(try rope(arguments)) },
    Operation(
      neural: "embedding", "The rows of `weight` that `indices` number.",
      [OperationParameter("indices", .tensor), OperationParameter("weight", .tensor)],
      example: "embedding([1, 0], [[1.0, 2.0], [3.0, 4.0]])",
      gives: "f64[2, 2]\n[[3. 4.]\n [1. 2.]]"
    ) { (arguments) throws(TensorError) in
      let weight = arguments.operand(1)
      guard weight.rank == 2 else {
        throw .wrongRank(operation: "embedding", expected: "2", shape: weight.shape)
      }
      return .one(try weight.taking(try arguments.operand(0).tensor(), axis: 0))
    },
  ]

  private static func attention(_ arguments: VariableArguments) throws(TensorError) -> Variable {
    let given = (arguments.operand(0), arguments.operand(1), arguments.operand(2))
    let rank = given.0.rank
    guard (2...4).contains(rank), given.1.rank == rank, given.2.rank == rank else {
      let wrong = [given.0, given.1, given.2].first { !(2...4).contains($0.rank) } ?? given.1
      throw .wrongRank(
        operation: "attention", expected: "2 to 4, the same for all", shape: wrong.shape)
    }
    func lifted(_ x: Variable) throws(TensorError) -> Variable {
      try x.reshaped(to: Shape(Array(repeating: 1, count: 4 - rank) + x.shape.array))
    }
    var (q, k, v) = (try lifted(given.0), try lifted(given.1), try lifted(given.2))
    let promoted = q.dtype.promoted(with: k.dtype).promoted(with: v.dtype)
    guard let common = promoted.neural else {
      throw .unsupportedDType(operation: "attention", dtype: promoted)
    }
    let dtype = promoted.kind == .float ? promoted : common
    // Narrow keys and values that nothing follows may be read as they are.
    let staysNarrow = !k.isTraced && !v.isTraced && !q.isTraced && k.dtype.size == 2
    if !staysNarrow {
      (q, k, v) = (try q.cast(to: common), try k.cast(to: common), try v.cast(to: common))
    }
    let attention = Attention(
      scale: arguments.attributes.optionalFloat(5), isCausal: arguments.attributes.bool(4))
    let result = try attention.apply(q, k, v, mask: arguments.optionalOperand(3))
    let sizes = Shape(result.shape.array.suffix(rank))
    return try result.reshaped(to: sizes).cast(to: dtype)
  }

  private static func rope(_ arguments: VariableArguments) throws(TensorError) -> Variable {
    let (operands, dtype) = try Variable.neuralOperands("rope", [arguments.operand(0)])
    let x = operands[0]
    guard x.rank >= 2 else {
      throw .wrongRank(operation: "rope", expected: "at least 2", shape: x.shape)
    }
    let (length, width) = (x.shape[x.rank - 2], x.shape[x.rank - 1])
    let turned = arguments.attributes.optionalInt(3) ?? width
    guard turned >= 0, turned <= width, turned % 2 == 0 else {
      throw .argument(
        operation: "rope", name: "dims", value: "\(turned)",
        requirement: "even and at most the width, \(width)")
    }
    let positions: Tensor
    if let given = arguments.optionalOperand(1) {
      let numbers = try given.tensor().cast(to: .f64)
      if numbers.rank == 0 {
        let counted = try Tensor((0..<length).map(Double.init))
        positions = try Tensor.elementwise(.add, counted, numbers)
      } else {
        positions = numbers
      }
    } else {
      positions = try Tensor((0..<length).map(Double.init))
    }
    guard positions.shape == Shape([length]) else {
      throw .shapeMismatch(
        operation: "rope", what: "there is one position for each row", lhs: positions.shape,
        rhs: x.shape)
    }
    let largest = try length == 0 ? [] : Tensor.elementwise(.abs, positions).toDoubles()
    guard largest.allSatisfy({ $0 <= 1e6 }) else {
      throw .argument(
        operation: "rope", name: "positions", value: "\(largest.max() ?? .nan)",
        requirement: "at most a million")
    }
    let rotation = RotaryPositions(
      turned: turned, base: arguments.attributes.float(2),
      isInterleaved: arguments.attributes.bool(4))
    return try rotation.apply(x, positions: positions).cast(to: dtype)
  }

  // MARK: - Recurrent layers

  private static let recurrent = [
    x, OperationParameter("w_ih", .tensor), OperationParameter("w_hh", .tensor),
    OperationParameter("b_ih", .tensor, .none), OperationParameter("b_hh", .tensor, .none),
    OperationParameter("h", .tensor, .none),
  ]

  private static let recurrentOperations: [Operation] = [
    Operation(
      neural: "lstm",
      "A long short-term memory over [batch, time, features] (or, with `batch_first = false`, [time, batch, features]): the states after each step, the last one and the last cell. `w_ih` is [4 hidden, features], `w_hh` [4 hidden, hidden], gates in the order input, forget, candidate, output; `h` and `c` are the first state and cell, zeros when left out.",
      recurrent + [
        OperationParameter("c", .tensor, .none),
        OperationParameter("batch_first", .bool, .bool(true)),
      ],
      example: "(y, h, c) = lstm(ones(2, 5, 3), ones(16, 3), ones(16, 4)); shape(y)",
      gives: "(2, 5, 4)"
    ) { (arguments) throws(TensorError) in
      let call = try RecurrentCall("lstm", arguments, gates: 4, cell: 6, batchFirst: 7)
      let (states, cell) = try LSTM.run(
        call.sums, call.recurrent, state: call.state, cell: call.cell)
      return .tuple(
        [try call.outputs(states), try call.last(states), cell].map { .one($0) })
    },
    Operation(
      neural: "gru",
      "A gated recurrent unit over [batch, time, features], as `lstm`: the states after each step and the last one. Three gates, in the order reset, update, candidate.",
      recurrent + [OperationParameter("batch_first", .bool, .bool(true))],
      example: "(y, h) = gru(ones(2, 5, 3), ones(12, 3), ones(12, 4)); shape(h)",
      gives: "(2, 4)"
    ) { (arguments) throws(TensorError) in
      let call = try RecurrentCall("gru", arguments, gates: 3, cell: nil, batchFirst: 6)
      let states = try GRU.run(
        call.sums, call.recurrent, bias: call.recurrentBias, state: call.state)
      return .tuple([try call.outputs(states), try call.last(states)].map { .one($0) })
    },
  ]
}

/// The arguments of a recurrent layer, checked, with the inputs' part of the gates computed.
private struct RecurrentCall {
  /// [time, batch, gates · hidden]
  let sums: Variable
  let recurrent: Variable
  let recurrentBias: Variable
  let state: Variable
  let cell: Variable
  private let batchFirst: Bool
  private let dtype: DType

  init(
    _ name: String, _ arguments: VariableArguments, gates: Int, cell cellIndex: Int?,
    batchFirst: Int
  ) throws(TensorError) {
    self.batchFirst = arguments.attributes.bool(batchFirst)
    let indices = [0, 1, 2, 3, 4, 5] + [cellIndex].compactMap { $0 }
    let present = indices.filter { arguments.optionalOperand($0) != nil }
    let (operands, dtype) = try Variable.neuralOperands(
      name, present.map { arguments.operand($0) })
    self.dtype = dtype
    func operand(_ index: Int) -> Variable? {
      present.firstIndex(of: index).map { operands[$0] }
    }
    let (x, inputs, recurrent) = (operands[0], operands[1], operands[2])
    guard x.rank == 3 else { throw .wrongRank(operation: name, expected: "3", shape: x.shape) }
    guard inputs.rank == 2, recurrent.rank == 2, recurrent.shape[0] == gates * recurrent.shape[1],
      inputs.shape[0] == recurrent.shape[0]
    else {
      throw .shapeMismatch(
        operation: name,
        what: "the weights are [\(gates) hidden, features] and [\(gates) hidden, hidden]",
        lhs: inputs.shape, rhs: recurrent.shape)
    }
    guard inputs.shape[1] == x.shape[2] else {
      throw .shapeMismatch(
        operation: name, what: "the weights are as wide as the input", lhs: inputs.shape,
        rhs: x.shape)
    }
    let hidden = recurrent.shape[1]
    let sequence = self.batchFirst ? try x.swappingAxes(0, 1) : x
    let batch = sequence.shape[1]
    func checked(_ index: Int?, _ shape: Shape, _ what: String) throws(TensorError) -> Variable {
      guard let index, let given = operand(index) else {
        return Variable(try Tensor.zeros(shape, x.dtype))
      }
      guard given.shape == shape else {
        throw .shapeMismatch(operation: name, what: what, lhs: given.shape, rhs: shape)
      }
      return given
    }
    let width = Shape([gates * hidden])
    let inputBias = try checked(3, width, "a bias has one element for each gate")
    recurrentBias = try checked(4, width, "a bias has one element for each gate")
    // An LSTM only ever sees the sum of both.
    let bias = gates == 4 ? try inputBias + recurrentBias : inputBias
    sums = try sequence.matmul(inputs.transposed()) + bias
    self.recurrent = recurrent
    state = try checked(5, Shape([batch, hidden]), "the first state is [batch, hidden]")
    cell = try checked(cellIndex, Shape([batch, hidden]), "the first cell is [batch, hidden]")
  }

  func outputs(_ states: Variable) throws(TensorError) -> Variable {
    try (batchFirst ? try states.swappingAxes(0, 1) : states).cast(to: dtype)
  }

  /// The last state; the first one of no steps.
  func last(_ states: Variable) throws(TensorError) -> Variable {
    let time = states.shape[0]
    return try (time == 0 ? state : try states.indexed(by: [.index(time - 1)])).cast(to: dtype)
  }
}
