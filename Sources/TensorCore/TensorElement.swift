/// A Swift type whose values are the elements of a tensor, bit for bit.
package protocol TensorElement: Sendable {
  static var dtype: DType { get }
}

extension Bool: TensorElement {
  package static var dtype: DType { .bool }
}

extension UInt8: TensorElement {
  package static var dtype: DType { .u8 }
}

extension Int8: TensorElement {
  package static var dtype: DType { .i8 }
}

extension Int32: TensorElement {
  package static var dtype: DType { .i32 }
}

extension Int: TensorElement {
  package static var dtype: DType { .i64 }
}

extension Float: TensorElement {
  package static var dtype: DType { .f32 }
}

extension Double: TensorElement {
  package static var dtype: DType { .f64 }
}

extension Complex: TensorElement {
  package static var dtype: DType { .c128 }
}

/// A complex number in single precision: the element of `c64`.
package struct ComplexSingle: Hashable, TensorElement {
  package var real: Float
  package var imaginary: Float

  package init(_ real: Float, _ imaginary: Float) {
    self.real = real
    self.imaginary = imaginary
  }

  package static var dtype: DType { .c64 }
}
