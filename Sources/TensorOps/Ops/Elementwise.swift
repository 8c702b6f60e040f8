internal import TensorCore

// Operations on each element. Operands broadcast; a number adopts the dtype of the tensor it meets.
// Numbers alone give a number.

extension OperationTable {
  package static let elementwiseOperations: [Operation] =
    arithmeticOperations + comparisonOperations + roundingOperations + exponentialOperations
    + trigonometricOperations + complexOperations + choosingOperations + castOperations

  /// An entry that is the elementwise operation itself.
  static func elementwise(
    _ name: String, _ operation: ElementwiseOperation, _ parameters: [String], _ summary: String,
    _ example: String, gives: String
  ) -> Operation {
    Operation(
      name: name, summary: summary,
      parameters: parameters.map { OperationParameter($0, .operand) }, example: example,
      gives: gives, elementwise: operation,
      derivative: operation.isFlat
        ? .constant : operation == .nextAfter ? Derivative.none : .elementwise
    ) { (arguments) throws(TensorError) in
      try apply(operation, Array(parameters.indices.map { arguments.operand($0) }))
    }
  }

  /// A number when all operands are numbers, else a tensor.
  static func apply(_ operation: ElementwiseOperation, _ operands: [Operand]) throws(TensorError)
    -> OperationResult
  {
    let expression = FusedExpression.of(operation)
    let result: Tensor
    do throws(FusedFailure) {
      result = try Tensor.evaluate(expression, leaves: operands)
    } catch {
      throw error.error
    }
    return operands.allSatisfy(\.isScalar) ? .value(result) : .tensor(result)
  }

  private static let arithmeticOperations: [Operation] = [
    elementwise(
      "add", .add, ["x", "y"], "The sum, as `x + y`.", "add([1, 2], 10)", gives: "i64[2] [11 12]"),
    elementwise(
      "subtract", .subtract, ["x", "y"], "The difference, as `x - y`.", "subtract([5, 7], [1, 2])",
      gives: "i64[2] [4 5]"),
    elementwise(
      "multiply", .multiply, ["x", "y"], "The product, as `x * y`.", "multiply([1, 2, 3], 2.5)",
      gives: "f64[3] [2.5 5.  7.5]"),
    elementwise(
      "divide", .divide, ["x", "y"], "The quotient, as `x / y`; of integers a Float.",
      "divide([1, 2, 3], 2)", gives: "f64[3] [0.5 1.  1.5]"),
    elementwise(
      "floor_divide", .floorDivide, ["x", "y"],
      "The quotient rounded down, as `x // y`. Integers divided by 0 are an error.",
      "floor_divide([-7, 7], 2)", gives: "i64[2] [-4  3]"),
    elementwise(
      "remainder", .remainder, ["x", "y"],
      "What floored division leaves, as `x % y`: of the sign of `y`.", "remainder([-7, 7], 3)",
      gives: "i64[2] [2 1]"),
    elementwise(
      "power", .power, ["x", "y"],
      "`x` to the power `y`, as `x ^ y`. Integers to a negative power are an error.",
      "power([1, 2, 3], 2)", gives: "i64[3] [1 4 9]"),
    elementwise(
      "negate", .negate, ["x"], "The value with the other sign, as `-x`.", "negate([1, -2])",
      gives: "i64[2] [-1  2]"),
    elementwise(
      "abs", .abs, ["x"], "The distance from 0.", "abs([-1.5, 2])", gives: "f64[2] [1.5 2. ]"),
    elementwise(
      "sign", .sign, ["x"], "-1, 0 or 1, by the sign.", "sign([-3, 0, 5])",
      gives: "i64[3] [-1  0  1]"),
    elementwise(
      "square", .square, ["x"], "The value times itself.", "square([1, -2, 3])",
      gives: "i64[3] [1 4 9]"),
    elementwise(
      "reciprocal", .reciprocal, ["x"], "One divided by the value.", "reciprocal([1, 2, 4])",
      gives: "f64[3] [1.   0.5  0.25]"),
    elementwise(
      "hypot", .hypot, ["x", "y"], "The square root of x² + y², without overflow on the way.",
      "hypot(3, 4)", gives: "5.0"),
    elementwise(
      "bitwise_and", .and, ["x", "y"], "The bits (or truths) both have, as `x & y`.",
      "bitwise_and([12, 10], 6)", gives: "i64[2] [4 2]"),
    elementwise(
      "bitwise_or", .or, ["x", "y"], "The bits (or truths) either has, as `x | y`.",
      "bitwise_or([12, 10], 6)", gives: "i64[2] [14 14]"),
    elementwise(
      "bitwise_xor", .xor, ["x", "y"], "The bits (or truths) only one has.",
      "bitwise_xor([12, 10], 6)", gives: "i64[2] [10 12]"),
    elementwise(
      "invert", .invert, ["x"], "The bits (or truths) the other way, as `!x`.",
      "invert([true, false])", gives: "bool[2] [False  True]"),
  ]

