internal import CKernels

extension Tensor {
  /// The tensor itself when its elements follow each other in row-major order, otherwise a copy
  /// that does.
  ///
  /// - Throws: `outOfMemory`, `interrupted`.
  package func contiguous() throws(TensorError) -> Tensor {
    isContiguous ? self : try copy()
  }

  /// A contiguous tensor with storage of its own.
  ///
  /// - Throws: `outOfMemory`, `interrupted`.
  package func copy() throws(TensorError) -> Tensor {
    let result = try Tensor(uninitialized: dtype, shape)
    try result.overwrite(with: self)
    return result
  }

  /// Copies the elements of `source` over this tensor's; for use before the storage is shared, or
  /// when it is unique.
  ///
  /// - Precondition: one shape and dtype, no common storage.
  func overwrite(with source: Tensor) throws(TensorError) {
    precondition(shape == source.shape && dtype == source.dtype, "one shape and dtype")
    let targetStrides = ByteStrides(self)
    let sourceStrides = ByteStrides(source)
    let sizes = ByteStrides(sizes: shape)
    let status = targetStrides.values.span.withUnsafeBufferPointer { target in
      sourceStrides.values.span.withUnsafeBufferPointer { from in
        sizes.values.span.withUnsafeBufferPointer { sizes in
          ck_copy_strided(
            pointer, target.baseAddress, source.pointer, from.baseAddress, sizes.baseAddress,
            Int32(rank), dtype.size)
        }
      }
    }
    withExtendedLifetime((storage, source.storage)) {}
    if status == CK_INTERRUPTED { throw .interrupted }
  }

  /// The elements converted, as NumPy's `astype`: floats become integers by truncation, numbers
  /// become booleans by being nonzero. The same dtype gives the tensor itself.
  ///
  /// - Throws: `valueOutOfRange` when an integer dtype cannot hold an element (NaN and infinities
  ///   too); `unsupportedDType` for complex to real; `outOfMemory`, `interrupted`.
  package func cast(to target: DType) throws(TensorError) -> Tensor {
    if target == dtype { return self }
    if dtype.kind == .complex, target != .bool, target.kind != .complex {
      throw .unsupportedDType(operation: target.name, dtype: dtype)
    }
    let source = try contiguous()
    let result = try Tensor(uninitialized: target, shape)
    var bad = 0
    let status = ck_cast(
      result.storage.bytes, Int32(target.rawValue), source.pointer, Int32(dtype.rawValue),
      count, &bad)
    withExtendedLifetime(source.storage) {}
    if status == CK_INTERRUPTED { throw .interrupted }
    if status != CK_OK {
      throw .valueOutOfRange(value: source.scalar(at: bad).text, dtype: target)
    }
    return result
  }
}

/// Strides in bytes (or sizes) as the kernels take them.
struct ByteStrides {
  var values: InlineArray<8, Int> = InlineArray(repeating: 0)

  init(_ tensor: Tensor) {
    // Of an empty tensor strides may be large, and mean nothing.
    for axis in 0..<tensor.rank { values[axis] = tensor.strides[axis] &* tensor.dtype.size }
  }

  init(sizes shape: Shape) {
    for axis in 0..<shape.rank { values[axis] = shape[axis] }
  }
}
