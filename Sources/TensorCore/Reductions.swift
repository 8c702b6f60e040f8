internal import CKernels

/// Reductions over axes, positions of extremes and running totals. `axes` nil means all; negative
/// axes count from the end.
extension Tensor {
  /// Reduces over the axes, which go, or stay with size 1.
  ///
  /// - Throws: `axisOutOfRange`, `duplicateAxis`, `emptyReduction` (an extreme of nothing),
  ///   `unsupportedDType` (an extreme of complex numbers), `integerOverflow`, `outOfMemory`,
  ///   `interrupted`.
  /// - Complexity: O(elements), on all threads; allocates the result only.
  package func reduced(
    _ reduction: Reduction, axes: [Int]? = nil, keepingAxes: Bool = false
  ) throws(TensorError) -> Tensor {
    if axes == nil, !keepingAxes, isContiguous { return try reducedToOne(reduction) }
    let gone = try resolvedAxes(axes)
    var reducedCount = 1
    var mask: UInt32 = 0
    for axis in gone {
      reducedCount *= shape[axis]
      mask |= 1 << UInt32(axis)
    }
    let kept = shape.reducing(gone, keepingAxes: false)
    if kept.count > 0 { try reduction.check(dtype, count: reducedCount, shape: shape) }
    var result = try Tensor(uninitialized: reduction.result(of: dtype), kept)
    var strides = KernelShape(strides)
    var sizes = KernelShape(shape)
    let status = strides.withPointer { strides in
      sizes.withPointer { sizes in
        ck_reduce_axes(
          reduction.kernel, Int32(dtype.rawValue), pointer, strides, sizes, Int32(rank), mask,
          result.storage.bytes)
      }
    }
    withExtendedLifetime((storage, result.storage)) {}
    try check(status, reduction.name)
    if keepingAxes {
      result.shape = shape.reducing(gone, keepingAxes: true)
      result.strides = result.shape.contiguousStrides
    }
    return result
  }

  /// All of a contiguous tensor.
  private func reducedToOne(_ reduction: Reduction) throws(TensorError) -> Tensor {
    try reduction.check(dtype, count: count, shape: shape)
    let result = try Tensor(uninitialized: reduction.result(of: dtype), .scalar)
    var (step, size) = (1, count)
    let status = ck_reduce_axes(
      reduction.kernel, Int32(dtype.rawValue), pointer, &step, &size, 1, 1, result.storage.bytes)
    withExtendedLifetime((storage, result.storage)) {}
    try check(status, reduction.name)
    return result
  }

  /// The mean squared distance from the mean, divided by `count - correction`. f64 for integers; real
  /// for complex numbers.
  ///
  /// Two passes, so that a large mean costs no accuracy.
  /// - Throws: as `reduced`.
  package func variance(axes: [Int]? = nil, correction: Double = 0, keepingAxes: Bool = false)
    throws(TensorError) -> Tensor
  {
    if dtype == .bf16 {
      return try cast(to: .f32).variance(
        axes: axes, correction: correction, keepingAxes: keepingAxes
      ).cast(to: .bf16)
    }
    let gone = try resolvedAxes(axes)
    let mean = try reduced(.mean, axes: gone, keepingAxes: true)
    let expression =
      dtype.kind == .complex
      ? FusedExpression.squaredComplexDistance : FusedExpression.squaredDistance
    let divisor = max(Double(gone.reduce(1) { $0 * shape[$1] }) - correction, 0)
    let total: Tensor
    do throws(FusedFailure) {
      if gone.count == rank, !keepingAxes {
        total = try Tensor.evaluate(
          expression, leaves: [.tensor(self), .tensor(mean)], reducing: .sum)
      } else {
        let squares = try Tensor.evaluate(expression, leaves: [.tensor(self), .tensor(mean)])
        do throws(TensorError) {
          total = try squares.reduced(.sum, axes: gone, keepingAxes: keepingAxes)
        } catch {
          throw FusedFailure(step: 0, error: error)
        }
      }
    } catch {
      throw error.error
    }
    return try Tensor.elementwise(.divide, .tensor(total), .scalar(.float(divisor)))
  }

  /// The square root of the variance.
  ///
  /// - Throws: as `reduced`.
  package func standardDeviation(
    axes: [Int]? = nil, correction: Double = 0, keepingAxes: Bool = false
  ) throws(TensorError) -> Tensor {
    try Tensor.elementwise(
      .sqrt, try variance(axes: axes, correction: correction, keepingAxes: keepingAxes))
  }

