/// Which dtype an operation computes in, and which it gives.
///
/// Between tensors the array API's promotion holds, with NumPy's answers where that standard has
/// none (integers with floats, booleans with numbers) and PyTorch's for bf16, which integers join
/// and every other float or complex dtype takes in. A scalar is weak: it adopts the tensor's
/// dtype where its kind allows.
extension DType {
  /// The dtype both convert to without losing their kind.
  package func promoted(with other: DType) -> DType {
    if self == other { return self }
    if self == .bf16 { return other.kind < .float ? .bf16 : other }
    if other == .bf16 { return kind < .float ? .bf16 : self }
    let (low, high) = rawValue < other.rawValue ? (self, other) : (other, self)
    switch (low, high) {
    case (.bool, _): return high
    case (.u8, .i8): return .i32
    case (.u8, _), (.i8, _): return high
    case (.i32, .f32), (.i64, .f32): return .f64
    case (.i32, .c64), (.i64, .c64), (.f64, .c64): return .c128
    default: return high
    }
  }

  /// The dtype when a scalar of the kind joins a tensor of this dtype.
  package func promoted(withScalar kind: Kind) -> DType {
    if kind <= self.kind { return self }
    switch kind {
    case .bool: return self
    case .integer: return .i64
    case .float: return .f64
    case .complex: return self == .f32 || self == .bf16 ? .c64 : .c128
    }
  }

  /// What functions such as `sqrt` compute in: itself when it is a float or complex, else f64.
  package var floating: DType { kind >= .float ? self : .f64 }

  /// What matrices are factored in: as `floating`, but f32 for bf16.
  package var factored: DType { floating.computed }

  /// What elementwise kernels compute in: f32 for bf16, else itself.
  package var computed: DType { self == .bf16 ? .f32 : self }

  /// The dtype of the real and imaginary parts; itself when it is real.
  package var realPart: DType {
    switch self {
    case .c64: .f32
    case .c128: .f64
    case .bool, .u8, .i8, .i32, .i64, .f32, .f64, .bf16: self
    }
  }
}

/// The dtype of a value in an expression, and whether it is weak (made of scalars only).
struct ValueType: Equatable {
  let dtype: DType
  let isWeak: Bool

  init(_ dtype: DType, isWeak: Bool = false) {
    self.dtype = dtype
    self.isWeak = isWeak
  }

  init(_ operand: Operand) {
    switch operand {
    case .tensor(let tensor): self.init(tensor.dtype)
    case .scalar(let scalar): self.init(scalar.defaultDType, isWeak: true)
    }
  }

  func joined(with other: ValueType) -> ValueType {
    switch (isWeak, other.isWeak) {
    case (false, false): ValueType(dtype.promoted(with: other.dtype))
    case (false, true): ValueType(dtype.promoted(withScalar: other.dtype.kind))
    case (true, false): ValueType(other.dtype.promoted(withScalar: dtype.kind))
    case (true, true): ValueType(dtype.kind >= other.dtype.kind ? dtype : other.dtype, isWeak: true)
    }
  }
}

/// The types one step of an expression works with.
struct StepType {
  /// What the operands are converted to (of `where`, those after the first, which becomes bool).
  let operands: DType
  let result: ValueType

  /// The kernel table says whether the operation is defined for `operands`.
  init(_ operation: ElementwiseOperation, _ types: [ValueType]) {
    switch operation {
    case .where:
      let joined = types[1].joined(with: types[2])
      let isWeak = joined.isWeak && types[0].isWeak
      self.init(joined.dtype, joined.dtype, isWeak)
    case .add, .multiply, .subtract, .maximum, .minimum, .and, .or, .xor, .clip,
      .floor, .ceil, .round, .trunc, .relu, .sign, .negate, .invert, .conj:
      let joined = StepType.join(types)
      let dtype = StepType.isArithmetic(operation) ? StepType.counting(joined) : joined.dtype
      self.init(dtype, dtype, joined.isWeak)
    case .signbit:
      let joined = StepType.join(types)
      self.init(joined.dtype.floating, .bool, joined.isWeak)
    case .floorDivide, .remainder, .power, .square, .shiftLeft, .shiftRight:
      // Booleans count as the smallest integers, as in NumPy; lone scalars as Ints.
      let joined = StepType.join(types)
      let counting = StepType.counting(joined)
      let dtype = counting == .bool ? .i8 : counting
      self.init(dtype, dtype, joined.isWeak)
    case .divide, .atan2, .hypot, .sqrt, .exp, .expm1, .log, .log2, .log10, .log1p, .sin, .cos,
      .tan,
      .asin, .acos, .atan, .sinh, .cosh, .tanh, .asinh, .acosh, .atanh, .reciprocal, .sigmoid,
      .logAddExp, .copysign, .nextAfter, .polygamma, .erf, .erfc, .erfinv, .gamma, .lgamma,
      .digamma, .ndtr, .ndtri, .besselJ0, .besselJ1, .besselY0, .besselY1, .besselI0, .besselI1,
      .besselI0e, .besselI1e:
      let joined = StepType.join(types)
      self.init(joined.dtype.floating, joined.dtype.floating, joined.isWeak)
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .isnan, .isinf,
      .isfinite:
      let joined = StepType.join(types)
      self.init(joined.dtype, .bool, joined.isWeak)
    case .abs, .real, .imag:
      let joined = StepType.join(types)
      self.init(joined.dtype, joined.dtype.realPart, joined.isWeak)
    }
  }

  private init(_ operands: DType, _ result: DType, _ isWeak: Bool) {
    self.operands = operands
    self.result = ValueType(result, isWeak: isWeak)
  }

  private static func join(_ types: [ValueType]) -> ValueType {
    types.dropFirst().reduce(types[0]) { $0.joined(with: $1) }
  }

  private static func isArithmetic(_ operation: ElementwiseOperation) -> Bool {
    operation == .add || operation == .subtract || operation == .multiply || operation == .negate
  }

  /// Scalars that are booleans count as Ints in arithmetic: `true + true` is 2.
  private static func counting(_ type: ValueType) -> DType {
    type.isWeak && type.dtype == .bool ? .i64 : type.dtype
  }
}
