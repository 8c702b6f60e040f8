internal import CKernels

// Products of matrices and vectors. Floats go to oneDNN or OpenBLAS (`Backend/BLAS.swift`) without copies
// where strides allow; integers are exact: through floats while those hold every partial sum,
// otherwise by a checked loop. bf16 is multiplied and summed in f32 and rounded once; large products
// of bf16 go to oneDNN.

extension Tensor {
  /// The matrix product over the last two axes, batched over the others: `a @ b`.
  ///
  /// - Shapes: `[..., m, k]`, `[..., k, n]` → `[..., m, n]`; leading axes broadcast. A vector on
  ///   the left is a row, on the right a column, and its axis is not in the result.
  /// - Throws: `contraction` when the two `k` differ or a rank is 0, `broadcast` for the leading
  ///   axes, `integerOverflow` when an integer result does not fit its dtype; `outOfMemory`,
  ///   `interrupted`.
  /// - Complexity: O(batch · m · n · k); allocates the result, and copies of operands whose strides
  ///   BLAS cannot take.
  package func matmul(_ other: Tensor) throws(TensorError) -> Tensor {
    try product(with: other)
  }

  /// The matrix product computed in a dtype and given as it: of i8 operands in i32, where sums fit.
  ///
  /// - Throws: as `matmul` and `cast(to:)`.
  package func matmul(_ other: Tensor, as dtype: DType) throws(TensorError) -> Tensor {
    if let product = try narrowProduct(other, as: dtype) { return product }
    return try cast(to: dtype).matmul(try other.cast(to: dtype))
  }

  private func product(with other: Tensor) throws(TensorError) -> Tensor {
    guard rank >= 1, other.rank >= 1 else { throw .contraction(lhs: summary, rhs: other.summary) }
    guard shape[rank - 1] == other.shape[max(other.rank - 2, 0)] else {
      throw .contraction(lhs: summary, rhs: other.summary)
    }
    if rank == 2, other.rank == 2, dtype == other.dtype, dtype.kind >= .float, dtype != .bf16,
      let product = try plainProduct(other)
    {
      return product
    }
    if let product = try narrowProduct(other, as: dtype) { return product }
    let common = dtype.promoted(with: other.dtype)
    let lhs = try (rank == 1 ? expanded(at: 0) : self).cast(to: common)
    let rhs = try (other.rank == 1 ? other.expanded(at: 1) : other).cast(to: common)
    let leading = Shape(lhs.shape.array.dropLast(2))
    guard let batch = leading.broadcast(with: Shape(rhs.shape.array.dropLast(2))) else {
      let step = leading.mismatchFromEnd(with: Shape(rhs.shape.array.dropLast(2)))
      throw .broadcast(lhs: summary, rhs: other.summary, axisFromEnd: step + 2)
    }
    let product = try MatrixProduct(lhs, rhs, batch: batch).result()
    var sizes = product.shape.array
    if other.rank == 1 { sizes.removeLast() }
    if rank == 1 { sizes.remove(at: sizes.count - (other.rank == 1 ? 1 : 2)) }
    return try product.reshaped(to: Shape(sizes))
  }

  /// Two matrices of one float dtype whose strides BLAS takes: the common case, without any
  /// bookkeeping. Nil for others.
  private func plainProduct(_ other: Tensor) throws(TensorError) -> Tensor? {
    let (m, k, n) = (shape[0], shape[1], other.shape[1])
    guard m > 1, n > 1, k > 0, max(m, n, k) < 1 << 30,
      let a = BLAS.layout(rows: m, columns: k, rowStride: strides[0], columnStride: strides[1]),
      let b = BLAS.layout(
        rows: k, columns: n, rowStride: other.strides[0], columnStride: other.strides[1]),
      max(a.leading, b.leading) < 1 << 30
    else { return nil }
    var target = Shape(repeating: m, count: 2)
    target[1] = n
    let result = try Tensor(uninitialized: dtype, target)
    try BLAS.prepare(dtype, m, n, k)
    let isComplete = BLAS.multiply(
      dtype, m, n, k,
      BLAS.Matrix(base: pointer, leading: a.leading, isTransposed: a.isTransposed),
      BLAS.Matrix(base: other.pointer, leading: b.leading, isTransposed: b.isTransposed),
      result.pointer)
    withExtendedLifetime((storage, other.storage, result.storage)) {}
    if !isComplete { throw .interrupted }
    return result
  }

