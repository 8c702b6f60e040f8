internal import CKernels

/// Making tensors from numbers, and reading numbers out of them.

// MARK: - Making

extension Tensor {
  /// Rank 0. Without a dtype: bool, i64, f64 or c128, by the kind of scalar.
  ///
  /// - Throws: `valueOutOfRange` when the dtype cannot hold the number; `outOfMemory`.
  package init(scalar: Scalar, dtype: DType? = nil) throws(TensorError) {
    self = try Tensor.full(.scalar, scalar, dtype)
  }

  /// Every element the same.
  ///
  /// - Throws: `valueOutOfRange` when the dtype cannot hold the number; `outOfMemory`.
  package static func full(_ shape: Shape, _ value: Scalar, _ dtype: DType? = nil)
    throws(TensorError) -> Tensor
  {
    let wanted = dtype ?? value.defaultDType
    let element = try ElementBytes(value, as: wanted)
    let result = try Tensor(uninitialized: wanted, shape)
    var bytes = element.bytes
    ck_fill(result.storage.bytes, &bytes, wanted.size, result.count)
    return result
  }

  package static func zeros(_ shape: Shape, _ dtype: DType = .f64) throws(TensorError) -> Tensor {
    try full(shape, .int(0), dtype)
  }

  package static func ones(_ shape: Shape, _ dtype: DType = .f64) throws(TensorError) -> Tensor {
    try full(shape, .int(1), dtype)
  }

  /// The elements in row-major order; rank 1 without a shape.
  ///
  /// - Precondition: the shape has as many elements as are given.
  /// - Throws: `outOfMemory`.
  package init<Element: TensorElement>(_ elements: [Element], shape: Shape? = nil)
    throws(TensorError)
  {
    let wanted = shape ?? Shape([elements.count])
    precondition(wanted.count == elements.count, "a shape with as many elements as given")
    try self.init(uninitialized: Element.dtype, wanted)
    elements.withUnsafeBytes { source in
      if let base = source.baseAddress {
        storage.bytes.copyMemory(from: base, byteCount: source.count)
      }
    }
  }

  /// Calls `body` with the uninitialised elements of a new contiguous tensor.
  ///
  /// - Throws: `outOfMemory`, and what `body` throws.
  package init<Element: TensorElement>(
    _ shape: Shape, filledBy body: (UnsafeMutableBufferPointer<Element>) throws(TensorError) -> Void
  ) throws(TensorError) {
    try self.init(uninitialized: Element.dtype, shape)
    let base = storage.bytes.assumingMemoryBound(to: Element.self)
    try body(UnsafeMutableBufferPointer(start: base, count: count))
  }
}

// MARK: - Reading

extension Tensor {
  /// Calls `body` with the elements in row-major order; copies first when they are not contiguous.
  ///
  /// - Precondition: `Element.dtype` is the tensor's dtype.
  /// - Throws: `outOfMemory`, and what `body` throws.
  package func withElements<Element: TensorElement, Result>(
    of type: Element.Type = Element.self,
    _ body: (UnsafeBufferPointer<Element>) throws(TensorError) -> Result
  ) throws(TensorError) -> Result {
    precondition(Element.dtype == dtype, "elements of type \(Element.dtype) asked of \(dtype)")
    let dense = try contiguous()
    let base = dense.pointer.assumingMemoryBound(to: Element.self)
    defer { withExtendedLifetime(dense.storage) {} }
    return try body(UnsafeBufferPointer(start: base, count: count))
  }