  private static let comparisonOperations: [Operation] = [
    elementwise(
      "equal", .equal, ["x", "y"], "Whether the values are equal, as `x == y`.",
      "equal([1, 2], [1, 3])", gives: "bool[2] [ True False]"),
    elementwise(
      "not_equal", .notEqual, ["x", "y"], "Whether the values differ, as `x != y`.",
      "not_equal([1, 2], [1, 3])", gives: "bool[2] [False  True]"),
    elementwise(
      "less", .less, ["x", "y"], "Whether `x` is smaller, as `x < y`.", "less([1, 2, 3], 2)",
      gives: "bool[3] [ True False False]"),
    elementwise(
      "less_equal", .lessOrEqual, ["x", "y"], "Whether `x` is at most `y`, as `x <= y`.",
      "less_equal([1, 2, 3], 2)", gives: "bool[3] [ True  True False]"),
    elementwise(
      "greater", .greater, ["x", "y"], "Whether `x` is larger, as `x > y`.",
      "greater([1, 2, 3], 2)", gives: "bool[3] [False False  True]"),
    elementwise(
      "greater_equal", .greaterOrEqual, ["x", "y"], "Whether `x` is at least `y`, as `x >= y`.",
      "greater_equal([1, 2, 3], 2)", gives: "bool[3] [False  True  True]"),
    elementwise(
      "isnan", .isnan, ["x"], "Whether the value is not a number.", "isnan([1, nan])",
      gives: "bool[2] [False  True]"),
    elementwise(
      "isinf", .isinf, ["x"], "Whether the value is infinite, of either sign.", "isinf([1, -inf])",
      gives: "bool[2] [False  True]"),
    elementwise(
      "isfinite", .isfinite, ["x"], "Whether the value is neither infinite nor NaN.",
      "isfinite([1, nan, inf])", gives: "bool[3] [ True False False]"),
  ]

  private static let roundingOperations: [Operation] = [
    elementwise(
      "floor", .floor, ["x"], "The largest whole number that is not above.", "floor([-1.5, 1.5])",
      gives: "f64[2] [-2.  1.]"),
    elementwise(
      "ceil", .ceil, ["x"], "The smallest whole number that is not below.", "ceil([-1.5, 1.5])",
      gives: "f64[2] [-1.  2.]"),
    elementwise(
      "trunc", .trunc, ["x"], "The whole number next to it on the side of 0.", "trunc([-1.5, 1.5])",
      gives: "f64[2] [-1.  1.]"),
    Operation(
      name: "round",
      summary: "The nearest number with so many decimals; halfway between two, the even one.",
      parameters: [
        OperationParameter("x", .operand), OperationParameter("decimals", .int, .int(0)),
      ],
      example: "round([0.5, 1.5, 2.345], decimals = 2)", gives: "f64[3] [0.5  1.5  2.35]",
      elementwise: .round, derivative: .constant
    ) { (arguments) throws(TensorError) in
      let operand = arguments.operand(0)
      let result = try rounded(operand, decimals: arguments.int(1))
      return operand.isScalar ? .value(result) : .tensor(result)
    },
  ]

  /// As NumPy: scaled by a power of ten, rounded, scaled back.
  private static func rounded(_ operand: Operand, decimals: Int) throws(TensorError) -> Tensor {
    let x = try operand.asTensor()
    if decimals == 0 || (decimals > 0 && x.dtype.kind <= .integer) {
      return try Tensor.elementwise(.round, operand)
    }
    guard decimals.magnitude <= 300 else {
      throw .argument(
        operation: "round", name: "decimals", value: "\(decimals)", requirement: "from -300 to 300")
    }
    var power = 1.0
    for _ in 0..<decimals.magnitude { power *= 10 }
    let scale = Operand.scalar(.float(power))
    let scaled = try Tensor.elementwise(decimals > 0 ? .multiply : .divide, .tensor(x), scale)
    let whole = try Tensor.elementwise(.round, scaled)
    let result = try Tensor.elementwise(
      decimals > 0 ? .divide : .multiply, .tensor(whole), scale)
    return x.dtype.kind == .integer ? try result.cast(to: x.dtype) : result
  }

