/// The elementwise operations, the ones a fused expression is made of. Raw values are shared with
/// the kernels.
///
/// The operation's language name is its case name; `TensorOps` lists the documentation.
package enum ElementwiseOperation: UInt8, CaseIterable, Sendable {
  // Two operands.
  case add, subtract, multiply, divide, floorDivide, remainder, power
  case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
  case and, or, xor
  case maximum, minimum, atan2, hypot
  // One operand.
  case negate, invert, abs, sign
  case sqrt, exp, expm1, log, log2, log10, log1p
  case sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, asinh, acosh, atanh
  case floor, ceil, round, trunc, square, reciprocal
  case isnan, isinf, isfinite
  case relu, sigmoid
  case real, imag, conj
  // Three operands.
  case `where`, clip
  // Two operands.
  case logAddExp, copysign, nextAfter, shiftLeft, shiftRight, polygamma
  // One operand.
  case signbit, erf, erfc, erfinv, gamma, lgamma, digamma, ndtr, ndtri
  case besselJ0, besselJ1, besselY0, besselY1, besselI0, besselI1, besselI0e, besselI1e

  package var arity: Int {
    switch self {
    case .add, .subtract, .multiply, .divide, .floorDivide, .remainder, .power, .equal, .notEqual,
      .less,
      .lessOrEqual, .greater, .greaterOrEqual, .and, .or, .xor, .maximum, .minimum, .atan2, .hypot,
      .logAddExp, .copysign, .nextAfter, .shiftLeft, .shiftRight, .polygamma:
      2
    case .where, .clip: 3
    case .negate, .invert, .abs, .sign, .sqrt, .exp, .expm1, .log, .log2, .log10, .log1p, .sin,
      .cos, .tan,
      .asin, .acos, .atan, .sinh, .cosh, .tanh, .asinh, .acosh, .atanh, .floor, .ceil, .round,
      .trunc, .square,
      .reciprocal, .isnan, .isinf, .isfinite, .relu, .sigmoid, .real, .imag, .conj,
      .signbit, .erf, .erfc, .erfinv, .gamma, .lgamma, .digamma, .ndtr, .ndtri, .besselJ0,
      .besselJ1, .besselY0, .besselY1, .besselI0, .besselI1, .besselI0e, .besselI1e:
      1
    }
  }
}

/// A maximal elementwise expression, compiled once and evaluated block by block in cache with one
/// allocation.
///
/// Values are numbered: 0 ..< leafCount are the leaves, leafCount + i is the result of step i; the
/// last step is the result.
package struct FusedExpression: Sendable {
  package struct Step: Sendable {
    package let operation: ElementwiseOperation
    /// Value numbers of the operands; unused ones are 0.
    package let a: Int
    package let b: Int
    package let c: Int

    package init(_ operation: ElementwiseOperation, _ a: Int, _ b: Int = 0, _ c: Int = 0) {
      self.operation = operation
      self.a = a
      self.b = b
      self.c = c
    }
  }

  package let leafCount: Int
  package let steps: [Step]
  /// Shared by copies, so that types are inferred once for each combination of dtypes.
  let programs = ProgramCache()
  let gradients = GradientCache()

  package init(leafCount: Int, steps: [Step]) {
    self.leafCount = leafCount
    self.steps = steps
  }
}

/// A failure inside a fused expression: which step, and what.
package struct FusedFailure: Error, Sendable {
  package let step: Int
  package let error: TensorError

  package init(step: Int, error: TensorError) {
    self.step = step
    self.error = error
  }
}
