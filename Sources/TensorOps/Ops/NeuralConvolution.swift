internal import TensorCore

// Convolutions and pooling. Operands are [batch, channels, length] or [batch, channels, height,
// width]; without the batch they are taken as a batch of one.

extension OperationTable {
  package static let convolutionOperations: [Operation] = [
    convolution(
      "conv1d", axes: 1, "conv1d([[[1.0, 2.0, 3.0]]], [[[1.0, 1.0]]])",
      gives: "f64[1, 1, 2]\n[[[3. 5.]]]"),
    convolution(
      "conv2d", axes: 2, "shape(conv2d(ones(1, 3, 8, 8), ones(4, 3, 3, 3)))",
      gives: "(1, 4, 6, 6)"),
    transposed(
      "conv_transpose1d", axes: 1, "conv_transpose1d([[[1.0, 2.0]]], [[[1.0, 1.0]]])",
      gives: "f64[1, 1, 3]\n[[[1. 3. 2.]]]"),
    transposed(
      "conv_transpose2d", axes: 2,
      "shape(conv_transpose2d(ones(1, 4, 5, 5), ones(4, 3, 2, 2), stride = 2))",
      gives: "(1, 3, 10, 10)"),
  ]

  package static let poolingOperations: [Operation] = [
    maximum(
      "max_pool1d", axes: 1, "max_pool1d([[[1.0, 3.0, 2.0, 0.0]]], 2)",
      gives: "f64[1, 1, 2]\n[[[3. 2.]]]"),
    maximum(
      "max_pool2d", axes: 2, "max_pool2d([[[[1.0, 3.0], [2.0, 0.0]]]], 2)",
      gives: "f64[1, 1, 1, 1]\n[[[[3.]]]]"),
    average(
      "avg_pool1d", axes: 1, "avg_pool1d([[[1.0, 3.0, 2.0, 0.0]]], 2)",
      gives: "f64[1, 1, 2]\n[[[2. 1.]]]"),
    average(
      "avg_pool2d", axes: 2, "avg_pool2d([[[[1.0, 3.0], [2.0, 0.0]]]], 2)",
      gives: "f64[1, 1, 1, 1]\n[[[[1.5]]]]"),
    adaptive(
      "adaptive_avg_pool1d", axes: 1, "adaptive_avg_pool1d([[[1.0, 3.0, 5.0]]], 1)",
      gives: "f64[1, 1, 1]\n[[[3.]]]"),
    adaptive(
      "adaptive_avg_pool2d", axes: 2, "shape(adaptive_avg_pool2d(ones(2, 3, 7, 7), 2))",
      gives: "(2, 3, 2, 2)"),
  ]

  private static let x = OperationParameter("x", .tensor)
  private static let convolved = [
    x, OperationParameter("weight", .tensor), OperationParameter("bias", .tensor, .none),
    OperationParameter("stride", .ints, .int(1)),
  ]

  private static func convolution(_ name: String, axes: Int, _ example: String, gives: String)
    -> Operation
  {
    Operation(
      neural: name,
      "The \(axes == 1 ? "" : "two-dimensional ")convolution (no kernel is flipped) with `weight` [channels of the result, channels / groups, kernel…]. `padding`: how many zeros on both sides, \"valid\" or \"same\".",
      convolved + [
        OperationParameter("padding", .intsOrString, .int(0)),
        OperationParameter("dilation", .ints, .int(1)),
        OperationParameter("groups", .int, .int(1)),
      ], example: example, gives: gives
    ) { (arguments) throws(TensorError) in
      let call = try WindowCall(name, arguments, axes: axes)
      return .one(
        try call.convolution(
          weight: 1, bias: 2, stride: 3, padding: 4, dilation: 5, groups: 6))
    }
  }

  private static func transposed(_ name: String, axes: Int, _ example: String, gives: String)
    -> Operation
  {
    Operation(
      neural: name,
      "The transposed \(axes == 1 ? "" : "two-dimensional ")convolution with `weight` [channels, channels of the result / groups, kernel…]: what the gradient of a convolution does. `output_padding` lengthens the result at its end.",
      convolved + [
        OperationParameter("padding", .ints, .int(0)),
        OperationParameter("output_padding", .ints, .int(0)),
        OperationParameter("groups", .int, .int(1)),
        OperationParameter("dilation", .ints, .int(1)),
      ], example: example, gives: gives
    ) { (arguments) throws(TensorError) in
      let call = try WindowCall(name, arguments, axes: axes)
      return .one(
        try call.transposedConvolution(
          weight: 1, bias: 2, stride: 3, padding: 4, outputPadding: 5, groups: 6, dilation: 7))
    }
  }

