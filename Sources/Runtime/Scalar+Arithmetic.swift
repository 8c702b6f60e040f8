internal import Glibc
package import Syntax
package import TensorCore

// Arithmetic of plain numbers, as the machine's fast path has it for Int and Float, for every
// mixture of kinds. A Bool
// counts as 0 or 1, except in `&` and `|`, which keep it a Bool.

extension Scalar {
  /// `lhs op rhs`.
  ///
  /// - Returns: nil when the operator is not defined for the kinds (`//` of complex numbers, `&` of
  ///   Floats, `@`).
  /// - Throws: E0403 when an Int result does not fit, E0404 for an Int `//` or `%` by 0.
  package static func binary(
    _ op: BinaryOperator, _ lhs: Scalar, _ rhs: Scalar
  ) throws(CallFailure) -> Scalar? {
    switch max(lhs.kind, rhs.kind) {
    case .bool:
      if op == .elementwiseAnd || op == .elementwiseOr {
        let both = (lhs.integerPart, rhs.integerPart)
        return .bool(op == .elementwiseAnd ? both.0 & both.1 != 0 : both.0 | both.1 != 0)
      }
      return try integers(op, lhs.integerPart, rhs.integerPart)
    case .integer:
      return try integers(op, lhs.integerPart, rhs.integerPart)
    case .float:
      return floats(op, lhs.complexValue.real, rhs.complexValue.real).map(Scalar.float)
    case .complex:
      return complexes(op, lhs.complexValue, rhs.complexValue).map(Scalar.complex)
    }
  }

  private static func integers(
    _ op: BinaryOperator, _ a: Int, _ b: Int
  ) throws(CallFailure) -> Scalar? {
    let result: (partialValue: Int, overflow: Bool)
    switch op {
    case .add: result = a.addingReportingOverflow(b)
    case .subtract: result = a.subtractingReportingOverflow(b)
    case .multiply: result = a.multipliedReportingOverflow(by: b)
    case .divide: return .float(Double(a) / Double(b))
    case .floorDivide, .remainder:
      guard b != 0 else { throw .zeroDivision(op, a) }
      if b == -1 {
        result = op == .remainder ? (0, false) : (0).subtractingReportingOverflow(a)
      } else {
        let (quotient, remainder) = a.quotientAndRemainder(dividingBy: b)
        let isBelow = remainder != 0 && (remainder < 0) != (b < 0)
        result =
          op == .floorDivide
          ? (isBelow ? quotient - 1 : quotient, false)
          : (isBelow ? remainder + b : remainder, false)
      }
    case .power:
      if b < 0 { return .float(pow(Double(a), Double(b))) }
      result = power(a, b)
    case .elementwiseAnd: return .int(a & b)
    case .elementwiseOr: return .int(a | b)
    case .matmul: return nil
    }
    if result.overflow { throw .overflow(op, a, b) }
    return .int(result.partialValue)
  }

  private static func power(_ base: Int, _ exponent: Int) -> (partialValue: Int, overflow: Bool) {
    var product = 1
    var square = base
    var remaining = exponent
    while remaining > 0 {
      if remaining & 1 == 1 {
        let (next, overflow) = product.multipliedReportingOverflow(by: square)
        if overflow { return (0, true) }
        product = next
      }
      remaining >>= 1
      if remaining > 0 {
        let (next, overflow) = square.multipliedReportingOverflow(by: square)
        if overflow { return (0, true) }
        square = next
      }
    }
    return (product, false)
  }

  private static func floats(_ op: BinaryOperator, _ a: Double, _ b: Double) -> Double? {
    switch op {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .floorDivide: floorQuotient(a, b)
    case .remainder: floorRemainder(a, b)
    case .power: pow(a, b)
    case .elementwiseAnd, .elementwiseOr, .matmul: nil
    }
  }

  /// The remainder with the sign of the divisor, exact.
  static func floorRemainder(_ a: Double, _ b: Double) -> Double {
    let remainder = fmod(a, b)
    if remainder == 0 { return copysign(0, b) }
    return (remainder < 0) != (b < 0) ? remainder + b : remainder
  }

  /// The floor of the exact quotient, as Python has it; by 0 as `/`.
  static func floorQuotient(_ a: Double, _ b: Double) -> Double {
    if b == 0 { return a / b }
    if !a.isFinite || b.isNaN { return (a / b).rounded(.down) }
    if b.isInfinite { return a != 0 && (a < 0) != (b < 0) ? -1 : copysign(0, a) * copysign(1, b) }
    let quotient = (a - floorRemainder(a, b)) / b
    if quotient == 0 { return copysign(0, a / b) }
    let floor = quotient.rounded(.down)
    return quotient - floor > 0.5 ? floor + 1 : floor
  }

