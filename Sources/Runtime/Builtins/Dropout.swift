internal import TensorCore
internal import TensorOps

/// Noise for training.
let dropoutBuiltins: [Builtin] = [
  Builtin(
    "dropout",
    [
      .required("x"), .optional("p", "0.5"), .named("training", "true"), .named("key", "none"),
    ],
    "`x` with each element 0 with probability `p`, the others divided by `1 - p`; `x` itself without `training`.",
    examples: [("dropout([1.0, 2.0], 0.0)", "f64[2] [1. 2.]")], body: Dropout.dropout)
]

private enum Dropout {
  static func dropout(_ context: inout CallContext) throws(CallFailure) -> Value {
    let p = try context.float(1, default: 0.5)
    guard (0...1).contains(p) else {
      throw context.wrongValue(1, found: formatFloat(p), requirement: "from 0 to 1")
    }
    guard try context.bool(2, default: true), p > 0 else { return context.value(0) }
    guard let given = try context.value(0).stackedVariable() else {
      throw context.wrongType(0, wanted: "a tensor or a number")
    }
    var stream = try stream(context, words: given.shape.count)
    return try tensorResult { () throws(TensorError) in
      let x = given.isFloating ? given : try given.cast(to: .f64)
      let draws = try stream.uniform(x.shape, dtype: .f32)
      let result = try Dropout.apply(try x.asTensor(), Variable(draws), p)
      return Value(given.isScalar ? try result.asScalar() : result)
    }
  }

  private static func stream(_ context: CallContext, words: Int) throws(CallFailure)
    -> PhiloxStream
  {
    guard context.has(3) else { return context.host.nextStream(words: words) }
    let key = try context.external(3, as: KeyValue.self, wanted: "a Key")
    return try RandomKeys.use(key, context, argument: 3)
  }

  private static func apply(_ x: Variable, _ draws: Variable, _ p: Double) throws(TensorError)
    -> Variable
  {
    let leaves = [draws, Variable(p), x, Variable(p == 1 ? 0 : 1 / (1 - p)), 0]
    do throws(FusedFailure) { return try expression.apply(leaves) } catch { throw error.error }
  }

  /// draw ≥ p ? x scale : 0; leaves draws, p, x, scale, 0.
  private static let expression = FusedExpression(
    leafCount: 5,
    steps: [
      FusedExpression.Step(.greaterOrEqual, 0, 1), FusedExpression.Step(.multiply, 2, 3),
      FusedExpression.Step(.where, 5, 6, 4),
    ])
}