  /// Two matrices of bf16 to bf16 or f32, or of i8 to i32, by oneDNN. Nil for others, and without
  /// the library.
  private func narrowProduct(_ other: Tensor, as target: DType) throws(TensorError) -> Tensor? {
    guard rank == 2, other.rank == 2, dtype == other.dtype, shape[1] == other.shape[0] else {
      return nil
    }
    let kind: OneDNN.Product
    switch (dtype, target) {
    case (.bf16, .bf16): kind = .bf16ToBF16
    case (.bf16, .f32): kind = .bf16ToF32
    case (.i8, .i32): kind = .i8ToI32
    default: return nil
    }
    let (m, k, n) = (shape[0], shape[1], other.shape[1])
    // Below a million the library's preparations cost more; i32 holds the sums of 2¹⁷ products.
    guard min(m, n, k) > 1, max(m, n, k) < 1 << 17, m * n * k >= 1 << 20, OneDNN.isAvailable,
      let a = BLAS.layout(rows: m, columns: k, rowStride: strides[0], columnStride: strides[1]),
      let b = BLAS.layout(
        rows: k, columns: n, rowStride: other.strides[0], columnStride: other.strides[1])
    else { return nil }
    var sizes = Shape(repeating: m, count: 2)
    sizes[1] = n
    let result = try Tensor(uninitialized: target, sizes)
    let isDone = try OneDNN.multiply(
      kind, m, n, k,
      OneDNN.Matrix(base: pointer, leading: a.leading, isTransposed: a.isTransposed),
      OneDNN.Matrix(base: other.pointer, leading: b.leading, isTransposed: b.isTransposed),
      result.pointer)
    withExtendedLifetime((storage, other.storage, result.storage)) {}
    return isDone ? result : nil
  }

  /// The inner product of two vectors, rank 0; for other ranks the matrix product (`dot(a, b)` of
  /// matrices is `a @ b`).
  ///
  /// - Throws: as `matmul`.
  package func dot(_ other: Tensor) throws(TensorError) -> Tensor { try matmul(other) }

  /// The products of every element of one vector with every element of the other.
  ///
  /// - Shapes: `[m]`, `[n]` → `[m, n]`; other ranks are flattened first.
  /// - Throws: `integerOverflow`, `outOfMemory`, `interrupted`.
  package func outer(_ other: Tensor) throws(TensorError) -> Tensor {
    let column = try reshaped(to: [count, 1])
    return try column.matmul(try other.reshaped(to: [1, other.count]))
  }

  /// The Kronecker product: each element of the first times the whole second, in blocks.
  ///
  /// - Shapes: `[a, b]`, `[c, d]` → `[a·c, b·d]`; of unequal rank, the lower gets leading axes.
  /// - Throws: `rankTooHigh` above 4 axes; `integerOverflow`, `outOfMemory`, `interrupted`.
  package func kron(_ other: Tensor) throws(TensorError) -> Tensor {
    let axes = max(rank, other.rank)
    guard axes <= Shape.maxRank / 2 else { throw .rankTooHigh(rank: 2 * axes) }
    let a = Array(repeating: 1, count: axes - rank) + shape.array
    let b = Array(repeating: 1, count: axes - other.rank) + other.shape.array
    let products = try outer(other).reshaped(to: Shape(a + b))
    let interleaved = try products.transposed((0..<axes).flatMap { [$0, axes + $0] })
    return try interleaved.reshaped(to: Shape(zip(a, b).map { $0 * $1 }))
  }
}

/// One batched product of operands of one dtype and rank at least 2.
private struct MatrixProduct {
  let lhs: Tensor
  let rhs: Tensor
  let batch: Shape
  let m: Int
  let n: Int
  let k: Int

  init(_ lhs: Tensor, _ rhs: Tensor, batch: Shape) {
    self.lhs = lhs
    self.rhs = rhs
    self.batch = batch
    m = lhs.shape[lhs.rank - 2]
    k = lhs.shape[lhs.rank - 1]
    n = rhs.shape[rhs.rank - 1]
  }

  private var shape: Shape { Shape(batch.array + [m, n]) }