  private static let pooled = [
    x, OperationParameter("kernel_size", .ints), OperationParameter("stride", .ints, .none),
    OperationParameter("padding", .ints, .int(0)),
  ]

  private static func maximum(_ name: String, axes: Int, _ example: String, gives: String)
    -> Operation
  {
    Operation(
      neural: name,
      "The largest element of each window. `stride` is the kernel's size when left out; `ceil_mode` keeps a last window that is not whole.",
      pooled + [
        OperationParameter("dilation", .ints, .int(1)),
        OperationParameter("ceil_mode", .bool, .bool(false)),
      ], example: example, gives: gives
    ) { (arguments) throws(TensorError) in
      let call = try WindowCall(name, arguments, axes: axes)
      return .one(try call.pool(.max, dilation: 4, roundsUp: arguments.attributes.bool(5)))
    }
  }

  private static func average(_ name: String, axes: Int, _ example: String, gives: String)
    -> Operation
  {
    Operation(
      neural: name,
      "The mean of each window. `stride` is the kernel's size when left out; `count_include_pad` counts the zeros of the padding.",
      pooled + [
        OperationParameter("ceil_mode", .bool, .bool(false)),
        OperationParameter("count_include_pad", .bool, .bool(true)),
      ], example: example, gives: gives
    ) { (arguments) throws(TensorError) in
      let call = try WindowCall(name, arguments, axes: axes)
      let kind = Pooling.Kind.average(countsPadding: arguments.attributes.bool(5))
      return .one(try call.pool(kind, dilation: nil, roundsUp: arguments.attributes.bool(4)))
    }
  }

  private static func adaptive(_ name: String, axes: Int, _ example: String, gives: String)
    -> Operation
  {
    Operation(
      neural: name, "Means of windows so chosen that the result has the size wanted.",
      [x, OperationParameter("output_size", .ints)], example: example, gives: gives
    ) { (arguments) throws(TensorError) in
      let call = try WindowCall(name, arguments, axes: axes)
      return .one(try call.adaptiveMean(size: 1))
    }
  }
}

/// An operation over windows of the last one or two axes. One axis is computed as two, the first of
/// size 1.
private struct WindowCall {
  let name: String
  let arguments: VariableArguments
  let attributes: OperationArguments
  let axes: Int
  /// [batch, channels, height, width], in the dtype it is computed in.
  let x: Variable
  let given: Shape
  let dtype: DType
  let operands: [Variable]

  init(_ name: String, _ arguments: VariableArguments, axes: Int) throws(TensorError) {
    self.name = name
    self.arguments = arguments
    self.axes = axes
    attributes = arguments.attributes
    let all = [0, 1, 2].compactMap { index in
      index < arguments.values.count ? arguments.optionalOperand(index) : nil
    }
    (operands, dtype) = try Variable.neuralOperands(name, all)
    given = operands[0].shape
    guard given.rank == axes + 1 || given.rank == axes + 2 else {
      throw .wrongRank(operation: name, expected: "\(axes + 1) or \(axes + 2)", shape: given)
    }
    let batch = given.rank == axes + 1 ? 1 : given[0]
    x = try operands[0].reshaped(
      to: Shape([batch] + WindowCall.lifted(given.array.suffix(axes + 1), axes)))
  }

  /// Channels and sizes with an axis of size 1 before a single one.
  private static func lifted(_ sizes: some Collection<Int>, _ axes: Int) -> [Int] {
    var sizes = Array(sizes)
    if axes == 1 { sizes.insert(1, at: 1) }
    return sizes
  }

  /// Sizes by axis, of two axes; `unit` for the one that is not there.
  private func sizes(_ index: Int, unit: Int) throws(TensorError) -> [Int]? {
    if case .none = attributes.values[index] { return nil }
    guard let sizes = attributes.ints(index, count: axes) else {
      let given = attributes.optionalInts(index) ?? []
      throw .argument(
        operation: name, name: parameterName(index),
        value: "(" + given.map(String.init).joined(separator: ", ") + ")",
        requirement: axes == 1 ? "one Int" : "one Int or two")
    }
    return axes == 1 ? [unit] + sizes : sizes
  }