  /// Calls `body` with the elements, writable, in row-major order. In place when the storage is
  /// this tensor's alone and contiguous, otherwise on a copy.
  ///
  /// - Precondition: `Element.dtype` is the tensor's dtype.
  /// - Throws: `outOfMemory`, and what `body` throws.
  package mutating func withMutableElements<Element: TensorElement, Result>(
    of type: Element.Type = Element.self,
    _ body: (UnsafeMutableBufferPointer<Element>) throws(TensorError) -> Result
  ) throws(TensorError) -> Result {
    precondition(Element.dtype == dtype, "elements of type \(Element.dtype) asked of \(dtype)")
    if !isContiguous || !isUnique { self = try copy() }
    let base = pointer.assumingMemoryBound(to: Element.self)
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafeMutableBufferPointer(start: base, count: count))
  }

  /// Whether no other tensor views this storage.
  package var isUnique: Bool {
    mutating get { isKnownUniquelyReferenced(&storage) }
  }

  /// The elements in row-major order as Doubles (integers and booleans converted; complex numbers
  /// by their real part).
  ///
  /// - Throws: `outOfMemory`.
  package func toDoubles() throws(TensorError) -> [Double] {
    try elements { scalar in
      switch scalar {
      case .bool(let value): value ? 1 : 0
      case .int(let value): Double(value)
      case .float(let value): value
      case .complex(let value): value.real
      }
    }
  }

  /// The elements in row-major order as Ints.
  ///
  /// - Throws: `indexDType` when the elements are no integers or truths, `outOfMemory`.
  package func toInts() throws(TensorError) -> [Int] {
    guard dtype.kind <= .integer else { throw .indexDType(dtype) }
    return try elements { scalar in
      switch scalar {
      case .bool(let value): value ? 1 : 0
      case .int(let value): value
      case .float, .complex: 0
      }
    }
  }

  /// The elements in row-major order, whether each is not zero.
  ///
  /// - Throws: `outOfMemory`.
  package func toBools() throws(TensorError) -> [Bool] {
    try elements { scalar in
      switch scalar {
      case .bool(let value): value
      case .int(let value): value != 0
      case .float(let value): value != 0
      case .complex(let value): value.real != 0 || value.imaginary != 0
      }
    }
  }

  private func elements<Element>(_ convert: (Scalar) -> Element) throws(TensorError) -> [Element] {
    let dense = try contiguous()
    var result: [Element] = []
    result.reserveCapacity(count)
    for index in 0..<count {
      result.append(convert(Tensor.scalar(at: dense.pointer + index * dtype.size, dtype)))
    }
    withExtendedLifetime(dense.storage) {}
    return result
  }

  /// The element at a position in row-major order.
  ///
  /// - Precondition: `0 ..< count` contains the index.
  /// - Complexity: O(rank).
  package func scalar(at index: Int) -> Scalar {
    precondition(index >= 0 && index < count, "element \(index) of \(count)")
    var rest = index
    var position = offset
    for axis in stride(from: rank - 1, through: 0, by: -1) {
      position += rest % shape[axis] * strides[axis]
      rest /= shape[axis]
    }
    return Tensor.scalar(at: storage.bytes + position * dtype.size, dtype)
  }

  /// The only element.
  ///
  /// - Precondition: there is exactly one.
  package func item() -> Scalar {
    precondition(count == 1, "one element asked of \(summary)")
    return Tensor.scalar(at: pointer, dtype)
  }

  static func scalar(at address: UnsafeRawPointer, _ dtype: DType) -> Scalar {
    switch dtype {
    case .bool: return .bool(address.load(as: UInt8.self) != 0)
    case .u8: return .int(Int(address.load(as: UInt8.self)))
    case .i8: return .int(Int(address.load(as: Int8.self)))
    case .i32: return .int(Int(address.load(as: Int32.self)))
    case .i64: return .int(address.load(as: Int.self))
    case .f32: return .float(Double(address.load(as: Float.self)))
    case .f64: return .float(address.load(as: Double.self))
    case .c64:
      let value = address.load(as: ComplexSingle.self)
      return .complex(Complex(Double(value.real), Double(value.imaginary)))
    case .c128: return .complex(address.load(as: Complex.self))
    case .bf16: return .float(Double(address.load(as: BFloat16.self).single))
    }
  }
}
