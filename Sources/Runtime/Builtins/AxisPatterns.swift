internal import TensorCore
internal import TensorOps

/// Operations that name axes by words.
let axisPatternBuiltins: [Builtin] = [
  Builtin(
    "einsum", [.required("pattern"), .rest("tensors")],
    """
    Sums of products over named axes: what a term's axes are called stands between commas, and \
    behind `->` the axes of the result; the others are summed over.

    Axes are words with spaces between them, or single letters as in "ij,jk->ik"; `...` stands for \
    any number of axes, which broadcast. An axis that a term names twice is a diagonal.
    """,
    examples: [
      ("einsum(\"row k, k column -> row column\", [[1, 2]], [[3], [4]])", "i64[1, 1]\n[[11]]"),
      ("einsum(\"ii->\", [[1, 2], [3, 4]])", "5"),
    ], body: AxisPatterns.einsum),
  Builtin(
    "rearrange",
    [.required("x"), .required("pattern"), Signature.Parameter("sizes", .namedRest)],
    """
    The axes split, put in another order and joined, as a pattern says: "b (h w) c -> b c h w" \
    with `h = 8`.

    Parentheses hold the axes that one axis of the tensor consists of; a size that does not follow \
    from the shape is given by the axis's name. `1` is an axis of size 1, `...` any number of axes.
    """,
    examples: [
      ("rearrange([1, 2, 3, 4], \"(h w) -> w h\", h = 2)", "i64[2, 2]\n[[1 3]\n [2 4]]")
    ], body: AxisPatterns.rearrange),
]

enum AxisPatterns {
  static func einsum(_ context: inout CallContext) throws(CallFailure) -> Value {
    let pattern = try context.string(0)
    let given = try context.tuple(1)
    var operands: [Variable] = []
    for (position, value) in given.enumerated() {
      guard let variable = try value.stackedVariable() else {
        throw context.wrongType(
          1, found: value, within: "term \(position)", wanted: "a tensor or a number")
      }
      operands.append(variable)
    }
    do throws(TensorError) {
      return try Value(element: Einsum(pattern, operands).evaluate())
    } catch {
      throw CallFailure(error)
    }
  }

  static func rearrange(_ context: inout CallContext) throws(CallFailure) -> Value {
    try apply(.rearrange, context, sizes: 2)
  }

  /// `reduce(x, pattern, reduction, sizes...)`
  static func reduced(_ context: CallContext) throws(CallFailure) -> Value {
    try apply(.reduce(try context.string(2)), context, sizes: 3)
  }

  /// `repeat(x, pattern, axis, sizes...)`
  static func repeated(_ context: CallContext) throws(CallFailure) -> Value {
    try apply(.repeat, context, sizes: 3)
  }

  /// What a pattern says, done with the tensor that is the first argument; the sizes are the named
  /// arguments at `sizes`.
  private static func apply(
    _ kind: Rearrangement.Kind, _ context: CallContext, sizes index: Int
  ) throws(CallFailure) -> Value {
    let pattern = try context.string(1)
    guard let x = try context.value(0).stackedVariable() else {
      throw context.wrongType(0, wanted: "a tensor")
    }
    var sizes: [(name: String, size: Int)] = []
    if context.has(index) {
      for (name, value) in try context.record(index).fields {
        guard let size = value.exactInt else {
          throw context.wrongType(index, found: value, within: "`\(name)`", wanted: "an Int")
        }
        sizes.append((name, size))
      }
    }
    do throws(TensorError) {
      return try Value(element: Rearrangement(kind, pattern, sizes: sizes).apply(x))
    } catch {
      throw CallFailure(error)
    }
  }
}
