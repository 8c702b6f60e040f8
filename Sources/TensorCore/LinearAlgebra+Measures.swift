extension Tensor {
  /// Which length of a vector or matrix.
  package enum NormOrder: Sendable, Equatable {
    /// The square root of the sum of all |x|²: of vectors the Euclidean length, of matrices the
    /// Frobenius norm.
    case euclidean
    /// Of matrices: the sum of singular values.
    case nuclear
    /// Of vectors: (Σ|x|ᵖ)^(1/p), with the largest or smallest |x| for ±∞ and the number of
    /// nonzeros for 0. Of matrices: for ±1 the largest or smallest sum |x| of a column, for ±∞ of a
    /// row, for ±2 the largest or smallest singular value.
    case power(Double)
  }

  /// The norm over one axis (vectors), two axes (matrices), or of the whole tensor.
  ///
  /// Without axes, the Euclidean norm takes all elements; other orders want rank 1 or 2.
  ///
  /// - Shapes: the axes go, or have size 1 with `keepingAxes`.
  /// - Throws: `wrongRank`, `axisOutOfRange`, `duplicateAxis`, `argument` for an order that
  ///   matrices lack, `emptyReduction`, `notConverged`, `outOfMemory`, `interrupted`.
  package func norm(
    _ order: NormOrder = .euclidean, axes: [Int]? = nil, keepingAxes: Bool = false
  ) throws(TensorError) -> Tensor {
    let chosen = axes ?? Array(0..<rank)
    _ = try shape.resolve(axes: chosen)
    let size = try Tensor.elementwise(.abs, .tensor(try cast(to: dtype.factored)))
    if order == .euclidean {
      let squares = try Tensor.elementwise(.square, .tensor(size))
      let sum = try squares.reduced(.sum, axes: chosen, keepingAxes: keepingAxes)
      return try Tensor.elementwise(.sqrt, .tensor(sum))
    }
    switch chosen.count {
    case 1: return try size.vectorNorm(order, axis: chosen[0], keepingAxes)
    case 2: return try matrixNorm(order, size, chosen, keepingAxes)
    default:
      throw .wrongRank(operation: "norm", expected: "1 or 2 without an axis", shape: shape)
    }
  }

  /// Of absolute values.
  private func vectorNorm(_ order: NormOrder, axis: Int, _ keepingAxes: Bool) throws(TensorError)
    -> Tensor
  {
    guard case .power(let p) = order else {
      throw .wrongRank(operation: "norm", expected: "at least 2", shape: shape)
    }
    if p == .infinity { return try reduced(.max, axes: [axis], keepingAxes: keepingAxes) }
    if p == -.infinity { return try reduced(.min, axes: [axis], keepingAxes: keepingAxes) }
    if p == 0 {
      return try reduced(.countNonzero, axes: [axis], keepingAxes: keepingAxes).cast(to: dtype)
    }
    if p == 1 { return try reduced(.sum, axes: [axis], keepingAxes: keepingAxes) }
    if p == 2 { return try norm(.euclidean, axes: [axis], keepingAxes: keepingAxes) }
    let powers = try Tensor.elementwise(.power, .tensor(self), .scalar(.float(p)))
    let sum = try powers.reduced(.sum, axes: [axis], keepingAxes: keepingAxes)
    return try Tensor.elementwise(.power, .tensor(sum), .scalar(.float(1 / p)))
  }

  private func matrixNorm(
    _ order: NormOrder, _ size: Tensor, _ axes: [Int], _ keepingAxes: Bool
  ) throws(TensorError) -> Tensor {
    let (row, column) = (try shape.resolve(axis: axes[0]), try shape.resolve(axis: axes[1]))
    let result: Tensor
    switch order {
    case .power(1), .power(-1), .power(.infinity), .power(-.infinity):
      guard case .power(let p) = order else { preconditionFailure("an order just matched") }
      let (summed, compared) = p.magnitude == 1 ? (row, column) : (column, row)
      let sums = try size.reduced(.sum, axes: [summed], keepingAxes: true)
      result = try sums.reduced(p > 0 ? .max : .min, axes: [compared], keepingAxes: true)
        .squeezed([row, column])
    case .power(2), .power(-2), .nuclear:
      let others = (0..<rank).filter { $0 != row && $0 != column }
      let values = try transposed(others + [row, column]).singularValues("norm")
      let reduction: Reduction =
        order == .power(2) ? .max : order == .nuclear ? .sum : .min
      result = try values.reduced(reduction, axes: [-1], keepingAxes: false)
    case .power(let p):
      throw .argument(
        operation: "norm", name: "ord", value: formatFloat(p),
        requirement: "1, -1, 2, -2, inf or -inf for matrices")
    case .euclidean: preconditionFailure("the Euclidean norm is taken of all elements")
    }
    guard keepingAxes else { return result }
    return try result.expanded(at: min(row, column)).expanded(at: max(row, column))
  }

  /// How many singular values are above a tolerance; by default the largest times max(m, n) times
  /// the spacing of numbers at 1.
  ///
  /// - Shapes: `[..., m, n]` → i64 `[...]`.
  /// - Throws: as `svd`.
  package func matrixRank(tolerance: Double? = nil) throws(TensorError) -> Tensor {
    let (m, n) = try matrixSize("matrix_rank")
    let values = try singularValues("matrix_rank")
    if min(m, n) == 0 { return try Tensor.zeros(Shape(shape.array.dropLast(2)), .i64) }
    let limit: Operand
    if let tolerance {
      limit = .scalar(.float(tolerance))
    } else {
      let spacing = values.dtype == .f32 ? Double(Float.ulpOfOne) : Double.ulpOfOne
      let largest = try values.reduced(.max, axes: [-1], keepingAxes: true)
      limit = .tensor(
        try Tensor.elementwise(
          .multiply, .tensor(largest), .scalar(.float(spacing * Double(max(m, n))))))
    }
    let isAbove = try Tensor.elementwise(.greater, .tensor(values), limit)
    return try isAbove.reduced(.countNonzero, axes: [-1], keepingAxes: false)
  }

  /// The pseudo-inverse: times b it gives the shortest least-squares solution. Singular values at
  /// most `cutoff` times the largest count as 0; by default max(m, n) times the spacing of numbers
  /// at 1.
  ///
  /// - Shapes: `[..., m, n]` → `[..., n, m]`.
  /// - Throws: as `svd`.
  package func pseudoInverse(cutoff: Double? = nil) throws(TensorError) -> Tensor {
    let (m, n) = try matrixSize("pinv")
    let (u, s, vh) = try singularForInverse()
    if min(m, n) == 0 {
      return try Tensor.zeros(Shape(shape.array.dropLast(2) + [n, m]), u.dtype)
    }
    let spacing = s.dtype == .f32 ? Double(Float.ulpOfOne) : Double.ulpOfOne
    let largest = try s.reduced(.max, axes: [-1], keepingAxes: true)
    let limit = try Tensor.elementwise(
      .multiply, .tensor(largest), .scalar(.float(cutoff ?? spacing * Double(max(m, n)))))
    let isKept = try Tensor.elementwise(.greater, .tensor(s), .tensor(limit))
    let inverse = try Tensor.elementwise(
      .where, .tensor(isKept), .tensor(try Tensor.elementwise(.reciprocal, .tensor(s))),
      .scalar(.float(0)))
    let scaled = try Tensor.elementwise(
      .multiply, .tensor(try vh.adjoint()), .tensor(try inverse.expanded(at: -2)))
    return try scaled.matmul(try u.adjoint())
  }

  private func singularForInverse() throws(TensorError) -> (u: Tensor, s: Tensor, vh: Tensor) {
    do {
      return try svd()
    } catch {
      if case .notConverged = error { throw .notConverged(operation: "pinv") }
      throw error
    }
  }

  /// The last two axes exchanged, complex numbers conjugated.
  private func adjoint() throws(TensorError) -> Tensor {
    let flipped = try swappingAxes(-2, -1)
    return dtype.kind == .complex ? try Tensor.elementwise(.conj, .tensor(flipped)) : flipped
  }

  /// The sum of |x|² along the last axis.
  func squaredLengths() throws(TensorError) -> Tensor {
    let size = try Tensor.elementwise(.abs, .tensor(self))
    let squares = try Tensor.elementwise(.square, .tensor(size))
    return try squares.reduced(.sum, axes: [-1], keepingAxes: false)
  }

  /// The differences of neighbours along an axis, `order` times.
  ///
  /// - Shapes: the axis gets shorter by `order` (at least 0).
  /// - Throws: `argument` for a negative order, `wrongRank` for rank 0, `axisOutOfRange`,
  ///   `integerOverflow`, `unsupportedDType` for bool, `outOfMemory`, `interrupted`.
  package func differences(order: Int = 1, axis: Int = -1) throws(TensorError) -> Tensor {
    guard order >= 0 else {
      throw .argument(
        operation: "diff", name: "n", value: String(order), requirement: "at least 0")
    }
    guard rank > 0 else {
      throw .wrongRank(operation: "diff", expected: "at least 1", shape: shape)
    }
    let axis = try shape.resolve(axis: axis)
    var result = self
    for _ in 0..<min(order, shape[axis]) {
      let length = result.shape[axis] - 1
      result = try Tensor.elementwise(
        .subtract, .tensor(result.slice(axis: axis, start: 1, count: length)),
        .tensor(result.slice(axis: axis, start: 0, count: length)))
    }
    return result
  }
}