  func result() throws(TensorError) -> Tensor {
    if shape.checkedCount == nil { throw .outOfMemory(bytes: Int.max) }
    if k == 0 || shape.count == 0 { return try Tensor.zeros(shape, lhs.dtype) }
    if lhs.dtype.kind <= .integer { return try integers() }
    if lhs.dtype == .bf16 {
      return try MatrixProduct(try lhs.cast(to: .f32), try rhs.cast(to: .f32), batch: batch)
        .result().cast(to: .bf16)
    }
    // Matrices of one stack times one matrix are one taller matrix.
    if rhs.rank == 2, lhs.rank > 2, lhs.isContiguous, batch == Shape(lhs.shape.array.dropLast(2)) {
      let tall = try lhs.reshaped(to: Shape([batch.count * m, k]))
      let product = try MatrixProduct(tall, rhs, batch: .scalar).floats()
      return try product.reshaped(to: shape)
    }
    return try floats()
  }

  // MARK: Floats

  private func floats() throws(TensorError) -> Tensor {
    let result = try Tensor(uninitialized: lhs.dtype, shape)
    if n == 1 || m == 1 { try result.clear() }
    let left = try Side(lhs, batch)
    let right = try Side(rhs, batch)
    guard n <= Int(Int32.max) || m == 1 else { throw .outOfMemory(bytes: Int.max) }
    let products = Products(left: left, right: right, target: result, m: m, n: n, k: k)
    let work = Double(m) * Double(n) * Double(k)
    var isComplete = true
    if batch.count > 1, work < 4e6 {
      try BLAS.useOneThread()
      let grain = max(1, Int(2e5 / work))
      Parallel.forEach(batch.count, grain: grain) { low, high in
        if ck_interrupted() { return }
        for index in low..<high { _ = products.compute(index) }
      }
      isComplete = !ck_interrupted()
    } else {
      // A vector times a matrix that fits a core's own cache is done before another core wakes.
      let isSmallVector = (m == 1 || n == 1) && work < 131_072
      try isSmallVector ? BLAS.useOneThread() : BLAS.useAllThreads()
      for index in 0..<batch.count where isComplete { isComplete = products.compute(index) }
    }
    withExtendedLifetime((left, right, result.storage)) {}
    if !isComplete { throw .interrupted }
    return result
  }

  /// An operand whose matrices BLAS can take, and where each matrix of the batch begins.
  private struct Side {
    let tensor: Tensor
    let leading: Int
    let isTransposed: Bool
    let offsets: [Int]

    init(_ operand: Tensor, _ batch: Shape) throws(TensorError) {
      var usable = operand
      var found = Side.layout(operand)
      if found == nil {
        usable = try operand.copy()
        found = Side.layout(usable)
      }
      guard let found else { throw .outOfMemory(bytes: Int.max) }
      tensor = usable
      (leading, isTransposed) = found
      let matrix = Shape([usable.shape[usable.rank - 2], usable.shape[usable.rank - 1]])
      let spread = try usable.broadcast(to: Shape(batch.array + matrix.array))
      var offsets = [0]
      for axis in 0..<batch.rank {
        let step = spread.strides[axis]
        offsets = offsets.flatMap { base in (0..<batch[axis]).map { base + $0 * step } }
      }
      self.offsets = offsets
    }

    private static func layout(_ operand: Tensor) -> (leading: Int, isTransposed: Bool)? {
      let (rows, columns) = (operand.rank - 2, operand.rank - 1)
      let found = BLAS.layout(
        rows: operand.shape[rows], columns: operand.shape[columns],
        rowStride: operand.strides[rows], columnStride: operand.strides[columns])
      guard let found else { return nil }
      // With one row, the distance between rows is never used.
      let single = operand.shape[found.isTransposed ? columns : rows] <= 1
      if found.leading > Int(Int32.max), !single { return nil }
      return (min(found.leading, Int(Int32.max)), found.isTransposed)
    }

    func matrix(_ index: Int) -> BLAS.Matrix {
      BLAS.Matrix(
        base: tensor.pointer + offsets[index] * tensor.dtype.size, leading: leading,
        isTransposed: isTransposed)
    }
  }

  /// The products of a batch, each computed on its own.
  private struct Products {
    let left: Side
    let right: Side
    let target: Tensor
    let m: Int
    let n: Int
    let k: Int

