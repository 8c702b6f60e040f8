internal import CKernels
internal import COpenBLAS

/// Decompositions of single matrices by LAPACK. Matrices are given by storages in column order,
/// which the calls overwrite.
///
/// Each returns LAPACK's `info`: 0 is success. Matrices of more than 300 rows run on a thread of
/// their own and can be interrupted; the storages then belong to that thread.
enum LAPACK {
  /// A block of a storage: where a matrix or vector of a batch begins.
  struct Block: @unchecked Sendable {
    // Safe because only one call writes to the block, and nobody reads it before the call has
    // returned.
    let storage: Storage
    let byteOffset: Int

    init(_ tensor: Tensor, _ elementOffset: Int = 0) {
      storage = tensor.storage
      byteOffset = (tensor.offset + elementOffset) * tensor.dtype.size
    }

    var address: UnsafeMutableRawPointer { storage.bytes + byteOffset }
  }

  static let longSize = 300

  private static func run(_ size: Int, _ body: @escaping @Sendable () -> Int32)
    throws(TensorError) -> Int
  {
    if ck_interrupted() { throw .interrupted }
    if size < 64 { try BLAS.useOneThread() } else { try BLAS.useAllThreads() }
    let info = try LongCall.run(isLong: size > longSize, body)
    if Int(info) == Int(LA_NO_MEMORY) { throw .outOfMemory(bytes: size * size * 16) }
    return Int(info)
  }

  /// The order of a matrix as LAPACK takes it.
  ///
  /// - Throws: `outOfMemory` above 2³¹.
  private static func order(_ size: Int) throws(TensorError) -> Int32 {
    guard let order = Int32(exactly: size) else { throw .outOfMemory(bytes: Int.max) }
    return order
  }

  /// Solves a x = b for the columns of b, in place. Info > 0: singular.
  static func solve(_ dtype: DType, _ a: Block, _ b: Block, n: Int, columns: Int)
    throws(TensorError)
    -> Int
  {
    let (type, order, count) = (Int32(dtype.rawValue), try order(n), try order(columns))
    return try run(n) {
      var pivots = [Int32](repeating: 0, count: max(n, 1))
      return la_gesv(type, order, count, a.address, &pivots, b.address)
    }
  }

  /// LU factors in place; the row exchanged with each row, counted from 1. Info > 0: singular.
  static func factorise(_ dtype: DType, _ a: Block, n: Int, pivots: Block) throws(TensorError)
    -> Int
  {
    let (type, order) = (Int32(dtype.rawValue), try order(n))
    return try run(n) {
      la_getrf(type, order, a.address, pivots.address.assumingMemoryBound(to: Int32.self))
    }
  }

  /// The lower Cholesky factor in place. Info > 0: the leading minor that is not positive.
  static func cholesky(_ dtype: DType, _ a: Block, n: Int) throws(TensorError) -> Int {
    let (type, order) = (Int32(dtype.rawValue), try order(n))
    return try run(n) { la_potrf(type, order, a.address) }
  }

  /// R above the diagonal, reflectors below it and in `tau`.
  static func reflect(_ dtype: DType, _ a: Block, m: Int, n: Int, tau: Block) throws(TensorError)
    -> Int
  {
    let (type, rows, columns) = (Int32(dtype.rawValue), try order(m), try order(n))
    return try run(max(m, n)) { la_geqrf(type, rows, columns, a.address, tau.address) }
  }

  /// The first `columns` columns of Q from `k` reflectors.
  static func orthogonal(_ dtype: DType, _ a: Block, m: Int, columns: Int, k: Int, tau: Block)
    throws(TensorError) -> Int
  {
    let (type, rows, width, count) = (
      Int32(dtype.rawValue), try order(m), try order(columns), try order(k)
    )
    return try run(max(m, columns)) { la_orgqr(type, rows, width, count, a.address, tau.address) }
  }

  /// What to compute of a singular value decomposition.
  enum Vectors: UInt8, Sendable {
    case none = 0x4e
    case reduced = 0x53
    case all = 0x41
  }

  /// Singular values and vectors; `a` is used up. Info > 0: not converged.
  static func singular(
    _ dtype: DType, _ vectors: Vectors, _ a: Block, m: Int, n: Int, s: Block, u: Block, vt: Block
  ) throws(TensorError) -> Int {
    let (type, rows, columns) = (Int32(dtype.rawValue), try order(m), try order(n))
    return try run(max(m, n)) {
      la_gesdd(
        type, CChar(bitPattern: vectors.rawValue), rows, columns, a.address, s.address, u.address,
        vt.address)
    }
  }

  /// Eigenvalues, and with `wantsVectors` the eigenvectors in place of `a`. Info > 0: not
  /// converged.
  static func eigen(_ dtype: DType, wantsVectors: Bool, _ a: Block, n: Int, w: Block)
    throws(TensorError) -> Int
  {
    let (type, order) = (Int32(dtype.rawValue), try order(n))
    let job = CChar(bitPattern: wantsVectors ? UInt8(ascii: "V") : UInt8(ascii: "N"))
    return try run(n) { la_heevd(type, job, order, a.address, w.address) }
  }

  /// The least-squares solution of least norm, in the first n rows of `b` [max(m, n), columns].
  /// Info > 0: not converged.
  static func leastSquares(
    _ dtype: DType, _ a: Block, _ b: Block, m: Int, n: Int, columns: Int, s: Block, cutoff: Double
  ) throws(TensorError) -> (info: Int, rank: Int) {
    let (type, rows, width, count) = (
      Int32(dtype.rawValue), try order(m), try order(n), try order(columns)
    )
    let rank = try Tensor.zeros(Shape([1]), .i32)
    let rankBlock = Block(rank)
    let info = try run(max(m, n)) {
      la_gelsd(
        type, rows, width, count, a.address, b.address, s.address, cutoff,
        rankBlock.address.assumingMemoryBound(to: Int32.self))
    }
    return (info, Int(rank.pointer.load(as: Int32.self)))
  }
}