  private static func complexes(_ op: BinaryOperator, _ a: Complex, _ b: Complex) -> Complex? {
    switch op {
    case .add: Complex(a.real + b.real, a.imaginary + b.imaginary)
    case .subtract: Complex(a.real - b.real, a.imaginary - b.imaginary)
    case .multiply: product(a, b)
    case .divide: quotient(a, b)
    case .power: power(a, b)
    case .floorDivide, .remainder, .elementwiseAnd, .elementwiseOr, .matmul: nil
    }
  }

  private static func product(_ a: Complex, _ b: Complex) -> Complex {
    Complex(
      a.real * b.real - a.imaginary * b.imaginary, a.real * b.imaginary + a.imaginary * b.real)
  }

  /// Smith's method: scales by the larger part of the divisor, so that squares do not overflow.
  private static func quotient(_ a: Complex, _ b: Complex) -> Complex {
    if b.real.magnitude >= b.imaginary.magnitude {
      if b.real == 0, b.imaginary == 0 {
        return Complex(a.real / b.real.magnitude, a.imaginary / b.real.magnitude)
      }
      let ratio = b.imaginary / b.real
      let scale = b.real + b.imaginary * ratio
      return Complex(
        (a.real + a.imaginary * ratio) / scale, (a.imaginary - a.real * ratio) / scale)
    }
    let ratio = b.real / b.imaginary
    let scale = b.real * ratio + b.imaginary
    return Complex((a.real * ratio + a.imaginary) / scale, (a.imaginary * ratio - a.real) / scale)
  }

  /// Small whole exponents by multiplication, so that `(2i) ^ 2` is exactly `-4`; others by the
  /// principal logarithm.
  private static func power(_ base: Complex, _ exponent: Complex) -> Complex {
    if exponent.imaginary == 0, let whole = Int(exactly: exponent.real), whole.magnitude <= 64 {
      var result = Complex(1, 0)
      for _ in 0..<whole.magnitude { result = product(result, base) }
      return whole < 0 ? quotient(Complex(1, 0), result) : result
    }
    let radius = hypot(base.real, base.imaginary)
    if radius == 0 { return Complex(0, 0) }
    let logarithm = Complex(log(radius), atan2(base.imaginary, base.real))
    let scaled = product(logarithm, exponent)
    let size = exp(scaled.real)
    return Complex(size * cos(scaled.imaginary), size * sin(scaled.imaginary))
  }

  // MARK: - One operand

  /// `-x` or `!x`; nil when not defined for the kind.
  ///
  /// - Throws: E0403 for the least Int negated.
  package static func unary(_ op: UnaryOperator, _ operand: Scalar) throws(CallFailure) -> Scalar? {
    switch (op, operand) {
    case (.negate, .bool(let flag)): return .int(flag ? -1 : 0)
    case (.negate, .int(let number)):
      let (result, overflow) = (0).subtractingReportingOverflow(number)
      if overflow { throw .overflow(.subtract, 0, number) }
      return .int(result)
    case (.negate, .float(let number)): return .float(-number)
    case (.negate, .complex(let number)):
      return .complex(Complex(-number.real, -number.imaginary))
    case (.invert, .bool(let flag)): return .bool(!flag)
    case (.invert, .int(let number)): return .int(~number)
    case (.invert, .float), (.invert, .complex): return nil
    }
  }

  // MARK: - Comparisons

  /// Whether the numbers are equal, compared exactly: `2^53 + 1 == 2.0^53` is false.
  package func isEqual(to other: Scalar) -> Bool {
    if case .complex = self { return complexValue == other.complexValue }
    if case .complex = other { return complexValue == other.complexValue }
    return order(before: other) == .same
  }

  enum Order { case before, same, after, unordered }

  /// How two real numbers compare; `.unordered` with NaN and for complex numbers.
  func order(before other: Scalar) -> Order {
    switch (self, other) {
    case (.complex, _), (_, .complex): .unordered
    case (.float(let a), .float(let b)): Scalar.order(a, b)
    case (.float(let a), _): Scalar.order(other.integerPart, a).reversed
    case (_, .float(let b)): Scalar.order(integerPart, b)
    case (_, _): Scalar.order(integerPart, other.integerPart)
    }
  }

  private static func order<Number: Comparable>(_ a: Number, _ b: Number) -> Order {
    a < b ? .before : a > b ? .after : a == b ? .same : .unordered
  }

  private static func order(_ a: Int, _ b: Double) -> Order {
    if b.isNaN { return .unordered }
    if b >= 0x1p63 { return .before }
    if b < -0x1p63 { return .after }
    let whole = b.rounded(.down)
    let order = order(a, Int(whole))
    return order == .same && b > whole ? .before : order
  }
}

extension Scalar.Order {
  var reversed: Scalar.Order {
    switch self {
    case .before: .after
    case .after: .before
    case .same, .unordered: self
    }
  }
}