  private func parameterName(_ index: Int) -> String {
    OperationTable.all.first { $0.name == name }?.parameters[index].name ?? "size"
  }

  /// The result as the operand was given.
  private func finish(_ result: Variable) throws(TensorError) -> Variable {
    var sizes = result.shape.array
    if axes == 1 { sizes.remove(at: 2) }
    if given.rank == axes + 1 { sizes.removeFirst() }
    return try result.reshaped(to: Shape(sizes)).cast(to: dtype)
  }

  // MARK: Convolutions

  private func weight(_ index: Int) throws(TensorError) -> Variable {
    let weight = operands[1]
    guard weight.rank == axes + 2 else {
      throw .wrongRank(operation: name, expected: "\(axes + 2)", shape: weight.shape)
    }
    return try weight.reshaped(
      to: Shape([weight.shape[0]] + WindowCall.lifted(weight.shape.array.dropFirst(), axes)))
  }

  private func bias(_ index: Int, channels: Int) throws(TensorError) -> Variable? {
    guard operands.count > 2 else { return nil }
    guard operands[2].shape == Shape([channels]) else {
      throw .shapeMismatch(
        operation: name, what: "the bias has one element for each channel of the result",
        lhs: operands[2].shape, rhs: Shape([channels]))
    }
    return operands[2]
  }

  private func groups(_ index: Int, dividing channels: Int) throws(TensorError) -> Int {
    let groups = attributes.int(index)
    guard groups >= 1, channels % groups == 0 else {
      throw .argument(
        operation: name, name: "groups", value: "\(groups)",
        requirement: "a divisor of the \(channels) channels")
    }
    return groups
  }

  private func padding(_ index: Int) throws(TensorError) -> WindowPadding {
    guard let text = attributes.optionalString(index) else {
      return .amounts(try sizes(index, unit: 0) ?? [0, 0])
    }
    switch text {
    case "valid": return .valid
    case "same": return .same
    default:
      throw .argument(
        operation: name, name: "padding", value: text,
        requirement: "\"same\", \"valid\" or so many zeros")
    }
  }

  func convolution(
    weight weightIndex: Int, bias biasIndex: Int, stride: Int, padding paddingIndex: Int,
    dilation: Int, groups groupsIndex: Int
  ) throws(TensorError) -> Variable {
    let w = try weight(weightIndex)
    let groups = try groups(groupsIndex, dividing: x.shape[1])
    guard w.shape[1] * groups == x.shape[1], w.shape[0] % groups == 0 else {
      throw .shapeMismatch(
        operation: name, what: "the weight's second axis is the channels of a group",
        lhs: operands[1].shape, rhs: given)
    }
    let windows = try WindowGeometry(
      operation: name, input: Array(x.shape.array.suffix(2)),
      kernel: Array(w.shape.array.suffix(2)), stride: try sizes(stride, unit: 1) ?? [1, 1],
      dilation: try sizes(dilation, unit: 1) ?? [1, 1], padding: try padding(paddingIndex))
    let shape = ConvolutionShape(
      batch: x.shape[0], groups: groups, inputChannels: w.shape[1],
      outputChannels: w.shape[0] / groups, windows: windows)
    let bias = try bias(biasIndex, channels: w.shape[0])
    return try finish(try shape.convolve(x, w, bias: bias))
  }

