internal import TensorCore

/// Operands of a cache's operations, in the form that kernels take.
enum CacheOperand {
  /// [batch, heads, n, width], of any dtype. The axis of batches may be missing where there is one
  /// batch.
  ///
  /// - Throws: `wrongRank`, `shapeMismatch`.
  static func rows(
    _ operation: String, _ what: String, _ x: Tensor, _ batch: Int, _ heads: Int, _ width: Int
  ) throws(TensorError) -> Tensor {
    let x = try withBatches(operation, x, batch)
    let wanted = Shape([batch, heads, x.shape[2], width])
    guard x.shape == wanted else {
      throw .shapeMismatch(
        operation: operation, what: "\(what) have the cache's batches, heads and width",
        lhs: x.shape, rhs: wanted)
    }
    return x
  }

  /// The tensor with four axes.
  static func withBatches(_ operation: String, _ x: Tensor, _ batch: Int) throws(TensorError)
    -> Tensor
  {
    if x.rank == 4 { return x }
    guard x.rank == 3, batch == 1 else {
      throw .wrongRank(operation: operation, expected: batch == 1 ? "4 or 3" : "4", shape: x.shape)
    }
    return try x.reshaped(to: [1] + x.shape.array)
  }

  /// Contiguous, of f32.
  ///
  /// - Throws: `unsupportedDType` for complex numbers; `outOfMemory`.
  static func single(_ operation: String, _ x: Tensor) throws(TensorError) -> Tensor {
    guard x.dtype.kind != .complex else {
      throw .unsupportedDType(operation: operation, dtype: x.dtype)
    }
    return try x.cast(to: .f32).contiguous()
  }

  /// What products are multiplied by before the softmax.
  ///
  /// - Throws: `argument` unless the scale is finite.
  static func scale(_ operation: String, _ given: Double?, width: Int) throws(TensorError) -> Double
  {
    guard let given else { return 1 / Double(width).squareRoot() }
    guard given.isFinite else {
      throw .argument(
        operation: operation, name: "scale", value: "\(given)", requirement: "finite")
    }
    return given
  }
}

/// Queries of a decoder's step: [batch, query heads, n, width].
struct CacheQueries {
  /// With four axes, contiguous, of f32.
  let tensor: Tensor
  /// How many heads share each head of the cache.
  let group: Int
  /// Queries of each head.
  let count: Int
  /// Whether the axis of batches was missing.
  private let isSingle: Bool

  /// - Parameter count: how many there must be of each head; nil: any number.
  /// - Throws: `wrongRank`, `shapeMismatch`; `unsupportedDType` for complex numbers; `outOfMemory`.
  init(
    _ operation: String, _ q: Tensor, _ layout: CacheLayout, count: Int? = nil
  ) throws(TensorError) {
    let x = try CacheOperand.withBatches(operation, q, layout.batch)
    group = x.shape[1] / layout.heads
    self.count = x.shape[2]
    isSingle = q.rank == 3
    let wanted = Shape([
      layout.batch, max(group, 1) * layout.heads, count ?? x.shape[2], layout.width,
    ])
    guard x.shape == wanted else {
      let what =
        x.shape[1] == wanted[1]
        ? "queries have the cache's batches and width" + (count == 1 ? ", one for each head" : "")
        : "the heads of queries are a multiple of the cache's \(layout.heads)"
      throw .shapeMismatch(operation: operation, what: what, lhs: x.shape, rhs: wanted)
    }
    tensor = try CacheOperand.single(operation, x)
  }

  /// Heads of queries, of one batch.
  var heads: Int { tensor.shape[1] }

  /// The shape of a result with these last axes for each head: with an axis of batches as the
  /// queries have it.
  func shape(_ last: Int...) -> Shape {
    Shape((isSingle ? [] : [tensor.shape[0]]) + [heads] + last)
  }
}
