package import TensorCore

// Single elements of tensors as scalars of the language, and tensors made of scalars.

extension Tensor {
  /// The first element in row-major order; nil when there is none. O(rank).
  package var firstElement: Scalar? { count == 0 ? nil : scalar(at: 0) }

  /// Every element in row-major order. O(count · rank), 24 bytes each: for small tensors.
  package var elements: [Scalar] { (0..<count).map { scalar(at: $0) } }

  /// A plain number of a tensor of rank 0, otherwise the tensor.
  package var asValue: Value {
    if rank == 0 { return Value(item()) }
    return .tensor(self)
  }

  /// The scalars in row-major order in the common dtype of their kinds: bool, i64, f64 or c128 (f64
  /// when there are
  /// none).
  ///
  /// - Throws: `outOfMemory`.
  package init(scalars: [Scalar], shape: Shape) throws(TensorError) {
    var kind = DType.Kind.bool
    for scalar in scalars { kind = max(kind, scalar.kind) }
    if scalars.isEmpty { kind = .float }
    switch kind {
    case .bool: try self.init(scalars.map { $0 == .bool(true) }, shape: shape)
    case .integer: try self.init(scalars.map(\.integerPart), shape: shape)
    case .float: try self.init(scalars.map(\.complexValue.real), shape: shape)
    case .complex: try self.init(scalars.map(\.complexValue), shape: shape)
    }
  }

  /// An i64 tensor of rank 1 with the elements of a range.
  ///
  /// - Throws: `outOfMemory` for ranges that do not fit.
  package init(_ range: RangeValue) throws(TensorError) {
    try self.init(Shape([range.count])) { (elements: UnsafeMutableBufferPointer<Int>) in
      for position in 0..<elements.count { elements[position] = range.element(at: position) }
    }
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