  private static let exponentialOperations: [Operation] = [
    elementwise(
      "sqrt", .sqrt, ["x"], "The square root; NaN below 0.", "sqrt([1, 4, 9])",
      gives: "f64[3] [1. 2. 3.]"),
    elementwise("exp", .exp, ["x"], "e to the power x.", "exp(0)", gives: "1.0"),
    elementwise(
      "expm1", .expm1, ["x"], "`exp(x) - 1`, exact also near 0.", "expm1(0)", gives: "0.0"),
    elementwise(
      "log", .log, ["x"], "The natural logarithm; -inf at 0, NaN below.", "log(1)", gives: "0.0"),
    elementwise(
      "log2", .log2, ["x"], "The logarithm to base 2.", "log2([1, 8])", gives: "f64[2] [0. 3.]"),
    elementwise(
      "log10", .log10, ["x"], "The logarithm to base 10.", "log10([1, 1000])",
      gives: "f64[2] [0. 3.]"),
    elementwise(
      "log1p", .log1p, ["x"], "`log(1 + x)`, exact also near 0.", "log1p(0)", gives: "0.0"),
    elementwise(
      "sigmoid", .sigmoid, ["x"], "1 / (1 + exp(-x)), without overflow.", "sigmoid(0)",
      gives: "0.5"),
    elementwise(
      "relu", .relu, ["x"], "The value, or 0 where it is below 0.", "relu([-1, 2])",
      gives: "i64[2] [0 2]"),
  ]

  private static let trigonometricOperations: [Operation] = [
    elementwise("sin", .sin, ["x"], "The sine of an angle in radians.", "sin(0)", gives: "0.0"),
    elementwise("cos", .cos, ["x"], "The cosine of an angle in radians.", "cos(0)", gives: "1.0"),
    elementwise("tan", .tan, ["x"], "The tangent of an angle in radians.", "tan(0)", gives: "0.0"),
    elementwise(
      "asin", .asin, ["x"], "The angle in -π/2…π/2 with this sine.", "asin(0)", gives: "0.0"),
    elementwise(
      "acos", .acos, ["x"], "The angle in 0…π with this cosine.", "acos(1)", gives: "0.0"),
    elementwise(
      "atan", .atan, ["x"], "The angle in -π/2…π/2 with this tangent.", "atan(0)", gives: "0.0"),
    elementwise(
      "atan2", .atan2, ["y", "x"], "The angle in -π…π of the point (x, y).", "atan2(0, 1)",
      gives: "0.0"),
    elementwise("sinh", .sinh, ["x"], "The hyperbolic sine.", "sinh(0)", gives: "0.0"),
    elementwise("cosh", .cosh, ["x"], "The hyperbolic cosine.", "cosh(0)", gives: "1.0"),
    elementwise("tanh", .tanh, ["x"], "The hyperbolic tangent.", "tanh(0)", gives: "0.0"),
    elementwise(
      "asinh", .asinh, ["x"], "The number with this hyperbolic sine.", "asinh(0)", gives: "0.0"),
    elementwise(
      "acosh", .acosh, ["x"], "The number, at least 0, with this hyperbolic cosine.", "acosh(1)",
      gives: "0.0"),
    elementwise(
      "atanh", .atanh, ["x"], "The number with this hyperbolic tangent.", "atanh(0)",
      gives: "0.0"),
  ]

  private static let complexOperations: [Operation] = [
    elementwise(
      "real", .real, ["x"], "The real part.", "real([1 + 2i, 3])", gives: "f64[2] [1. 3.]"),
    elementwise(
      "imag", .imag, ["x"], "The imaginary part; 0 of real numbers.", "imag([1 + 2i, 3])",
      gives: "f64[2] [2. 0.]"),
    elementwise(
      "conj", .conj, ["x"], "The complex conjugate.", "real(conj(1 + 2i))", gives: "1.0"),
  ]

