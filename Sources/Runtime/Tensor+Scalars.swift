package import TensorCore

// Single elements of tensors as scalars of the language, and tensors made of scalars.

extension Tensor {
  /// The element `elementOffset` elements from the start of the storage.
  func scalar(storedAt elementOffset: Int) -> Scalar {
    let address = storage.bytes + elementOffset * dtype.size
    switch dtype {
    case .bool: return .bool(address.load(as: UInt8.self) != 0)
    case .u8: return .int(Int(address.load(as: UInt8.self)))
    case .i8: return .int(Int(address.load(as: Int8.self)))
    case .i32: return .int(Int(address.load(as: Int32.self)))
    case .i64: return .int(Int(address.load(as: Int64.self)))
    case .f32: return .float(Double(address.load(as: Float.self)))
    case .f64: return .float(address.load(as: Double.self))
    case .c64:
      return .complex(
        Complex(
          Double(address.load(as: Float.self)),
          Double(address.load(fromByteOffset: 4, as: Float.self))))
    case .c128:
      return .complex(
        Complex(address.load(as: Double.self), address.load(fromByteOffset: 8, as: Double.self)))
    }
  }

  /// The first element in row-major order; nil when there is none. O(1).
  package var firstElement: Scalar? { count == 0 ? nil : scalar(storedAt: offset) }

  /// Every element in row-major order. O(count), 24 bytes each: for small tensors.
  package var elements: [Scalar] {
    var result: [Scalar] = []
    result.reserveCapacity(count)
    forEachElementOffset { result.append(scalar(storedAt: $0)) }
    return result
  }

  /// Calls `body` with the storage offset of every element, in row-major order.
  private func forEachElementOffset(_ body: (Int) -> Void) {
    guard count > 0 else { return }
    var index = Shape(repeating: 0, count: rank)
    var position = offset
    while true {
      body(position)
      var axis = rank - 1
      while axis >= 0 {
        index[axis] += 1
        position += strides[axis]
        if index[axis] < shape[axis] { break }
        position -= strides[axis] * shape[axis]
        index[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }

  /// The part at `index` of the first axis: a view. The rank must be at least 1 and the index in range.
  package func slice(at index: Int) -> Tensor {
    var part = self
    part.offset += index * strides[0]
    part.shape.remove(at: 0)
    part.strides.remove(at: 0)
    return part
  }

  /// A plain number of a tensor of rank 0, otherwise the tensor.
  package var asValue: Value {
    if rank == 0, let element = firstElement { return Value(element) }
    return .tensor(self)
  }

  /// The scalars in row-major order in the common dtype of their kinds: bool, i64, f64 or c128.
  ///
  /// - Throws: `outOfMemory`.
  package init(scalars: [Scalar], shape: Shape) throws(TensorError) {
    var kind = DType.Kind.bool
    for scalar in scalars { kind = max(kind, scalar.kind) }
    if scalars.isEmpty { kind = .float }
    switch kind {
    case .bool:
      try self.init(uninitialized: .bool, shape)
      let base = pointer.assumingMemoryBound(to: UInt8.self)
      for (i, scalar) in scalars.enumerated() { base[i] = scalar == .bool(true) ? 1 : 0 }
    case .integer:
      try self.init(uninitialized: .i64, shape)
      let base = pointer.assumingMemoryBound(to: Int64.self)
      for (i, scalar) in scalars.enumerated() { base[i] = Int64(scalar.integerPart) }
    case .float:
      try self.init(uninitialized: .f64, shape)
      let base = pointer.assumingMemoryBound(to: Double.self)
      for (i, scalar) in scalars.enumerated() { base[i] = scalar.complexValue.real }
    case .complex:
      try self.init(uninitialized: .c128, shape)
      let base = pointer.assumingMemoryBound(to: Double.self)
      for (i, scalar) in scalars.enumerated() {
        base[2 * i] = scalar.complexValue.real
        base[2 * i + 1] = scalar.complexValue.imaginary
      }
    }
  }

  /// An i64 tensor of rank 1 with the elements of a range.
  ///
  /// - Throws: `outOfMemory` for ranges that do not fit.
  package init(_ range: RangeValue) throws(TensorError) {
    try self.init(uninitialized: .i64, Shape([range.count]))
    let base = pointer.assumingMemoryBound(to: Int64.self)
    for i in 0..<range.count { base[i] = Int64(range.element(at: i)) }
  }
}

extension Scalar {
  var kind: DType.Kind {
    switch self {
    case .bool: .bool
    case .int: .integer
    case .float: .float
    case .complex: .complex
    }
  }

  /// The value of a Bool or Int; 0 for the others.
  var integerPart: Int {
    switch self {
    case .bool(let flag): flag ? 1 : 0
    case .int(let number): number
    case .float, .complex: 0
    }
  }

  var complexValue: Complex {
    switch self {
    case .bool(let flag): Complex(flag ? 1 : 0, 0)
    case .int(let number): Complex(Double(number), 0)
    case .float(let number): Complex(number, 0)
    case .complex(let number): number
    }
  }
}