    /// - Returns: false when the user asked to stop.
    func compute(_ index: Int) -> Bool {
      let dtype = target.dtype
      let (a, b) = (left.matrix(index), right.matrix(index))
      let c = target.pointer + index * m * n * dtype.size
      if n == 1, k <= Int(Int32.max), m <= Int(Int32.max) {
        return vector(m, a, b.base, step: b.isTransposed ? 1 : b.leading, c)
      }
      if m == 1, k <= Int(Int32.max), n <= Int(Int32.max) {
        // cᵀ = bᵀ aᵀ
        let flipped = BLAS.Matrix(base: b.base, leading: b.leading, isTransposed: !b.isTransposed)
        return vector(n, flipped, a.base, step: a.isTransposed ? a.leading : 1, c)
      }
      return BLAS.multiply(dtype, m, n, k, a, b, c)
    }

    /// Matrix times vector, some rows at a time.
    private func vector(
      _ rows: Int, _ a: BLAS.Matrix, _ x: UnsafeMutableRawPointer, step: Int,
      _ y: UnsafeMutableRawPointer
    ) -> Bool {
      let size = target.dtype.size
      let block = max(1, 50_000_000 / k)
      for top in stride(from: 0, to: rows, by: block) {
        if ck_interrupted() { return false }
        let part = BLAS.Matrix(
          base: a.at(top, 0, size), leading: a.leading, isTransposed: a.isTransposed)
        BLAS.multiply(
          target.dtype, min(block, rows - top), k, part, x, step: step, y + top * size)
      }
      return true
    }
  }

  // MARK: Integers

  private func integers() throws(TensorError) -> Tensor {
    let dtype = lhs.dtype
    let bound = try largestSum()
    if dtype == .bool || bound < 0x1p53 {
      // Every partial sum is an integer that the float dtype holds exactly.
      let exact: DType = bound < 0x1p24 ? .f32 : .f64
      let product = try MatrixProduct(
        try lhs.cast(to: exact), try rhs.cast(to: exact), batch: batch
      ).result()
      do {
        return try product.cast(to: dtype)
      } catch {
        if case .valueOutOfRange = error { throw .integerOverflow(operation: "@") }
        throw error
      }
    }
    return try checkedIntegers()
  }

  /// What no sum of products exceeds.
  private func largestSum() throws(TensorError) -> Double {
    let largest = (try lhs.largestMagnitude(), try rhs.largestMagnitude())
    return largest.0 * largest.1 * Double(k)
  }

  private func checkedIntegers() throws(TensorError) -> Tensor {
    let a = try lhs.cast(to: .i64).broadcast(to: Shape(batch.array + [m, k])).contiguous()
    let b = try rhs.cast(to: .i64).broadcast(to: Shape(batch.array + [k, n])).contiguous()
    let result = try Tensor(uninitialized: .i64, shape)
    let target = result.pointer.assumingMemoryBound(to: Int.self)
    try a.withElements(of: Int.self) { a throws(TensorError) in
      try b.withElements(of: Int.self) { b throws(TensorError) in
        var sums = [Int128](repeating: 0, count: n)
        for row in 0..<batch.count * m {
          if ck_interrupted() { throw .interrupted }
          for column in 0..<n { sums[column] = 0 }
          let matrix = row / m * k * n
          for depth in 0..<k {
            let factor = Int128(a[row * k + depth])
            for column in 0..<n {
              // |product| ≤ 2¹²⁶, so a sum can only overflow by steps that are seen.
              let (sum, isOver) = sums[column].addingReportingOverflow(
                factor * Int128(b[matrix + depth * n + column]))
              if isOver { throw .integerOverflow(operation: "@") }
              sums[column] = sum
            }
          }
          for column in 0..<n {
            guard let fitting = Int(exactly: sums[column]) else {
              throw .integerOverflow(operation: "@")
            }
            target[row * n + column] = fitting
          }
        }
      }
    }
    do {
      return try result.cast(to: lhs.dtype)
    } catch {
      if case .valueOutOfRange = error { throw .integerOverflow(operation: "@") }
      throw error
    }
  }
}

extension Tensor {
  /// Sets the elements of a tensor just made to 0.
  func clear() throws(TensorError) {
    precondition(isContiguous, "a tensor just made")
    var zero: (UInt64, UInt64) = (0, 0)
    ck_fill(pointer, &zero, dtype.size, count)
  }

  /// The largest |element| of an integer tensor; 0 when there are none.
  fileprivate func largestMagnitude() throws(TensorError) -> Double {
    guard count > 0 else { return 0 }
    let (high, low) = (try reduced(.max).toDoubles()[0], try reduced(.min).toDoubles()[0])
    return max(high, -low)
  }
}