  func transposedConvolution(
    weight weightIndex: Int, bias biasIndex: Int, stride: Int, padding: Int, outputPadding: Int,
    groups groupsIndex: Int, dilation: Int
  ) throws(TensorError) -> Variable {
    let w = try weight(weightIndex)
    let groups = try groups(groupsIndex, dividing: x.shape[1])
    guard w.shape[0] == x.shape[1] else {
      throw .shapeMismatch(
        operation: name, what: "the weight's first axis is the channels", lhs: operands[1].shape,
        rhs: given)
    }
    let kernel = Array(w.shape.array.suffix(2))
    let stride = try sizes(stride, unit: 1) ?? [1, 1]
    let dilation = try sizes(dilation, unit: 1) ?? [1, 1]
    let around = try sizes(padding, unit: 0) ?? [0, 0]
    let extra = try sizes(outputPadding, unit: 0) ?? [0, 0]
    try WindowGeometry.check(name, "kernel_size", kernel, least: 1)
    try WindowGeometry.check(name, "stride", stride, least: 1)
    try WindowGeometry.check(name, "dilation", dilation, least: 1)
    try WindowGeometry.check(name, "padding", around, least: 0)
    try WindowGeometry.check(name, "output_padding", extra, least: 0)
    var output: [Int] = []
    for axis in 0..<2 {
      guard extra[axis] < max(stride[axis], dilation[axis]) else {
        throw .argument(
          operation: name, name: "output_padding", value: "\(extra[axis])",
          requirement: "smaller than the stride or the dilation")
      }
      let size =
        (x.shape[axis + 2] - 1) * stride[axis] - 2 * around[axis]
        + dilation[axis] * (kernel[axis] - 1) + extra[axis] + 1
      guard size >= 1, x.shape[axis + 2] >= 1 else {
        throw .shapeMismatch(
          operation: name, what: "something is left of the result within the padding", lhs: given,
          rhs: operands[1].shape)
      }
      output.append(size)
    }
    // The convolution whose operand this result is.
    let windows = WindowGeometry(
      input: output, kernel: kernel, stride: stride, dilation: dilation, padding: around,
      output: Array(x.shape.array.suffix(2)))
    let shape = ConvolutionShape(
      batch: x.shape[0], groups: groups, inputChannels: w.shape[1],
      outputChannels: w.shape[0] / groups, windows: windows)
    guard shape.inputShape.checkedCount != nil else { throw .outOfMemory(bytes: .max) }
    var result = try shape.spread(x, w)
    if let bias = try bias(biasIndex, channels: w.shape[1] * groups) {
      result = try result + bias.reshaped(to: Shape([1, bias.shape[0], 1, 1]))
    }
    return try finish(result)
  }

  // MARK: Pooling

  func pool(_ kind: Pooling.Kind, dilation: Int?, roundsUp: Bool) throws(TensorError) -> Variable {
    let kernel = try sizes(1, unit: 1) ?? [1, 1]
    let padding = try sizes(3, unit: 0) ?? [0, 0]
    try WindowGeometry.check(name, "kernel_size", kernel, least: 1)
    for axis in 0..<2 where padding[axis] > kernel[axis] / 2 {
      throw .argument(
        operation: name, name: "padding", value: "\(padding[axis])",
        requirement: "at most half the kernel's size")
    }
    let windows = try WindowGeometry(
      operation: name, input: Array(x.shape.array.suffix(2)), kernel: kernel,
      stride: try sizes(2, unit: 1) ?? kernel,
      dilation: try dilation.map { (index) throws(TensorError) in
        try sizes(index, unit: 1) ?? [1, 1]
      }
        ?? [1, 1],
      padding: .amounts(padding), roundsUp: roundsUp)
    return try finish(try Pooling(kind, windows).pool(x))
  }

  func adaptiveMean(size: Int) throws(TensorError) -> Variable {
    let target = try sizes(size, unit: 1) ?? [1, 1]
    try WindowGeometry.check(name, "output_size", target, least: 0)
    if target == [1, 1] { return try finish(try x.mean(axes: [2, 3], keepingAxes: true)) }
    var result = x
    for axis in [3, 2] where target[axis - 2] != result.shape[axis] || axis == 3 {
      let means = try WindowCall.means(
        of: result.shape[axis], size: target[axis - 2], dtype: x.dtype)
      // Along the last axis; the other one is brought there.
      result =
        axis == 3
        ? try result.matmul(Variable(means))
        : try result.swappingAxes(2, 3).matmul(Variable(means)).swappingAxes(2, 3)
    }
    return try finish(result)
  }

  /// [count, size]: each column the weights of the elements that one result is the mean of.
  private static func means(of count: Int, size: Int, dtype: DType) throws(TensorError) -> Tensor {
    guard count > 0 || size == 0, !count.multipliedReportingOverflow(by: size).overflow else {
      throw .argument(
        operation: "adaptive_avg_pool", name: "output_size", value: "\(size)",
        requirement: "0 where there is nothing to take the mean of")
    }
    var result = try Tensor.zeros(Shape([count, size]), .f64)
    try result.withMutableElements(of: Double.self) { elements in
      for column in 0..<size {
        let (low, high) = (column * count / size, ((column + 1) * count + size - 1) / size)
        for row in low..<high { elements[row * size + column] = 1 / Double(high - low) }
      }
    }
    return try result.cast(to: dtype)
  }
}
