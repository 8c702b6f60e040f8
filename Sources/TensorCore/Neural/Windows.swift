internal import CKernels

/// What is put around an operand before windows are taken of it.
package enum WindowPadding: Sendable {
  /// Nothing.
  case valid
  /// As much as gives one window for each step of the stride; the odd one at the end.
  case same
  /// So much on both sides of each axis.
  case amounts([Int])
}

/// Windows over two axes: how many there are, and where. One-dimensional operations have a first
/// axis of size 1.
package struct WindowGeometry: Sendable {
  package let input: [Int]
  package let kernel: [Int]
  package let stride: [Int]
  package let dilation: [Int]
  /// Before the first element of each axis.
  package let padding: [Int]
  package let output: [Int]

  package init(
    input: [Int], kernel: [Int], stride: [Int], dilation: [Int], padding: [Int], output: [Int]
  ) {
    self.input = input
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.padding = padding
    self.output = output
  }

  /// - Throws: `argument` for a kernel, stride or dilation below 1, or a padding below 0;
  ///   `shapeMismatch` when the kernel is larger than the padded input.
  package init(
    operation: String, input: [Int], kernel: [Int], stride: [Int], dilation: [Int],
    padding: WindowPadding, roundsUp: Bool = false
  ) throws(TensorError) {
    try WindowGeometry.check(operation, "kernel_size", kernel, least: 1)
    try WindowGeometry.check(operation, "stride", stride, least: 1)
    try WindowGeometry.check(operation, "dilation", dilation, least: 1)
    if case .amounts(let amounts) = padding {
      try WindowGeometry.check(operation, "padding", amounts, least: 0)
    }
    var (before, output): ([Int], [Int]) = ([], [])
    for axis in input.indices {
      let reach = dilation[axis] * (kernel[axis] - 1) + 1
      let (low, high) = WindowGeometry.amounts(
        padding, axis, size: input[axis], reach: reach, stride: stride[axis])
      let room = input[axis] + low + high - reach
      guard room >= 0 else {
        throw .shapeMismatch(
          operation: operation, what: "the kernel is no larger than the padded input",
          lhs: Shape(kernel), rhs: Shape(input))
      }
      var count = room / stride[axis] + 1
      if roundsUp {
        count = (room + stride[axis] - 1) / stride[axis] + 1
        // A window must begin on the operand or the padding before it.
        if (count - 1) * stride[axis] >= input[axis] + low { count -= 1 }
      }
      before.append(low)
      output.append(count)
    }
    self.init(
      input: input, kernel: kernel, stride: stride, dilation: dilation, padding: before,
      output: output)
  }

  private static func amounts(
    _ padding: WindowPadding, _ axis: Int, size: Int, reach: Int, stride: Int
  ) -> (before: Int, after: Int) {
    switch padding {
    case .valid: return (0, 0)
    case .amounts(let amounts): return (amounts[axis], amounts[axis])
    case .same:
      let steps = (size + stride - 1) / stride
      let total = max((steps - 1) * stride + reach - size, 0)
      return (total / 2, total - total / 2)
    }
  }

  /// Sizes that no operand can have are refused, so that sums of them do not overflow.
  package static func check(_ operation: String, _ name: String, _ values: [Int], least: Int)
    throws(TensorError)
  {
    for value in values where value < least || value > 1 << 30 {
      throw .argument(
        operation: operation, name: name, value: "\(value)",
        requirement: value < least ? "at least \(least)" : "at most 2^30")
    }
  }
}

extension WindowGeometry {
  /// Pairs as the kernels take them.
  static func pair(_ values: [Int]) -> (Int, Int) { (values[0], values[1]) }
}
