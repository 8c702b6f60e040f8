internal import CKernels
internal import COpenBLAS

/// Matrix products by OpenBLAS, those of f32 beyond the smallest by oneDNN. Everything is row-major;
/// strides are passed on as leading dimensions and transpose flags.
enum BLAS {
  /// A matrix as BLAS takes it: rows (or, transposed, columns) `leading` elements apart, the
  /// elements within them adjacent.
  struct Matrix {
    let base: UnsafeMutableRawPointer
    let leading: Int
    let isTransposed: Bool

    /// The address of an element, for blocks.
    func at(_ row: Int, _ column: Int, _ size: Int) -> UnsafeMutableRawPointer {
      base + (isTransposed ? column * leading + row : row * leading + column) * size
    }
  }

  /// How the last two axes can be passed without a copy: (leading dimension, transposed). Nil when
  /// a copy is needed.
  static func layout(rows: Int, columns: Int, rowStride: Int, columnStride: Int)
    -> (leading: Int, isTransposed: Bool)?
  {
    if columns <= 1 || columnStride == 1 {
      if rows <= 1 { return (max(columns, 1), false) }
      // A column vector with any distance between its elements, or rows that do not overlap.
      if rowStride >= max(columns, 1) { return (rowStride, false) }
    }
    if rows <= 1 || rowStride == 1 {
      if columns <= 1 { return (max(rows, 1), true) }
      if columnStride >= max(rows, 1) { return (columnStride, true) }
    }
    return nil
  }

  /// The work, in multiply-adds of real numbers, after which a wish to stop is looked for: at most
  /// some 50 ms.
  private static let slice = 1_500_000_000.0

  /// c = a b with a [m, k], b [k, n], c [m, n] dense. Large products go block by block.
  ///
  /// - Returns: false when the user asked to stop.
  static func multiply(
    _ dtype: DType, _ m: Int, _ n: Int, _ k: Int, _ a: Matrix, _ b: Matrix,
    _ c: UnsafeMutableRawPointer
  ) -> Bool {
    let weight = dtype.kind == .complex ? 4.0 : 1.0
    var (rows, columns, depth) = (m, n, k)
    // Halving the longest side keeps the blocks near cubes. Depth goes last: its blocks are summed
    // in order.
    while weight * Double(rows) * Double(columns) * Double(depth) > slice {
      if depth > 4 * max(rows, columns) {
        depth = (depth + 1) / 2
      } else if rows >= columns {
        rows = (rows + 1) / 2
      } else {
        columns = (columns + 1) / 2
      }
    }
    for top in stride(from: 0, to: m, by: max(rows, 1)) {
      for left in stride(from: 0, to: n, by: max(columns, 1)) {
        for front in stride(from: 0, to: k, by: max(depth, 1)) {
          if ck_interrupted() { return false }
          let isComplete = gemm(
            dtype, min(rows, m - top), min(columns, n - left), min(depth, k - front),
            Matrix(
              base: a.at(top, front, dtype.size), leading: a.leading, isTransposed: a.isTransposed),
            Matrix(
              base: b.at(front, left, dtype.size), leading: b.leading, isTransposed: b.isTransposed),
            c + (top * n + left) * dtype.size, n, accumulates: front > 0)
          if !isComplete { return false }
        }
      }
    }
    return true
  }

  /// One block: c [m, n] with leading dimension `ldc`, c = a b or c += a b.
  ///
  /// - Returns: false when the user asked to stop.
  private static func gemm(
    _ dtype: DType, _ m: Int, _ n: Int, _ k: Int, _ a: Matrix, _ b: Matrix,
    _ c: UnsafeMutableRawPointer, _ ldc: Int, accumulates: Bool
  ) -> Bool {
    if isForOneDNN(dtype, m, n, k) {
      do {
        let isDone = try OneDNN.multiplyFloats(
          m, n, k, OneDNN.Matrix(a), OneDNN.Matrix(b), c, leading: ldc, accumulates: accumulates)
        if isDone { return true }
      } catch {
        if case .interrupted = error { return false }
      }
    }
    guard let library = ob_load() else { return true }
    let ta = a.isTransposed ? transpose : noTranspose
    let tb = b.isTransposed ? transpose : noTranspose
    let (m32, n32, k32) = (Int32(m), Int32(n), Int32(k))
    let (lda, ldb) = (Int32(a.leading), Int32(b.leading))
    let beta = accumulates ? 1.0 : 0.0
    switch dtype {
    case .f32:
      library.pointee.sgemm(
        rowMajor, ta, tb, m32, n32, k32, 1, single(a.base), lda, single(b.base), ldb,
        Float(beta), single(c), Int32(ldc))
    case .f64:
      library.pointee.dgemm(
        rowMajor, ta, tb, m32, n32, k32, 1, double(a.base), lda, double(b.base), ldb, beta,
        double(c), Int32(ldc))
    case .c64:
      var (one, factor) = (ComplexSingle(1, 0), ComplexSingle(Float(beta), 0))
      library.pointee.cgemm(
        rowMajor, ta, tb, m32, n32, k32, &one, a.base, lda, b.base, ldb, &factor, c, Int32(ldc)
      )
    case .c128:
      var (one, factor) = (Complex(1, 0), Complex(beta, 0))
      library.pointee.zgemm(
        rowMajor, ta, tb, m32, n32, k32, &one, a.base, lda, b.base, ldb, &factor, c, Int32(ldc)
      )
    case .bool, .u8, .i8, .i32, .i64, .bf16:
      preconditionFailure("BLAS multiplies floats")
    }
    return true
  }

