package import CKernels

// Channels written with a few bits: the transform before it, buckets, packing, distances.

/// What the distance of two codes is.
package enum CodeDistance: String, CaseIterable, Sendable {
  /// |a - b|
  case l1
  /// (a - b)²
  case l2
  /// a ^ b, where bit j weighs 2^j.
  case xor

  package var kernelMetric: ck_distance_metric {
    switch self {
    case .l1: CK_DISTANCE_L1
    case .l2: CK_DISTANCE_L2
    case .xor: CK_DISTANCE_XOR
    }
  }
}

extension Tensor {
  /// The orthonormal Walsh–Hadamard transform of the last axis: with the matrix of Sylvester divided
  /// by √width, which is its own inverse.
  ///
  /// - Throws: `wrongRank` for rank 0, `argument` unless the width is a power of two,
  ///   `unsupportedDType` for complex numbers; `outOfMemory`, `interrupted`.
  /// - Complexity: O(elements · log width), on all threads.
  package func hadamard() throws(TensorError) -> Tensor {
    guard rank > 0 else {
      throw .wrongRank(operation: "hadamard", expected: "at least 1", shape: shape)
    }
    let width = shape[rank - 1]
    guard width.nonzeroBitCount == 1 else {
      throw .argument(
        operation: "hadamard", name: "x", value: "of width \(width)",
        requirement: "of a width that is a power of two")
    }
    let x = try Tensor.neuralOperands("hadamard", [self])[0]
    let result = try Tensor(uninitialized: x.dtype, shape)
    let status = ck_hadamard(x.kernelType, x.pointer, count / width, width, result.pointer)
    withExtendedLifetime((x.storage, result.storage)) {}
    try checkKernel(status)
    return result
  }

  /// How many of the edges, ascending numbers, each element is above; 0 for NaN. i64.
  ///
  /// - Throws: `wrongRank` unless the edges have rank 1, `argument` unless they ascend,
  ///   `unsupportedDType` for complex numbers; `outOfMemory`, `interrupted`.
  /// - Complexity: O(elements · log edges), on all threads.
  package func bucketized(_ edges: Tensor) throws(TensorError) -> Tensor {
    guard edges.rank == 1 else {
      throw .wrongRank(operation: "bucketize", expected: "1", shape: edges.shape)
    }
    let operands = try Tensor.neuralOperands("bucketize", [self, edges])
    let numbers = try operands[1].toDoubles()
    guard zip(numbers, numbers.dropFirst()).allSatisfy({ $0 <= $1 }),
      !numbers.contains(where: \.isNaN)
    else {
      throw .argument(
        operation: "bucketize", name: "edges", value: "not in order", requirement: "ascending")
    }
    let result = try Tensor(uninitialized: .i64, shape)
    let status = ck_bucketize(
      operands[0].kernelType, operands[0].pointer, count, operands[1].pointer, numbers.count,
      result.pointer.assumingMemoryBound(to: Int64.self))
    withExtendedLifetime((operands, result.storage)) {}
    try checkKernel(status)
    return result
  }

  /// Codes from 0 to 2^bits - 1, packed along the last axis into bytes, the first in the lowest bits;
  /// u8 [..., (width · bits + 7) / 8].
  ///
  /// - Throws: `wrongRank` for rank 0, `unsupportedDType` unless of integers, `argument` for bits
  ///   outside 1 … 8 and codes that do not fit; `outOfMemory`, `interrupted`.
  package func packedCodes(bits: Int) throws(TensorError) -> Tensor {
    try Tensor.checkCodes("pack_codes", self, bits)
    guard dtype.kind == .integer || dtype == .bool else {
      throw .unsupportedDType(operation: "pack_codes", dtype: dtype)
    }
    let misfit = TensorError.argument(
      operation: "pack_codes", name: "codes", value: "not all of \(bits) bits",
      requirement: "from 0 to \(1 << bits - 1)")
    let codes: Tensor
    do {
      codes = try cast(to: .u8).contiguous()
    } catch .valueOutOfRange {
      throw misfit
    }
    let width = shape[rank - 1]
    var sizes = shape
    sizes[rank - 1] = try Tensor.packedWidth(width, bits)
    let result = try Tensor(uninitialized: .u8, sizes)
    let status = ck_pack_codes(
      codes.octets, width == 0 ? 0 : count / width, width, Int32(bits), result.octets)
    withExtendedLifetime((codes.storage, result.storage)) {}
    if status == CK_OUT_OF_RANGE { throw misfit }
    try checkKernel(status)
    return result
  }

