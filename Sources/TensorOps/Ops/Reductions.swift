internal import TensorCore

// One value of many: over all elements, or over the axes given. `keepdims` leaves those axes with
// size 1.

extension OperationTable {
  package static let reductionOperations: [Operation] =
    totalOperations + spreadOperations + extremeOperations + truthOperations + runningOperations

  private static let x = OperationParameter("x", .tensor)
  private static let axes = OperationParameter("axis", .ints, .none)
  private static let axis = OperationParameter("axis", .int, .none)
  private static let keepdims = OperationParameter("keepdims", .bool, .bool(false))
  private static let correction = OperationParameter("correction", .float, .float(0))
  private static let dtype = OperationParameter("dtype", .dtype, .none)

  private static func reduction(
    _ name: String, _ reduction: Reduction, _ summary: String, _ example: String, gives: String,
    _ derivative: Derivative, hasDType: Bool = false
  ) -> Operation {
    Operation(
      name: name, summary: summary,
      parameters: [x, axes, keepdims] + (hasDType ? [dtype] : []), example: example, gives: gives,
      derivative: derivative
    ) { (arguments) throws(TensorError) in
      guard hasDType, let dtype = arguments.optionalDType(3) else {
        return .value(
          try arguments.tensor(0).reduced(
            reduction, axes: arguments.optionalInts(1), keepingAxes: arguments.bool(2)))
      }
      let x = try arguments.tensor(0).cast(to: dtype)
      return .value(
        try x.reduced(
          reduction, axes: arguments.optionalInts(1), keepingAxes: arguments.bool(2)
        ).cast(to: dtype))
    }
  }

  private static let totalOperations: [Operation] = [
    reduction(
      "sum", .sum, "The sum; of integers and booleans as i64.",
      "sum([[1, 2], [3, 4]], axis = 0)", gives: "i64[2] [4 6]", .sum, hasDType: true),
    reduction(
      "prod", .product, "The product; of integers and booleans as i64.", "prod([1, 2, 3, 4])",
      gives: "24", .product, hasDType: true),
    reduction(
      "mean", .mean, "The mean; of integers as f64.", "mean([1, 2, 3, 4])", gives: "2.5", .mean),
    reduction(
      "count_nonzero", .countNonzero, "How many elements are not 0.", "count_nonzero([0, 3, 4])",
      gives: "2", .constant),
  ]

  private static let spreadOperations: [Operation] = [
    Operation(
      name: "var",
      summary:
        "The variance: the mean squared distance from the mean, divided by count - `correction`.",
      parameters: [x, axes, correction, keepdims], example: "var([1, 2, 3, 4])",
      gives: "1.25",
      derivative: .variance
    ) { (arguments) throws(TensorError) in
      .value(
        try arguments.tensor(0).variance(
          axes: arguments.optionalInts(1), correction: arguments.float(2),
          keepingAxes: arguments.bool(3)))
    },
    Operation(
      name: "std", summary: "The standard deviation: the square root of the variance.",
      parameters: [x, axes, correction, keepdims], example: "std([1, 3])", gives: "1.0",
      derivative: .deviation
    ) { (arguments) throws(TensorError) in
      .value(
        try arguments.tensor(0).standardDeviation(
          axes: arguments.optionalInts(1), correction: arguments.float(2),
          keepingAxes: arguments.bool(3)))
    },
  ]

  private static let extremeOperations: [Operation] = [
    reduction(
      "max", .max, "The largest element; NaN when there is one.", "max([3, 9, 4])", gives: "9",
      .extreme),
    reduction(
      "min", .min, "The smallest element; NaN when there is one.", "min([3, 9, 4])", gives: "3",
      .extreme),
    position(
      "argmax", largest: true, "The position of the first largest element.", "argmax([3, 9, 4])",
      gives: "1"),
    position(
      "argmin", largest: false, "The position of the first smallest element.",
      "argmin([[3, 9], [4, 1]], axis = 1)", gives: "i64[2] [0 1]"),
  ]

  private static func position(
    _ name: String, largest: Bool, _ summary: String, _ example: String, gives: String
  ) -> Operation {
    Operation(
      name: name, summary: summary, parameters: [x, axis, keepdims], example: example, gives: gives,
      derivative: .constant
    ) { (arguments) throws(TensorError) in
      .value(
        try arguments.tensor(0).extremePosition(
          largest: largest, axis: arguments.optionalInt(1), keepingAxes: arguments.bool(2)))
    }
  }

  private static let truthOperations: [Operation] = [
    reduction(
      "any", .any, "Whether some element is not 0.", "any([false, true])", gives: "true", .constant),
    reduction(
      "all", .all, "Whether no element is 0.", "all([false, true])", gives: "false", .constant),
  ]

  private static func running(
    _ name: String, products: Bool, _ summary: String, _ example: String, gives: String
  ) -> Operation {
    Operation(
      name: name, summary: summary, parameters: [x, axis], example: example, gives: gives,
      derivative: products ? .runningProduct : .runningSum
    ) { (arguments) throws(TensorError) in
      .tensor(
        try arguments.tensor(0).accumulated(products: products, axis: arguments.optionalInt(1)))
    }
  }

  private static let runningOperations: [Operation] = [
    running(
      "cumsum", products: false,
      "The running sum along an axis; of all elements in order without one.", "cumsum([1, 2, 3])",
      gives: "i64[3] [1 3 6]"),
    running(
      "cumprod", products: true,
      "The running product along an axis; of all elements in order without one.",
      "cumprod([1, 2, 3, 4])", gives: "i64[4] [ 1  2  6 24]"),
  ]
}
