internal import Glibc

// Systems and decompositions, by LAPACK (`Backend/LAPACK.swift`), batched over leading axes.
// Integers and booleans are converted to f64, floats and complex numbers keep their dtype. LAPACK
// takes columns, so every operand is copied with its last two axes exchanged, and results are views
// exchanged back.
//
// Here: solve, inverse, determinants, Cholesky. Orthogonal decompositions are in
// `LinearAlgebra+Orthogonal.swift`, norms and ranks in `LinearAlgebra+Measures.swift`.

extension Tensor {
  /// The x with a x = b for this matrix a.
  ///
  /// - Shapes: `[..., n, n]`, b `[n]` or `[..., n, k]` → as b; leading axes broadcast.
  /// - Throws: `notSquare`, `singularMatrix`, `shapeMismatch` when the n differ, `broadcast`,
  ///   `outOfMemory`, `interrupted`.
  package func solve(_ b: Tensor) throws(TensorError) -> Tensor {
    let n = try squareSize("solve")
    let isVector = b.rank == 1
    let right = isVector ? try b.expanded(at: 1) : b
    guard right.rank >= 2, right.shape[right.rank - 2] == n else {
      throw .shapeMismatch(
        operation: "solve", what: "as many rows in b as in a", lhs: shape, rhs: b.shape)
    }
    let dtype = dtype.promoted(with: b.dtype).factored
    let leading = Shape(shape.array.dropLast(2))
    let rightLeading = Shape(right.shape.array.dropLast(2))
    guard let batch = leading.broadcast(with: rightLeading) else {
      throw .broadcast(
        lhs: summary, rhs: b.summary, axisFromEnd: leading.mismatchFromEnd(with: rightLeading) + 2)
    }
    let columns = right.shape[right.rank - 1]
    let factors = try cast(to: dtype).broadcast(to: Shape(batch.array + [n, n])).columnOrder()
    let solution = try right.cast(to: dtype)
      .broadcast(to: Shape(batch.array + [n, columns])).columnOrder()
    if n > 0, columns > 0 {
      for index in 0..<batch.count {
        let info = try LAPACK.solve(
          dtype, LAPACK.Block(factors, index * n * n), LAPACK.Block(solution, index * n * columns),
          n: n, columns: columns)
        if info > 0 { throw .singularMatrix(operation: "solve") }
      }
    }
    let result = try solution.swappingAxes(-2, -1)
    return isVector ? result.selecting(0, axis: result.rank - 1) : result
  }

  /// The inverse of a square matrix.
  ///
  /// - Shapes: `[..., n, n]` → `[..., n, n]`.
  /// - Throws: `notSquare`, `singularMatrix`, `outOfMemory`, `interrupted`.
  package func inverse() throws(TensorError) -> Tensor {
    let n = try squareSize("inv")
    do {
      return try solve(try Tensor.ones(Shape([n]), dtype.factored).diagonalMatrix())
    } catch {
      if case .singularMatrix = error { throw .singularMatrix(operation: "inv") }
      throw error
    }
  }

  /// The determinant.
  ///
  /// - Shapes: `[..., n, n]` → `[...]`; 1 for n = 0.
  /// - Throws: `notSquare`, `outOfMemory`, `interrupted`.
  package func determinant() throws(TensorError) -> Tensor {
    let n = try squareSize("det")
    let dtype = dtype.factored
    let values = try pivots(n) { diagonal, isOdd in
      diagonal.reduce(Complex(isOdd ? -1 : 1, 0)) { $0 * $1 }
    }
    return try LinearAlgebra.tensor(values, Shape(shape.array.dropLast(2)), dtype)
  }

  /// The determinant as sign · exp(logarithm), for determinants beyond the range of floats; sign 0
  /// and logarithm -inf when it is 0. The sign of a complex matrix is a number of absolute value 1.
  ///
  /// - Shapes: `[..., n, n]` → twice `[...]`.
  /// - Throws: `notSquare`, `outOfMemory`, `interrupted`.
  package func signLogDeterminant() throws(TensorError) -> (sign: Tensor, logarithm: Tensor) {
    let n = try squareSize("slogdet")
    let dtype = dtype.factored
    let leading = Shape(shape.array.dropLast(2))
    let signs = try pivots(n) { diagonal, isOdd in
      diagonal.reduce(Complex(isOdd ? -1 : 1, 0)) { sign, pivot in
        let size = pivot.magnitude
        return size == 0 ? Complex(0, 0) : sign * Complex(pivot.real / size, pivot.imaginary / size)
      }
    }
    let logarithms = try pivots(n) { diagonal, _ in
      Complex(diagonal.reduce(0) { $0 + log($1.magnitude) }, 0)
    }
    return (
      try LinearAlgebra.tensor(signs, leading, dtype),
      try LinearAlgebra.tensor(logarithms, leading, dtype.realPart)
    )
  }

