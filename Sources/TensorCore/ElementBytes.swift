extension Scalar {
  /// What a number becomes when no tensor says otherwise.
  package var defaultDType: DType {
    switch self {
    case .bool: .bool
    case .int: .i64
    case .float: .f64
    case .complex: .c128
    }
  }

  /// As messages show it: `300`, `2.5`, `true`, `1.0+2.0i`.
  package var text: String {
    switch self {
    case .bool(let value): return value ? "true" : "false"
    case .int(let value): return String(value)
    case .float(let value): return String(value)
    case .complex(let value):
      let sign = value.imaginary.sign == .minus ? "-" : "+"
      return "\(value.real)\(sign)\(value.imaginary.magnitude)i"
    }
  }
}

/// One element as its bytes lie in a tensor.
struct ElementBytes {
  /// The element in the first `dtype.size` bytes.
  private(set) var bytes: (UInt64, UInt64) = (0, 0)

  /// Converts as a cast does: a float becomes an integer by truncation.
  ///
  /// - Throws: `valueOutOfRange` when the dtype cannot hold the number (a complex number in a real
  ///   dtype too).
  init(_ scalar: Scalar, as dtype: DType) throws(TensorError) {
    switch dtype {
    case .bool: store(ElementBytes.isNonzero(scalar))
    case .u8: store(try ElementBytes.integer(UInt8.self, scalar, dtype))
    case .i8: store(try ElementBytes.integer(Int8.self, scalar, dtype))
    case .i32: store(try ElementBytes.integer(Int32.self, scalar, dtype))
    case .i64: store(try ElementBytes.integer(Int.self, scalar, dtype))
    case .f32: store(Float(try ElementBytes.double(scalar, dtype)))
    case .f64: store(try ElementBytes.double(scalar, dtype))
    case .c64:
      let value = ElementBytes.complex(scalar)
      store(ComplexSingle(Float(value.real), Float(value.imaginary)))
    case .c128: store(ElementBytes.complex(scalar))
    case .bf16: store(BFloat16(try ElementBytes.double(scalar, dtype)))
    }
  }

  private mutating func store<Element: TensorElement>(_ element: Element) {
    withUnsafeMutableBytes(of: &bytes) { $0.storeBytes(of: element, as: Element.self) }
  }

  private static func isNonzero(_ scalar: Scalar) -> Bool {
    switch scalar {
    case .bool(let value): value
    case .int(let value): value != 0
    case .float(let value): value != 0
    case .complex(let value): value.real != 0 || value.imaginary != 0
    }
  }

  private static func integer<T: FixedWidthInteger>(
    _ type: T.Type, _ scalar: Scalar, _ dtype: DType
  )
    throws(TensorError) -> T
  {
    var found: T?
    switch scalar {
    case .bool(let value): found = value ? 1 : 0
    case .int(let value): found = T(exactly: value)
    case .float(let value): found = T(exactly: value.rounded(.towardZero))
    case .complex: found = nil
    }
    guard let found else { throw .valueOutOfRange(value: scalar.text, dtype: dtype) }
    return found
  }

  private static func double(_ scalar: Scalar, _ dtype: DType) throws(TensorError) -> Double {
    switch scalar {
    case .bool(let value): return value ? 1 : 0
    case .int(let value): return Double(value)
    case .float(let value): return value
    case .complex: throw .valueOutOfRange(value: scalar.text, dtype: dtype)
    }
  }

  private static func complex(_ scalar: Scalar) -> Complex {
    switch scalar {
    case .bool(let value): Complex(value ? 1 : 0, 0)
    case .int(let value): Complex(Double(value), 0)
    case .float(let value): Complex(value, 0)
    case .complex(let value): value
    }
  }
}