  /// The reverse of `packedCodes`: u8 [..., width]; without a width as many codes as the bytes hold.
  ///
  /// - Throws: `wrongRank`, `unsupportedDType` unless of u8, `argument` for bits outside 1 … 8 and a
  ///   width that the bytes do not hold; `outOfMemory`, `interrupted`.
  package func unpackedCodes(bits: Int, width: Int? = nil) throws(TensorError) -> Tensor {
    try Tensor.checkPacked("unpack_codes", self, bits)
    let bytes = shape[rank - 1]
    let most = try Tensor.codesHeld(bytes, bits)
    let width = width ?? most
    guard (0...most).contains(width) else {
      throw .argument(
        operation: "unpack_codes", name: "width", value: String(width),
        requirement: "from 0 to \(most), which \(bytes) bytes hold")
    }
    let packed = try contiguous()
    var sizes = shape
    sizes[rank - 1] = width
    let result = try Tensor(uninitialized: .u8, sizes)
    let status = ck_unpack_codes(
      packed.octets, bytes == 0 ? 0 : count / bytes, bytes, Int32(bits), width, result.octets)
    withExtendedLifetime((packed.storage, result.storage)) {}
    try checkKernel(status)
    return result
  }

  /// The distances of packed codes, summed over the last axis; the other axes broadcast. i64.
  ///
  /// - Throws: `wrongRank`, `unsupportedDType` unless of u8, `argument` for bits outside 1 … 8,
  ///   `shapeMismatch` for last axes that differ, `broadcast`; `outOfMemory`, `interrupted`.
  /// - Complexity: O(bytes), on all threads.
  package static func codeDistance(
    _ a: Tensor, _ b: Tensor, bits: Int, by distance: CodeDistance
  ) throws(TensorError) -> Tensor {
    try checkPacked("code_distance", a, bits)
    try checkPacked("code_distance", b, bits)
    let bytes = a.shape[a.rank - 1]
    guard bytes == b.shape[b.rank - 1] else {
      throw .shapeMismatch(
        operation: "code_distance", what: "the last axes are of one size", lhs: a.shape,
        rhs: b.shape)
    }
    guard var shape = a.shape.broadcast(with: b.shape) else {
      throw .broadcast(
        lhs: a.summary, rhs: b.summary, axisFromEnd: a.shape.mismatchFromEnd(with: b.shape))
    }
    let (x, y) = (try a.contiguous().broadcast(to: shape), try b.contiguous().broadcast(to: shape))
    var rows = ck_packed_rows()
    rows.rank = Int32(shape.rank - 1)
    rows.bytes = bytes
    rows.bits = Int32(bits)
    rows.metric = distance.kernelMetric
    withUnsafeMutableBytes(of: &rows.shape) { $0.storeSizes(shape) }
    withUnsafeMutableBytes(of: &rows.a_strides) { $0.storeSizes(x.strides) }
    withUnsafeMutableBytes(of: &rows.b_strides) { $0.storeSizes(y.strides) }
    shape.remove(at: shape.rank - 1)
    let result = try Tensor(uninitialized: .i64, shape)
    let status = ck_packed_distances(
      &rows, x.octets, y.octets, result.pointer.assumingMemoryBound(to: Int64.self))
    withExtendedLifetime((x.storage, y.storage, result.storage)) {}
    try checkKernel(status)
    return result
  }

  // MARK: - What is checked

  private static func checkCodes(_ operation: String, _ x: Tensor, _ bits: Int) throws(TensorError)
  {
    guard x.rank > 0 else {
      throw .wrongRank(operation: operation, expected: "at least 1", shape: x.shape)
    }
    guard (1...8).contains(bits) else {
      throw .argument(
        operation: operation, name: "bits", value: String(bits), requirement: "from 1 to 8")
    }
  }

  private static func checkPacked(_ operation: String, _ x: Tensor, _ bits: Int)
    throws(TensorError)
  {
    try checkCodes(operation, x, bits)
    guard x.dtype == .u8 else { throw .unsupportedDType(operation: operation, dtype: x.dtype) }
  }

  /// Bytes that so many codes take.
  private static func packedWidth(_ width: Int, _ bits: Int) throws(TensorError) -> Int {
    guard width < Int.max / 16 else { throw .outOfMemory(bytes: Int.max) }
    return (width * bits + 7) / 8
  }

  /// Codes that so many bytes hold.
  private static func codesHeld(_ bytes: Int, _ bits: Int) throws(TensorError) -> Int {
    guard bytes < Int.max / 16 else { throw .outOfMemory(bytes: Int.max) }
    return bytes * 8 / bits
  }

  private var octets: UnsafeMutablePointer<UInt8> { pointer.assumingMemoryBound(to: UInt8.self) }
}

extension UnsafeMutableRawBufferPointer {
  /// Sizes or strides as C has them.
  fileprivate func storeSizes(_ sizes: Shape) {
    for axis in 0..<sizes.rank {
      storeBytes(of: sizes[axis], toByteOffset: axis * MemoryLayout<Int>.stride, as: Int.self)
    }
  }
}