  /// For each matrix, what `combine` makes of the diagonal of U in its LU factors, and of whether
  /// rows were exchanged an odd number of times.
  private func pivots(_ n: Int, _ combine: ([Complex], Bool) -> Complex) throws(TensorError)
    -> [Complex]
  {
    let factors = try cast(to: dtype.factored).columnOrder()
    let exchanges = try Tensor.zeros(Shape([max(n, 1)]), .i32)
    var result: [Complex] = []
    let batch = Shape(shape.array.dropLast(2)).count
    for index in 0..<batch {
      if n > 0 {
        _ = try LAPACK.factorise(
          factors.dtype, LAPACK.Block(factors, index * n * n), n: n, pivots: LAPACK.Block(exchanges)
        )
      }
      var diagonal: [Complex] = []
      var isOdd = false
      for row in 0..<n {
        diagonal.append(factors.complex(at: index * n * n + row * (n + 1)))
        let other = (exchanges.pointer + 4 * row).load(as: Int32.self)
        if Int(other) != row + 1 { isOdd.toggle() }
      }
      result.append(combine(diagonal, isOdd))
    }
    return result
  }

  /// The lower triangular l with l lᴴ equal to this Hermitian positive definite matrix, of which
  /// the lower triangle is read.
  ///
  /// - Shapes: `[..., n, n]` → `[..., n, n]`.
  /// - Throws: `notSquare`, `notPositiveDefinite` with the first leading minor that is not
  ///   positive, `outOfMemory`, `interrupted`.
  package func cholesky() throws(TensorError) -> Tensor {
    let n = try squareSize("cholesky")
    let factors = try cast(to: dtype.factored).columnOrder()
    for index in 0..<Shape(shape.array.dropLast(2)).count where n > 0 {
      let info = try LAPACK.cholesky(factors.dtype, LAPACK.Block(factors, index * n * n), n: n)
      if info > 0 { throw .notPositiveDefinite(minor: info) }
    }
    return try factors.swappingAxes(-2, -1).lowerTriangle()
  }
}

/// What the operations on matrices share.
enum LinearAlgebra {
  /// Numbers as a tensor of a float or complex dtype.
  static func tensor(_ values: [Complex], _ shape: Shape, _ dtype: DType) throws(TensorError)
    -> Tensor
  {
    if dtype.kind == .complex { return try Tensor(values, shape: shape).cast(to: dtype) }
    return try Tensor(values.map(\.real), shape: shape).cast(to: dtype)
  }
}

extension Tensor {
  /// A new tensor whose memory holds each matrix column by column: the transpose, contiguous.
  func columnOrder() throws(TensorError) -> Tensor { try swappingAxes(-2, -1).copy() }

  /// n of `[..., n, n]`.
  ///
  /// - Throws: `notSquare`, also below rank 2.
  func squareSize(_ operation: String) throws(TensorError) -> Int {
    guard rank >= 2, shape[rank - 1] == shape[rank - 2] else {
      throw .notSquare(operation: operation, shape: shape)
    }
    return shape[rank - 1]
  }

  /// An element by its place in memory, of a float or complex tensor.
  fileprivate func complex(at index: Int) -> Complex {
    switch Tensor.scalar(at: pointer + index * dtype.size, dtype) {
    case .bool(let value): Complex(value ? 1 : 0, 0)
    case .int(let value): Complex(Double(value), 0)
    case .float(let value): Complex(value, 0)
    case .complex(let value): value
    }
  }
}

extension Complex {
  fileprivate var magnitude: Double { hypot(real, imaginary) }

  fileprivate static func * (a: Complex, b: Complex) -> Complex {
    // Real factors keep infinities clean: inf · 0 in the imaginary part would be NaN.
    if a.imaginary == 0, b.imaginary == 0 { return Complex(a.real * b.real, 0) }
    return Complex(
      a.real * b.real - a.imaginary * b.imaginary, a.real * b.imaginary + a.imaginary * b.real)
  }
}