  /// Where the first largest (or smallest) element is along the axis, or in row-major order of all;
  /// i64. A NaN counts as the extreme.
  ///
  /// - Throws: `axisOutOfRange`, `emptyReduction`, `unsupportedDType` for complex numbers,
  ///   `outOfMemory`, `interrupted`.
  package func extremePosition(largest: Bool, axis: Int? = nil, keepingAxes: Bool = false)
    throws(TensorError) -> Tensor
  {
    let name = largest ? "argmax" : "argmin"
    if dtype.kind == .complex { throw .unsupportedDType(operation: name, dtype: dtype) }
    let along = try axis.map { axis throws(TensorError) in try shape.resolve(axis: axis) }
    let gone = along.map { [$0] } ?? Array(0..<rank)
    let kept = shape.reducing(gone, keepingAxes: keepingAxes)
    let length = gone.reduce(1) { $0 * shape[$1] }
    if length == 0, kept.count > 0 { throw .emptyReduction(operation: name, shape: shape) }
    let result = try Tensor(uninitialized: .i64, kept)
    if kept.count == 0 { return result }
    let source = try cast(to: dtype.computed).contiguous()
    let inner = along.map { axis in ((axis + 1)..<rank).reduce(1) { $0 * shape[$1] } } ?? 1
    let status = ck_extreme_positions(
      largest, Int32(source.dtype.rawValue), source.pointer, count / (length * inner), length,
      inner,
      result.storage.bytes.assumingMemoryBound(to: Int64.self))
    withExtendedLifetime((source.storage, result.storage)) {}
    try check(status, name)
    return result
  }

  /// Running sums or products along the axis, or over all elements in row-major order (rank 1).
  /// Integers give i64.
  ///
  /// - Throws: `axisOutOfRange`, `integerOverflow`, `outOfMemory`, `interrupted`.
  package func accumulated(products: Bool, axis: Int? = nil) throws(TensorError) -> Tensor {
    if dtype == .bf16 {
      return try cast(to: .f32).accumulated(products: products, axis: axis).cast(to: .bf16)
    }
    let target: DType = dtype.kind <= .integer ? .i64 : dtype
    let flat = axis == nil ? try reshaped(to: Shape([count])) : self
    let along = try flat.shape.resolve(axis: axis ?? 0)
    var result = try flat.cast(to: target)
    if !result.isContiguous || result.storage === storage { result = try result.copy() }
    let inner = ((along + 1)..<flat.rank).reduce(1) { $0 * flat.shape[$1] }
    let length = flat.shape[along]
    let outer = (0..<along).reduce(1) { $0 * flat.shape[$1] }
    let status = ck_accumulate_along(
      products, Int32(target.rawValue), result.pointer, outer, length, inner)
    withExtendedLifetime(result.storage) {}
    try check(status, products ? "cumprod" : "cumsum")
    return result
  }

  /// The axes given, or all.
  private func resolvedAxes(_ axes: [Int]?) throws(TensorError) -> [Int] {
    if let axes { return try shape.resolve(axes: axes) }
    return Array(0..<rank)
  }

  private func check(_ status: ck_status, _ operation: String) throws(TensorError) {
    switch status {
    case CK_OK: return
    case CK_OVERFLOW: throw .integerOverflow(operation: operation)
    case CK_NO_MEMORY: throw .outOfMemory(bytes: count * dtype.size)
    default: throw .interrupted
    }
  }
}

extension Shape {
  /// The shape without the axes, or with them of size 1.
  ///
  /// - Precondition: the axes are the shape's, in ascending order.
  package func reducing(_ axes: [Int], keepingAxes: Bool) -> Shape {
    var result = self
    for axis in axes.reversed() {
      if keepingAxes { result[axis] = 1 } else { result.remove(at: axis) }
    }
    return result
  }
}

extension FusedExpression {
  /// (x - m)²
  static let squaredDistance = FusedExpression(
    leafCount: 2, steps: [Step(.subtract, 0, 1), Step(.square, 2)])

  /// |x - m|²
  static let squaredComplexDistance = FusedExpression(
    leafCount: 2, steps: [Step(.subtract, 0, 1), Step(.abs, 2), Step(.square, 3)])
}
