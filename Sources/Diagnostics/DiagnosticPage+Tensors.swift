// The pages on tensors.

extension DiagnosticPage {
  static let contraction = DiagnosticPage(
    "Shapes that do not fit in a matrix product",
    #"""
    `a @ b` adds up over the last axis of `a` and the last but one of `b` (the only one of a \#
    vector); the two have one size. The other axes broadcast. `x'` swaps the last two axes.
    """#,
    wrong: #"""
      zeros(128, 64) @ zeros(32, 10)
      """#,
    right: #"""
      zeros(128, 64) @ zeros(64, 10)
      """#)

  static let broadcast = DiagnosticPage(
    "Shapes that do not broadcast",
    #"""
    Elementwise operations line shapes up from the last axis; each pair of sizes is equal or \#
    one of them is 1. `x[:, new]` adds an axis of size 1 where it is needed.
    """#,
    wrong: #"""
      [1, 2] + [1, 2, 3]
      """#,
    right: #"""
      [1, 2][:, new] + [1, 2, 3][new, :]
      """#)

  static let indexOutOfRange = DiagnosticPage(
    "An index out of range",
    #"""
    Indices count from 0 to the size minus one, or from the end with -1, -2, … The message \#
    shows the shape and the axis. A slice, unlike an index, may reach beyond the end.
    """#,
    wrong: #"""
      x = [1, 2, 3]
      x[3]
      """#,
    right: #"""
      x = [1, 2, 3]
      x[-1]
      """#)

  static let axisOutOfRange = DiagnosticPage(
    "An axis that the tensor does not have",
    #"""
    Axes count from 0 to the rank minus one, or from the end with -1, -2, …
    """#,
    wrong: #"""
      sum([[1, 2], [3, 4]], axis = 2)
      """#,
    right: #"""
      sum([[1, 2], [3, 4]], axis = 1)
      """#)

  static let tooManyIndices = DiagnosticPage(
    "More indices than axes",
    #"""
    An index has at most one item for each axis; `...` and `new` do not count, a mask counts \#
    for as many as its rank.
    """#,
    wrong: #"""
      x = [1, 2, 3]
      x[0, 1]
      """#,
    right: #"""
      x = [[1, 2, 3]]
      x[0, 1]
      """#)

  static let unsupportedDType = DiagnosticPage(
    "A dtype the operation does not work on",
    #"""
    The operation has no meaning for elements of this type. Convert them first: `f64(x)`, \#
    `i64(x)`.
    """#,
    wrong: #"""
      [true, false] - [true, true]
      """#,
    right: #"""
      i64([true, false]) - i64([true, true])
      """#)

  static let reshape = DiagnosticPage(
    "A shape with another number of elements",
    #"""
    Reshaping keeps the elements, so the product of the sizes stays. One size may be -1: it \#
    is worked out from the others.
    """#,
    wrong: #"""
      arange(6).reshape(4, 2)
      """#,
    right: #"""
      arange(6).reshape(-1, 2)
      """#)

  static let unequalElements = DiagnosticPage(
    "Elements that do not make a tensor",
    #"""
    Brackets stack elements of one shape. Elements of different shapes or kinds go into a \#
    tuple, in parentheses.
    """#,
    wrong: #"""
      [[1, 2], [3]]
      """#,
    right: #"""
      ([1, 2], [3])
      """#)

  static let contractFailed = DiagnosticPage(
    "A value that breaks a shape contract",
    #"""
    A parameter or result is annotated with a type and a shape, and the value is different. \#
    A dimension's name has one size in a call; where two arguments give it different sizes, \#
    both are shown.
    """#,
    wrong: #"""
      fn f(q: f32[heads, d], k: f32[keys, d]) = q @ k'
      f(zeros(2, 64, dtype = f32), zeros(5, 128, dtype = f32))
      """#,
    right: #"""
      fn f(q: f32[heads, d], k: f32[keys, d]) = q @ k'
      f(zeros(2, 64, dtype = f32), zeros(5, 64, dtype = f32))
      """#)

  static let linearAlgebra = DiagnosticPage(
    "A matrix the method cannot treat",
    #"""
    The matrix is singular, not positive definite, not square, or the iteration did not \#
    converge. A least-squares solution, `linalg.lstsq`, exists for every matrix.
    """#,
    wrong: #"""
      linalg.solve([[1, 2], [2, 4]], [1, 1])
      """#,
    right: #"""
      linalg.lstsq([[1, 2], [2, 4]], [1, 1])
      """#)

  static let ambiguousCondition = DiagnosticPage(
    "A condition with many answers",
    #"""
    `if`, `while`, `and`, `or` and `not` take one truth value. A tensor of several elements \#
    is neither true nor false as a whole: say `any(x)` or `all(x)`, or combine elementwise \#
    with `&`, `|`, `!`.
    """#,
    wrong: #"""
      x = [1, 2, 3]
      if x > 2 { print("large") }
      """#,
    right: #"""
      x = [1, 2, 3]
      if any(x > 2) { print("large") }
      """#)

  static let emptyReduction = DiagnosticPage(
    "A reduction of nothing",
    #"""
    The minimum, maximum or position of an extreme of no elements does not exist. Sums and \#
    products of nothing do: 0 and 1.
    """#,
    wrong: #"""
      max([])
      """#,
    right: #"""
      max([0, 1])
      """#)

  static let shapeMismatch = DiagnosticPage(
    "Shapes that must be equal and are not",
    #"""
    The operation needs a mask of the shape of what it selects from, a value of the shape of \#
    the place it is assigned to, or a tensor with another number of axes.
    """#,
    wrong: #"""
      x = zeros(3)
      x[0:2] = [1, 2, 3]
      """#,
    right: #"""
      x = zeros(3)
      x[0:2] = [1, 2]
      """#)

  static let rankTooHigh = DiagnosticPage(
    "A tensor with too many axes",
    #"""
    A tensor has at most as many axes as the message says. Axes of size 1 are removed by \#
    `squeeze`, neighbouring ones joined by `reshape`.
    """#,
    wrong: #"""
      ones(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
      """#,
    right: #"""
      ones(1)
      """#)

  static let valueOutOfRange = DiagnosticPage(
    "A number that the dtype cannot hold",
    #"""
    The value lies outside the range of the element type, or a float that is not finite is \#
    turned into an integer. Choose a wider type or bound the values with `clip`.
    """#,
    wrong: #"""
      u8(300)
      """#,
    right: #"""
      i32(300)
      """#)

  static let noDerivative = DiagnosticPage(
    "An operation without a derivative",
    #"""
    A value that `grad` and its like follow went into an operation that has no derivative, so what \#
    comes of it would silently count as constant. If that is meant, say so with `stop_gradient`. \#
    Complex numbers have no derivative here.
    """#,
    wrong: #"""
      grad(x -> abs(x * 2i))(1.0)
      """#,
    right: #"""
      grad(x -> 2 * abs(x))(1.0)
      """#)
}
