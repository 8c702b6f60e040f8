internal import CKernels

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

/// The upper half of a Float: its exponents, 8 digits of the significand.
package struct BFloat16: Hashable, TensorElement {
  package var bits: UInt16

  package init(bits: UInt16) { self.bits = bits }

  /// The nearest, to even when two are; beyond the range infinity.
  package init(_ value: Double) {
    var value = value
    var bits: UInt16 = 0
    _ = ck_cast(&bits, Int32(CK_BF16), &value, Int32(CK_F64), 1, nil)
    self.bits = bits
  }

  /// The same number.
  package var single: Float { Float(bitPattern: UInt32(bits) << 16) }

  /// What is shown: whole numbers as they are, of others the Float of fewest decimal digits that
  /// rounds to this.
  package var shortest: Float {
    let exact = single
    guard exact.isFinite, exact != exact.rounded() || abs(exact) >= 1e6 else { return exact }
    for digits in 0..<4 {
      let near = Float(FloatFormat.printed("%.*e", digits, Double(exact))) ?? exact
      if BFloat16(Double(near)) == self { return near }
    }
    return exact
  }

  package static var dtype: DType { .bf16 }
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
