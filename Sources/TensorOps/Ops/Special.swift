internal import TensorCore

// Elementwise: special functions, signs and bits, and the array API standard's names of what has
// another name here. Integers become f64; f32 stays f32, computed in double.

extension OperationTable {
  package static let specialOperations: [Operation] =
    probabilityOperations + besselOperations + bitOperations

  private static let probabilityOperations: [Operation] = [
    elementwise(
      "erf", .erf, ["x"], "The error function: 2/√π times the integral of exp(-t²) from 0 to x.",
      "erf([0, inf])", gives: "f64[2] [0. 1.]"),
    elementwise(
      "erfc", .erfc, ["x"], "`1 - erf(x)`, exact also where that is small.", "erfc([0, inf])",
      gives: "f64[2] [1. 0.]"),
    elementwise(
      "erfinv", .erfinv, ["x"], "The number with this error function; NaN outside [-1, 1].",
      "erfinv([-1, 0, 1])", gives: "f64[3] [-inf   0.  inf]"),
    elementwise(
      "gamma", .gamma, ["x"],
      "The gamma function: (x - 1)! of whole numbers; NaN at those below 0.",
      "gamma([1, 5])", gives: "f64[2] [ 1. 24.]"),
    elementwise(
      "lgamma", .lgamma, ["x"], "The logarithm of the absolute value of the gamma function.",
      "lgamma([1, 2])", gives: "f64[2] [0. 0.]"),
    elementwise(
      "digamma", .digamma, ["x"], "The derivative of `lgamma`.", "round(digamma(1), 6)",
      gives: "-0.577216"),
    elementwise(
      "polygamma", .polygamma, ["n", "x"],
      "The derivative number `n` of `digamma`, which is that of number 0.",
      "round(polygamma(1, 1), 6)", gives: "1.644934"),
    elementwise(
      "ndtr", .ndtr, ["x"], "The probability that a standard normal number is below x.", "ndtr(0)",
      gives: "0.5"),
    elementwise(
      "ndtri", .ndtri, ["p"],
      "The number that a standard normal number is below with probability p.", "ndtri([0, 0.5])",
      gives: "f64[2] [-inf   0.]"),
    elementwise(
      "logaddexp", .logAddExp, ["x", "y"], "`log(exp(x) + exp(y))`, without overflow on the way.",
      "logaddexp(-inf, 3)", gives: "3.0"),
  ]

  private static let besselOperations: [Operation] = [
    elementwise(
      "bessel_j0", .besselJ0, ["x"], "The Bessel function of the first kind of order 0.",
      "bessel_j0(0)", gives: "1.0"),
    elementwise(
      "bessel_j1", .besselJ1, ["x"], "The Bessel function of the first kind of order 1.",
      "bessel_j1(0)", gives: "0.0"),
    elementwise(
      "bessel_y0", .besselY0, ["x"],
      "The Bessel function of the second kind of order 0; NaN below 0.", "bessel_y0(0)",
      gives: "-inf"),
    elementwise(
      "bessel_y1", .besselY1, ["x"],
      "The Bessel function of the second kind of order 1; NaN below 0.", "bessel_y1(0)",
      gives: "-inf"),
    elementwise(
      "bessel_i0", .besselI0, ["x"], "The modified Bessel function of the first kind of order 0.",
      "bessel_i0(0)", gives: "1.0"),
    elementwise(
      "bessel_i1", .besselI1, ["x"], "The modified Bessel function of the first kind of order 1.",
      "bessel_i1(0)", gives: "0.0"),
    elementwise(
      "bessel_i0e", .besselI0e, ["x"], "`exp(-abs(x)) * bessel_i0(x)`, without overflow.",
      "bessel_i0e(0)", gives: "1.0"),
    elementwise(
      "bessel_i1e", .besselI1e, ["x"], "`exp(-abs(x)) * bessel_i1(x)`, without overflow.",
      "bessel_i1e(0)", gives: "0.0"),
  ]

  private static let bitOperations: [Operation] = [
    elementwise(
      "copysign", .copysign, ["x", "y"], "The size of `x` with the sign of `y`, also of 0 and NaN.",
      "copysign([1, 2], [-0.0, 5])", gives: "f64[2] [-1.  2.]"),
    elementwise(
      "nextafter", .nextAfter, ["x", "y"], "The float next to `x` in the direction of `y`.",
      "nextafter(1, 2) - 1", gives: "2.220446049250313e-16"),
    elementwise(
      "signbit", .signbit, ["x"], "Whether the sign is negative, also of -0.0 and NaN.",
      "signbit([-0.0, 0])", gives: "bool[2] [ True False]"),
    elementwise(
      "bitwise_left_shift", .shiftLeft, ["x", "y"],
      "The bits moved `y` places up; those moved out are lost.", "bitwise_left_shift([1, 3], 2)",
      gives: "i64[2] [ 4 12]"),
    elementwise(
      "bitwise_right_shift", .shiftRight, ["x", "y"],
      "The bits moved `y` places down: divided by 2^y, rounded down.",
      "bitwise_right_shift([8, -1], 2)", gives: "i64[2] [ 2 -1]"),
    elementwise(
      "bitwise_invert", .invert, ["x"], "The bits (or truths) the other way, as `!x`.",
      "bitwise_invert([0, 1])", gives: "i64[2] [-1 -2]"),
    elementwise(
      "pow", .power, ["x", "y"], "`x` to the power `y`, as `x ^ y`.", "pow([1, 2, 3], 2)",
      gives: "i64[3] [1 4 9]"),
    elementwise(
      "negative", .negate, ["x"], "The value with the other sign, as `-x`.", "negative([1, -2])",
      gives: "i64[2] [-1  2]"),
  ]
}