  private static let choosingOperations: [Operation] = [
    elementwise(
      "maximum", .maximum, ["x", "y"], "The larger of two; NaN when either is.",
      "maximum([1, 5], [4, 2])", gives: "i64[2] [4 5]"),
    elementwise(
      "minimum", .minimum, ["x", "y"], "The smaller of two; NaN when either is.",
      "minimum([1, 5], [4, 2])", gives: "i64[2] [1 2]"),
    elementwise(
      "where", .where, ["condition", "x", "y"],
      "`x` where the condition holds, `y` elsewhere.", "where([true, false], 1, [10, 20])",
      gives: "i64[2] [ 1 20]"),
    Operation(
      name: "clip",
      summary: "The value, brought up to `min` and down to `max`; one may be left out.",
      parameters: [
        OperationParameter("x", .operand), OperationParameter("min", .operand, .none),
        OperationParameter("max", .operand, .none),
      ],
      example: "clip([1, 5, 9], 2, 6)", gives: "i64[3] [2 5 6]", elementwise: .clip,
      derivative: .clipped
    ) { (arguments) throws(TensorError) in
      let x = arguments.operand(0)
      switch (arguments.optionalOperand(1), arguments.optionalOperand(2)) {
      case (let low?, let high?): return try apply(.clip, [x, low, high])
      case (let low?, nil): return try apply(.maximum, [x, low])
      case (nil, let high?): return try apply(.minimum, [x, high])
      case (nil, nil):
        throw .argument(
          operation: "clip", name: "min", value: "none", requirement: "given, or `max`")
      }
    },
  ]

  /// One for each dtype, under its name.
  private static let castOperations: [Operation] = DType.allCases.map { dtype in
    let (summary, example, gives) = castDocumentation(dtype)
    return Operation(
      name: dtype.name, summary: summary, parameters: [OperationParameter("x", .operand)],
      example: example, gives: gives,
      derivative: castDerivative(dtype)
    ) { (arguments) throws(TensorError) in
      switch arguments.operand(0) {
      case .tensor(let tensor): .tensor(try tensor.cast(to: dtype))
      case .scalar(let scalar): .value(try Tensor(scalar: scalar, dtype: dtype))
      }
    }
  }

  private static func castDerivative(_ dtype: DType) -> Derivative {
    switch dtype.kind {
    case .bool, .integer: .constant
    case .float: .identity
    case .complex: .none
    }
  }

  private static func castDocumentation(_ dtype: DType) -> (String, String, String) {
    switch dtype {
    case .bool: ("Whether each element is not 0.", "bool([0, 2])", "bool[2] [False  True]")
    case .u8:
      ("As integers from 0 to 255; floats are truncated.", "u8([1, 255])", "u8[2] [  1 255]")
    case .i8:
      ("As integers from -128 to 127; floats are truncated.", "i8([-1, 5])", "i8[2] [-1  5]")
    case .i32: ("As 32-bit integers; floats are truncated.", "i32([1.9, -1.9])", "i32[2] [ 1 -1]")
    case .i64: ("As 64-bit integers; floats are truncated.", "i64([1.9, -1.9])", "i64[2] [ 1 -1]")
    case .f32: ("As floats of single precision.", "f32([1, 2])", "f32[2] [1. 2.]")
    case .f64: ("As floats of double precision.", "f64([1, 2])", "f64[2] [1. 2.]")
    case .c64:
      ("As complex numbers of single precision.", "imag(c64([1, 2]))", "f32[2] [0. 0.]")
    case .c128:
      ("As complex numbers of double precision.", "imag(c128([1, 2]))", "f64[2] [0. 0.]")
    case .bf16:
      (
        "As floats of half the bytes of f32 and its range: 8 binary digits, rounded to nearest.",
        "bf16([0.1, 3.14159])", "bf16[2] [0.1  3.14]"
      )
    }
  }
}

extension Operand {
  var isScalar: Bool {
    switch self {
    case .tensor: false
    case .scalar: true
    }
  }

  /// A scalar as a tensor of rank 0.
  func asTensor() throws(TensorError) -> Tensor {
    switch self {
    case .tensor(let tensor): tensor
    case .scalar(let scalar): try Tensor(scalar: scalar)
    }
  }
}
