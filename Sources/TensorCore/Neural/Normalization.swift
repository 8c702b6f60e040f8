internal import CKernels

/// Which elements a normalisation takes together.
package enum NormalizationLayout: Sendable {
  /// The last axes, so many; scale and shift have their shape.
  case trailing(axes: Int)
  /// As `trailing`, with the mean left as it is.
  case rootMeanSquare(axes: Int)
  /// Axis 1 in so many groups of channels, with all axes after it; scale and shift by channel.
  case groups(Int)
  /// Everything but axis 1; scale and shift by channel.
  case batch
}

/// A normalisation: to mean 0 and variance 1, then scaled and shifted.
package struct Normalization: Sendable {
  package let layout: NormalizationLayout
  package let epsilon: Double

  package init(_ layout: NormalizationLayout, epsilon: Double) {
    self.layout = layout
    self.epsilon = epsilon
  }

  /// As messages name it.
  package var name: String {
    switch layout {
    case .trailing: "layer_norm"
    case .rootMeanSquare: "rms_norm"
    case .groups: "group_norm"
    case .batch: "batch_norm"
    }
  }

  /// The shape of scale and shift for an operand.
  ///
  /// - Throws: `wrongRank`, `argument` when the channels do not make the groups.
  package func scaleShape(for shape: Shape) throws(TensorError) -> Shape {
    switch layout {
    case .trailing(let axes), .rootMeanSquare(let axes):
      guard (1...Shape.maxRank).contains(axes), axes <= shape.rank else {
        throw .wrongRank(operation: name, expected: "at least \(max(axes, 1))", shape: shape)
      }
      return Shape(shape.array.suffix(axes))
    case .groups(let groups):
      guard shape.rank >= 2 else {
        throw .wrongRank(operation: name, expected: "at least 2", shape: shape)
      }
      guard groups >= 1, shape[1] % groups == 0 else {
        throw .argument(
          operation: name, name: "groups", value: "\(groups)",
          requirement: "a divisor of the \(shape[1]) channels")
      }
      return Shape([shape[1]])
    case .batch:
      guard shape.rank >= 2 else {
        throw .wrongRank(operation: name, expected: "at least 2", shape: shape)
      }
      return Shape([shape[1]])
    }
  }

  private func kernelLayout(_ shape: Shape) throws(TensorError) -> ck_norm_layout {
    var result = ck_norm_layout()
    let scales = try scaleShape(for: shape).count
    result.scales = scales
    result.centred = true
    switch layout {
    case .trailing, .rootMeanSquare:
      if case .rootMeanSquare = layout { result.centred = false }
      result.rows = scales == 0 ? 0 : shape.count / scales
      (result.segments, result.length) = (1, scales)
      (result.row_stride, result.segment_stride) = (scales, scales)
      result.by_element = true
      result.cycle = 1
    case .groups(let groups):
      let channels = shape[1] / groups
      let run = shape.array.dropFirst(2).reduce(1, *)
      result.rows = shape[0] * groups
      (result.segments, result.length) = (channels, run)
      (result.row_stride, result.segment_stride) = (channels * run, run)
      (result.cycle, result.step, result.each) = (groups, channels, 1)
    case .batch:
      let run = shape.array.dropFirst(2).reduce(1, *)
      result.rows = shape[1]
      (result.segments, result.length) = (shape[0], run)
      (result.row_stride, result.segment_stride) = (run, shape[1] * run)
      (result.cycle, result.step, result.each) = (shape[1], 1, 0)
    }
    return result
  }

  /// A batch without further axes is computed the other way round, so that rows are adjacent.
  private func isTurned(_ shape: Shape) -> Bool {
    if case .batch = layout { return shape.rank == 2 }
    return false
  }

  private func check(_ parameter: Tensor?, _ what: String, _ x: Tensor) throws(TensorError) {
    guard let parameter else { return }
    let wanted = try scaleShape(for: x.shape)
    if parameter.shape != wanted {
      throw .shapeMismatch(operation: name, what: what, lhs: parameter.shape, rhs: wanted)
    }
  }

  /// The result, and for each row that was normalised its mean and the factor it was multiplied by
  /// (both f64).
  ///
  /// - Throws: `shapeMismatch` when scale or shift do not fit, as `scaleShape`; `outOfMemory`,
  ///   `interrupted`.
  /// - Complexity: O(elements), on all threads.
  package func apply(_ x: Tensor, scale: Tensor?, shift: Tensor?) throws(TensorError) -> (
    result: Tensor, means: Tensor, factors: Tensor
  ) {
    try check(scale, "the weight has the shape of what is normalised", x)
    try check(shift, "the bias has the shape of what is normalised", x)
    if isTurned(x.shape) {
      let turned = try x.transposed().contiguous().reshaped(to: Shape([1, x.shape[1], x.shape[0]]))
      let (result, means, factors) = try apply(turned, scale: scale, shift: shift)
      let back = try result.reshaped(to: Shape([x.shape[1], x.shape[0]])).transposed()
      return (try back.contiguous(), means, factors)
    }
    let operands = try Tensor.neuralOperands(name, [x] + [scale, shift].compactMap { $0 })
    var parameters = operands.dropFirst()
    let kernelScale = scale == nil ? nil : parameters.popFirst()
    let kernelShift = shift == nil ? nil : parameters.popFirst()
    var layout = try kernelLayout(x.shape)
    let result = try Tensor(uninitialized: operands[0].dtype, x.shape)
    let rows = Shape(repeating: layout.rows, count: 1)
    let means = try Tensor(uninitialized: .f64, rows)
    let factors = try Tensor(uninitialized: .f64, rows)
    let status = ck_norm(
      result.kernelType, &layout, operands[0].pointer, kernelScale?.pointer, kernelShift?.pointer,
      epsilon, result.pointer, means.pointer.assumingMemoryBound(to: Double.self),
      factors.pointer.assumingMemoryBound(to: Double.self))
    withExtendedLifetime((operands, result.storage, means, factors)) {}
    try checkKernel(status)
    return (result, means, factors)
  }

  /// Over the last axis, of operands of one float dtype: the common case, without any bookkeeping.
  ///
  /// - Precondition: `x` has an axis, is f32 or f64, and so are scale and shift.
  /// - Throws: as `apply`.
  package static func rows(
    _ x: Tensor, scale: Tensor?, shift: Tensor?, centred: Bool, epsilon: Double
  ) throws(TensorError) -> Tensor {
    let length = x.shape[x.rank - 1]
    for parameter in [scale, shift] {
      guard let parameter else { continue }
      if parameter.rank != 1 || parameter.shape[0] != length {
        throw .shapeMismatch(
          operation: centred ? "layer_norm" : "rms_norm",
          what: "weight and bias have the shape of what is normalised", lhs: parameter.shape,
          rhs: Shape(repeating: length, count: 1))
      }
    }
    let source = try x.contiguous()
    let (scale, shift) = (try scale?.contiguous(), try shift?.contiguous())
    var layout = ck_norm_layout()
    layout.rows = length == 0 ? 0 : x.count / length
    (layout.segments, layout.length, layout.scales) = (1, length, length)
    (layout.row_stride, layout.segment_stride) = (length, length)
    (layout.by_element, layout.centred, layout.cycle) = (true, centred, 1)
    let result = try Tensor(uninitialized: x.dtype, x.shape)
    let status = ck_norm(
      x.kernelType, &layout, source.pointer, scale?.pointer, shift?.pointer, epsilon,
      result.pointer, nil, nil)
    withExtendedLifetime((source.storage, scale, shift, result.storage)) {}
    try checkKernel(status)
    return result
  }

  /// The cotangents of operand, scale and shift, given that of the result and what `apply` gave.
  ///
  /// - Throws: `outOfMemory`, `interrupted`.
  package func backward(
    _ x: Tensor, scale: Tensor?, _ g: Tensor, means: Tensor, factors: Tensor,
    wantsScale: Bool, wantsShift: Bool
  ) throws(TensorError) -> (x: Tensor, scale: Tensor?, shift: Tensor?) {
    if isTurned(x.shape) {
      let sizes = Shape([1, x.shape[1], x.shape[0]])
      let (gx, gscale, gshift) = try backward(
        try x.transposed().contiguous().reshaped(to: sizes), scale: scale,
        try g.broadcast(to: x.shape).transposed().contiguous().reshaped(to: sizes), means: means,
        factors: factors, wantsScale: wantsScale, wantsShift: wantsShift)
      let back = try gx.reshaped(to: Shape([x.shape[1], x.shape[0]])).transposed()
      return (try back.contiguous(), gscale, gshift)
    }
    let operands = try Tensor.neuralOperands(
      name, [x, try g.broadcast(to: x.shape)] + [scale].compactMap { $0 })
    let dtype = operands[0].dtype
    var layout = try kernelLayout(x.shape)
    let parameters = try scaleShape(for: x.shape)
    let gx = try Tensor(uninitialized: dtype, x.shape)
    let gscale = wantsScale ? try Tensor(uninitialized: dtype, parameters) : nil
    let gshift = wantsShift ? try Tensor(uninitialized: dtype, parameters) : nil
    let status = ck_norm_backward(
      gx.kernelType, &layout, operands[0].pointer, operands.count > 2 ? operands[2].pointer : nil,
      operands[1].pointer, means.pointer.assumingMemoryBound(to: Double.self),
      factors.pointer.assumingMemoryBound(to: Double.self), gx.pointer, gscale?.pointer,
      gshift?.pointer)
    withExtendedLifetime((operands, gx, gscale, gshift, means, factors)) {}
    try checkKernel(status, bytes: layout.scales * 128 * dtype.size)
    return (gx, gscale, gshift)
  }
}
