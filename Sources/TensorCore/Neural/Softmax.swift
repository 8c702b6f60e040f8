internal import CKernels

// Softmax and its relatives.

extension Tensor {
  /// `exp(x)` divided by its sum along the axis, or the logarithm of that; without overflow.
  ///
  /// - Throws: `axisOutOfRange`, `unsupportedDType` for complex numbers; `outOfMemory`,
  ///   `interrupted`.
  /// - Complexity: O(elements), on all threads; allocates the result.
  package func softmax(axis: Int, logarithm: Bool) throws(TensorError) -> Tensor {
    let along = try shape.resolve(axis: axis)
    guard let common = dtype.neural else {
      throw .unsupportedDType(operation: logarithm ? "log_softmax" : "softmax", dtype: dtype)
    }
    let x = try cast(to: common).contiguous()
    let result = try Tensor(uninitialized: x.dtype, shape)
    let (outer, length, inner) = shape.around(along)
    let status = ck_softmax(
      logarithm ? CK_LOG_SOFTMAX : CK_SOFTMAX, x.kernelType, x.pointer, outer, length, inner,
      result.pointer)
    withExtendedLifetime((x.storage, result.storage)) {}
    try checkKernel(status)
    return result
  }

  /// The cotangent of the operand of a softmax, given that of its result; both of one shape.
  ///
  /// - Throws: `outOfMemory`, `interrupted`.
  package static func softmaxBackward(_ y: Tensor, _ g: Tensor, axis: Int, logarithm: Bool)
    throws(TensorError) -> Tensor
  {
    let along = try y.shape.resolve(axis: axis)
    let operands = try neuralOperands("softmax", [y, try g.broadcast(to: y.shape)])
    let result = try Tensor(uninitialized: operands[0].dtype, y.shape)
    let (outer, length, inner) = y.shape.around(along)
    let status = ck_softmax_backward(
      logarithm ? CK_LOG_SOFTMAX : CK_SOFTMAX, operands[0].kernelType, operands[0].pointer,
      operands[1].pointer, outer, length, inner, result.pointer)
    withExtendedLifetime((operands, result.storage)) {}
    try checkKernel(status)
    return result
  }

  /// `log(sum(exp(x)))` over the axes (nil: all), without overflow; -inf of nothing.
  ///
  /// - Throws: `axisOutOfRange`, `duplicateAxis`, `unsupportedDType`; `outOfMemory`, `interrupted`.
  package func logSumExp(axes: [Int]?, keepingAxes: Bool) throws(TensorError) -> Tensor {
    let gone = try axes.map { (axes) throws(TensorError) in try shape.resolve(axes: axes) }
    let reduced = gone ?? Array(0..<rank)
    let kept = (0..<rank).filter { !reduced.contains($0) }
    let turned = try transposed(kept + reduced)
    let x = try Tensor.neuralOperands("logsumexp", [turned])[0]
    let rows = kept.reduce(1) { $0 * shape[$1] }
    let length = reduced.reduce(1) { $0 * shape[$1] }
    let result = try Tensor(
      uninitialized: x.dtype, shape.reducing(reduced, keepingAxes: keepingAxes))
    let status = ck_logsumexp(x.kernelType, x.pointer, rows, length, result.pointer)
    withExtendedLifetime((x.storage, result.storage)) {}
    try checkKernel(status)
    return result
  }
}

/// The cross-entropy of logits against labels, row by row.
package struct LabelledLoss: Sendable {
  /// How much of the loss is that of all classes alike, 0 to 1.
  package let smoothing: Double
  /// Rows with this label have no loss.
  package let ignored: Int

  package init(smoothing: Double, ignored: Int) {
    self.smoothing = smoothing
    self.ignored = ignored
  }

  /// The losses [rows] of logits [rows, classes], and each row's logsumexp.
  ///
  /// - Parameter labels: i64, [rows].
  /// - Throws: `indexOutOfRange` for a label that is no class; `outOfMemory`, `interrupted`.
  package func losses(_ logits: Tensor, _ labels: Tensor) throws(TensorError) -> (
    losses: Tensor, totals: Tensor
  ) {
    let x = try Tensor.neuralOperands("cross_entropy", [logits])[0]
    let labels = try labels.cast(to: .i64).contiguous()
    let rows = Shape([x.shape[0]])
    let losses = try Tensor(uninitialized: x.dtype, rows)
    let totals = try Tensor(uninitialized: x.dtype, rows)
    var bad = -1
    let pointer = labels.pointer.assumingMemoryBound(to: Int64.self)
    let status = ck_cross_entropy(
      x.kernelType, x.pointer, pointer, x.shape[0], x.shape[1], smoothing, Int64(ignored),
      losses.pointer, totals.pointer, &bad)
    let wrong = bad >= 0 ? Int(pointer[bad]) : 0
    withExtendedLifetime((x.storage, labels.storage, losses.storage, totals.storage)) {}
    if status == CK_OUT_OF_RANGE {
      throw .indexOutOfRange(index: wrong, axis: 1, size: x.shape[1], shape: x.shape)
    }
    try checkKernel(status)
    return (losses, totals)
  }

  /// The cotangent of the logits, given those of the losses.
  ///
  /// - Throws: `outOfMemory`, `interrupted`.
  package func backward(_ logits: Tensor, _ totals: Tensor, _ labels: Tensor, _ g: Tensor)
    throws(TensorError) -> Tensor
  {
    let operands = try Tensor.neuralOperands(
      "cross_entropy", [logits, totals, try g.broadcast(to: Shape([logits.shape[0]]))])
    let labels = try labels.cast(to: .i64).contiguous()
    let result = try Tensor(uninitialized: operands[0].dtype, logits.shape)
    let status = ck_cross_entropy_backward(
      result.kernelType, operands[0].pointer, operands[1].pointer,
      labels.pointer.assumingMemoryBound(to: Int64.self), operands[2].pointer, false,
      logits.shape[0], logits.shape[1], smoothing, Int64(ignored), result.pointer)
    withExtendedLifetime((operands, labels.storage, result.storage)) {}
    try checkKernel(status)
    return result
  }
}
