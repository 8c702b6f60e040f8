extension Tensor {
  /// Orthonormal q and upper triangular r with q r equal to this matrix.
  ///
  /// - Shapes: `[..., m, n]` → q `[..., m, k]`, r `[..., k, n]` with k = min(m, n), or k = m when
  ///   `isComplete`.
  /// - Throws: `wrongRank` below rank 2, `outOfMemory`, `interrupted`.
  package func qr(isComplete: Bool = false) throws(TensorError) -> (q: Tensor, r: Tensor) {
    let (m, n) = try matrixSize("qr")
    let leading = shape.array.dropLast(2)
    let factors = try cast(to: dtype.factored).columnOrder()
    let reflectors = min(m, n)
    let k = isComplete ? m : reflectors
    let tau = try Tensor(uninitialized: factors.dtype, Shape([max(reflectors, 1)]))
    // Columns of q, each m long; those beyond the matrix's own are made by the last call alone.
    let columns = try Tensor.zeros(Shape(leading + [k, m]), factors.dtype)
    for index in 0..<Shape(leading).count where m > 0 {
      let own = LAPACK.Block(factors, index * m * n)
      let target = LAPACK.Block(columns, index * k * m)
      if reflectors > 0 {
        let info = try LAPACK.reflect(factors.dtype, own, m: m, n: n, tau: LAPACK.Block(tau))
        precondition(info == 0, "arguments that LAPACK takes")
      }
      let shared = min(n, k) * m * factors.dtype.size
      target.address.copyMemory(from: own.address, byteCount: shared)
      if k > 0 {
        let info = try LAPACK.orthogonal(
          factors.dtype, target, m: m, columns: k, k: reflectors, tau: LAPACK.Block(tau))
        precondition(info == 0, "arguments that LAPACK takes")
      }
    }
    let upper = try factors.swappingAxes(-2, -1)
    let r = try upper.slice(axis: upper.rank - 2, start: 0, count: k).upperTriangle()
    return (try columns.swappingAxes(-2, -1), r)
  }

  /// u, s and vᴴ with u · diag(s) · vᴴ equal to this matrix, s descending.
  ///
  /// - Shapes: `[..., m, n]` → u `[..., m, k]`, s `[..., k]`, vᴴ `[..., k, n]` with k = min(m, n);
  ///   with `isFull` u `[..., m, m]` and vᴴ `[..., n, n]`.
  /// - Throws: `wrongRank` below rank 2, `argument` for NaN or infinities, `notConverged`,
  ///   `outOfMemory`, `interrupted`.
  package func svd(isFull: Bool = false) throws(TensorError) -> (u: Tensor, s: Tensor, vh: Tensor) {
    try singular(isFull ? .all : .reduced, "svd")
  }

  /// The singular values alone, descending: `[..., m, n]` → `[..., min(m, n)]`.
  ///
  /// - Throws: as `svd`.
  package func singularValues(_ operation: String = "svd") throws(TensorError) -> Tensor {
    try singular(.none, operation).s
  }

  private func singular(_ vectors: LAPACK.Vectors, _ operation: String) throws(TensorError) -> (
    u: Tensor, s: Tensor, vh: Tensor
  ) {
    let (m, n) = try matrixSize(operation)
    try requireFinite(operation)
    let leading = shape.array.dropLast(2)
    let k = min(m, n)
    let (left, right) =
      switch vectors {
      case .none: (0, 0)
      case .reduced: (k, k)
      case .all: (m, n)
      }
    let work = try cast(to: dtype.factored).columnOrder()
    let u = try Tensor.zeros(Shape(leading + [left, m]), work.dtype)
    let vh = try Tensor.zeros(Shape(leading + [n, right]), work.dtype)
    let s = try Tensor(uninitialized: work.dtype.realPart, Shape(leading + [k]))
    for index in 0..<Shape(leading).count {
      if k == 0 {
        // No singular values; whole bases are any orthonormal ones.
        if left > 0 { try u.setIdentity(index, left) }
        if right > 0 { try vh.setIdentity(index, right) }
        continue
      }
      let info = try LAPACK.singular(
        work.dtype, vectors, LAPACK.Block(work, index * m * n), m: m, n: n,
        s: LAPACK.Block(s, index * k), u: LAPACK.Block(u, index * left * m),
        vt: LAPACK.Block(vh, index * n * right))
      if info != 0 { throw .notConverged(operation: operation) }
    }
    return (try u.swappingAxes(-2, -1), s, try vh.swappingAxes(-2, -1))
  }

  /// Ones on the diagonal of one of the square matrices of a zeroed batch.
  private func setIdentity(_ index: Int, _ size: Int) throws(TensorError) {
    var one = self
    one.offset += index * size * size
    one.shape = Shape([size, size])
    one.strides = one.shape.contiguousStrides
    try one.diagonal().overwrite(with: try Tensor.ones(Shape([size]), dtype))
  }

  /// Eigenvalues, ascending, and orthonormal eigenvectors, in the columns, of a Hermitian matrix,
  /// of which the lower triangle is read.
  ///
  /// - Shapes: `[..., n, n]` → `[..., n]`, `[..., n, n]`.
  /// - Throws: `notSquare`, `argument` for NaN or infinities, `notConverged`, `outOfMemory`,
  ///   `interrupted`.
  package func eigh() throws(TensorError) -> (values: Tensor, vectors: Tensor) {
    let (values, vectors) = try eigen(wantsVectors: true)
    return (values, try vectors.swappingAxes(-2, -1))
  }

  /// The eigenvalues alone, ascending: `[..., n, n]` → `[..., n]`.
  ///
  /// - Throws: as `eigh`.
  package func eigenvaluesHermitian() throws(TensorError) -> Tensor {
    try eigen(wantsVectors: false).values
  }

  private func eigen(wantsVectors: Bool) throws(TensorError) -> (values: Tensor, work: Tensor) {
    let n = try squareSize("eigh")
    try requireFinite("eigh")
    let leading = shape.array.dropLast(2)
    let work = try cast(to: dtype.factored).columnOrder()
    let values = try Tensor(uninitialized: work.dtype.realPart, Shape(leading + [n]))
    for index in 0..<Shape(leading).count where n > 0 {
      let info = try LAPACK.eigen(
        work.dtype, wantsVectors: wantsVectors, LAPACK.Block(work, index * n * n), n: n,
        w: LAPACK.Block(values, index * n))
      if info != 0 { throw .notConverged(operation: "eigh") }
    }
    return (values, work)
  }

  package struct LeastSquares: Sendable {
    package let solution: Tensor
    /// The squared length of b - a x for each column; empty unless the rank is full and m > n.
    package let residuals: Tensor
    package let rank: Int
    /// Of a, descending.
    package let singularValues: Tensor
  }

  /// The x that makes |a x - b| smallest for this matrix a; of several, the shortest.
  ///
  /// Singular values at most `cutoff` times the largest count as 0; by default the spacing of
  /// numbers at 1 times max(m, n).
  ///
  /// - Shapes: `[m, n]`, b `[m]` or `[m, k]` → `[n]` or `[n, k]`.
  /// - Throws: `wrongRank` unless ranks are 2 and 1 or 2, `shapeMismatch` when the m differ,
  ///   `argument` for NaN or infinities, `notConverged`, `outOfMemory`, `interrupted`.
  package func leastSquares(_ b: Tensor, cutoff: Double? = nil) throws(TensorError) -> LeastSquares
  {
    guard rank == 2 else { throw .wrongRank(operation: "lstsq", expected: "2", shape: shape) }
    guard b.rank == 1 || b.rank == 2 else {
      throw .wrongRank(operation: "lstsq", expected: "1 or 2", shape: b.shape)
    }
    let (m, n) = (shape[0], shape[1])
    guard b.shape[0] == m else {
      throw .shapeMismatch(
        operation: "lstsq", what: "as many rows in b as in a", lhs: shape, rhs: b.shape)
    }
    try requireFinite("lstsq")
    try b.requireFinite("lstsq")
    let dtype = dtype.promoted(with: b.dtype).factored
    let right = try (b.rank == 1 ? b.expanded(at: 1) : b).cast(to: dtype)
    let columns = right.shape[1]
    let tall = try right.padded([(0, max(0, n - m)), (0, 0)], .constant(.int(0))).columnOrder()
    let work = try cast(to: dtype).columnOrder()
    let s = try Tensor(uninitialized: dtype.realPart, Shape([min(m, n)]))
    var rank = 0
    if min(m, n) > 0, columns > 0 {
      let spacing = dtype.realPart == .f32 ? Double(Float.ulpOfOne) : Double.ulpOfOne
      let found = try LAPACK.leastSquares(
        dtype, LAPACK.Block(work), LAPACK.Block(tall), m: m, n: n, columns: columns,
        s: LAPACK.Block(s), cutoff: cutoff ?? spacing * Double(max(m, n)))
      if found.info != 0 { throw .notConverged(operation: "lstsq") }
      rank = found.rank
    } else {
      try tall.clear()
    }
    let solution = try tall.slice(axis: 1, start: 0, count: n).swappingAxes(0, 1)
    var residuals = try Tensor.zeros(Shape([0]), dtype.realPart)
    if rank == n, m > n {
      // The remaining rows hold the part of b that no x reaches.
      residuals = try tall.slice(axis: 1, start: n, count: m - n).squaredLengths()
    }
    return LeastSquares(
      solution: b.rank == 1 ? solution.selecting(0, axis: 1) : solution, residuals: residuals,
      rank: rank, singularValues: s)
  }

  /// m and n of `[..., m, n]`.
  ///
  /// - Throws: `wrongRank` below rank 2.
  func matrixSize(_ operation: String) throws(TensorError) -> (m: Int, n: Int) {
    guard rank >= 2 else {
      throw .wrongRank(operation: operation, expected: "at least 2", shape: shape)
    }
    return (shape[rank - 2], shape[rank - 1])
  }

  /// LAPACK's iterations do not end well on NaN or infinities.
  ///
  /// - Throws: `argument`.
  func requireFinite(_ operation: String) throws(TensorError) {
    guard dtype.kind >= .float else { return }
    func check<Part: BinaryFloatingPoint>(_: Part.Type, _ parts: Int) throws(TensorError) {
      let dense = try contiguous()
      let base = dense.pointer.assumingMemoryBound(to: Part.self)
      for index in 0..<count * parts where !base[index].isFinite {
        throw .argument(
          operation: operation, name: "a", value: formatFloat(Double(base[index])),
          requirement: "finite everywhere")
      }
      withExtendedLifetime(dense.storage) {}
    }
    switch dtype.realPart {
    case .bf16: try cast(to: .f32).requireFinite(operation)
    case .f32: try check(Float.self, dtype.kind == .complex ? 2 : 1)
    case .bool, .u8, .i8, .i32, .i64, .f64, .c64, .c128:
      try check(Double.self, dtype.kind == .complex ? 2 : 1)
    }
  }
}