  /// Whether a product goes to oneDNN: of f32, and large enough that its calls do not cost more.
  private static func isForOneDNN(_ dtype: DType, _ m: Int, _ n: Int, _ k: Int) -> Bool {
    dtype == .f32 && m * n * k >= 1 << 14 && OneDNN.isAvailable
  }

  /// Sees to it that a product can be done: chooses OpenBLAS's threads where it is to do it.
  ///
  /// - Throws: `missingLibrary` when OpenBLAS is needed and cannot be loaded.
  static func prepare(_ dtype: DType, _ m: Int, _ n: Int, _ k: Int) throws(TensorError) {
    if isForOneDNN(dtype, m, n, k) { return }
    if m * n * k < 1 << 15 { try useOneThread() } else { try useAllThreads() }
  }

  /// y = a x with a [m, k], x with positive step, y dense and 0 at entry.
  static func multiply(
    _ dtype: DType, _ m: Int, _ k: Int, _ a: Matrix, _ x: UnsafeMutableRawPointer, step: Int,
    _ y: UnsafeMutableRawPointer
  ) {
    guard let library = ob_load() else { return }
    // Row-major a [m, k] or, transposed, the row-major [k, m] that lies in memory.
    let flag = a.isTransposed ? transpose : noTranspose
    let (rows, columns) = a.isTransposed ? (Int32(k), Int32(m)) : (Int32(m), Int32(k))
    let (lda, incx) = (Int32(a.leading), Int32(step))
    switch dtype {
    case .f32:
      library.pointee.sgemv(
        rowMajor, flag, rows, columns, 1, single(a.base), lda, single(x), incx, 0, single(y), 1
      )
    case .f64:
      library.pointee.dgemv(
        rowMajor, flag, rows, columns, 1, double(a.base), lda, double(x), incx, 0, double(y), 1
      )
    case .c64:
      var (one, zero) = (ComplexSingle(1, 0), ComplexSingle(0, 0))
      library.pointee.cgemv(rowMajor, flag, rows, columns, &one, a.base, lda, x, incx, &zero, y, 1)
    case .c128:
      var (one, zero) = (Complex(1, 0), Complex(0, 0))
      library.pointee.zgemv(rowMajor, flag, rows, columns, &one, a.base, lda, x, incx, &zero, y, 1)
    case .bool, .u8, .i8, .i32, .i64, .bf16:
      preconditionFailure("BLAS multiplies floats")
    }
  }

  private static let rowMajor = Int32(OB_ROW_MAJOR)
  private static let noTranspose = Int32(OB_NO_TRANSPOSE)
  private static let transpose = Int32(OB_TRANSPOSE)

  /// Lets OpenBLAS use as many threads as the budget allows: one within a part of work that is
  /// spread over threads already. Comes before every use of the library.
  ///
  /// - Throws: `missingLibrary` when OpenBLAS cannot be loaded.
  static func useAllThreads() throws(TensorError) {
    try limitThreads(ck_inside_region() ? 1 : ck_thread_count())
  }

  /// Keeps OpenBLAS to the calling thread, for products that are themselves spread over threads.
  ///
  /// - Throws: `missingLibrary` when OpenBLAS cannot be loaded.
  static func useOneThread() throws(TensorError) { try limitThreads(1) }

  private static func limitThreads(_ count: Int32) throws(TensorError) {
    guard let library = ob_load() else { throw .missingLibrary(package: "libopenblas0") }
    library.pointee.set_num_threads(count)
  }

  private static func single(_ pointer: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Float> {
    pointer.assumingMemoryBound(to: Float.self)
  }

  private static func double(_ pointer: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Double> {
    pointer.assumingMemoryBound(to: Double.self)
  }
}
