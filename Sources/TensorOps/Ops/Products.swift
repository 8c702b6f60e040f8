internal import TensorCore

// Products of tensors and sizes of vectors and matrices, made of matrix products and norms.

extension OperationTable {
  package static let compositeProducts: [Operation] = [
    Operation(
      composed: "vecdot",
      "The inner products of vectors along an axis; of complex ones, of the first's conjugate.",
      [a, b, OperationParameter("axis", .int, .int(-1))], "vecdot([[1, 2], [3, 4]], [1, 1])",
      gives: "i64[2] [3 7]"
    ) { (arguments) throws(TensorError) in
      .one(try vecdot(arguments.operand(0), arguments.operand(1), arguments.attributes.int(2)))
    },
    Operation(
      composed: "tensordot",
      "Sums of products over the last axes of `a` and the first of `b`, as many as `axes` says, or "
        + "over the two rows of axes it names.",
      [a, b, OperationParameter("axes", .tensor, .int(2))], "tensordot([1, 2], [3, 4], 1)",
      gives: "11"
    ) { (arguments) throws(TensorError) in try tensordot(arguments) },
    Operation(
      composed: "cross", "The cross product of vectors of three elements along an axis.",
      [a, b, OperationParameter("axis", .int, .int(-1))], "cross([1, 0, 0], [0, 1, 0])",
      gives: "i64[3] [0 0 1]"
    ) { (arguments) throws(TensorError) in
      .one(try cross(arguments.operand(0), arguments.operand(1), arguments.attributes.int(2)))
    },
    Operation(
      composed: "matrix_power",
      "The product of so many of the matrix; of its inverse when `n` is negative.",
      [a, OperationParameter("n", .int)], "matrix_power([[1, 1], [0, 1]], 5)",
      gives: "i64[2, 2]\n[[1 5]\n [0 1]]"
    ) { (arguments) throws(TensorError) in
      .one(try power(arguments.operand(0), arguments.attributes.int(1)))
    },
    Operation(
      composed: "vector_norm",
      "The size of vectors along the given axes, or of all elements: Euclidean, or of order `ord`.",
      [
        OperationParameter("x", .tensor), OperationParameter("axis", .ints, .none),
        OperationParameter("keepdims", .bool, .bool(false)),
        OperationParameter("ord", .float, .float(2)),
      ], "vector_norm([[3.0, 4.0]], axis = 1)", gives: "f64[1] [5.]"
    ) { (arguments) throws(TensorError) in .one(try vectorNorm(arguments)) },
    Operation(
      composed: "matrix_norm",
      "The size of matrices: of Frobenius (\"fro\"), nuclear (\"nuc\", the sum of the singular "
        + "values), or of order 1, 2, inf or the negative ones.",
      [
        OperationParameter("x", .tensor), OperationParameter("keepdims", .bool, .bool(false)),
        OperationParameter("ord", .float, .string("fro"), allows: [.text, .none]),
      ], "matrix_norm([[3.0, 0.0], [0.0, 4.0]])", gives: "5.0"
    ) { (arguments) throws(TensorError) in
      let x = arguments.operand(0)
      guard x.rank >= 2 else {
        throw .wrongRank(operation: "matrix_norm", expected: "2 or more", shape: x.shape)
      }
      let attributes = arguments.attributes
      if let word = attributes.optionalString(2), word != "fro" {
        guard word == "nuc" else {
          throw .argument(
            operation: "matrix_norm", name: "ord", value: "\"\(word)\"",
            requirement: "a Float, \"fro\" or \"nuc\"")
        }
        let total = try x.applying("svdvals").sum(axes: [-1], keepingAxes: false)
        let shape = x.shape.reducing([x.rank - 2, x.rank - 1], keepingAxes: attributes.bool(1))
        return .one(try total.asTensor().reshaped(to: shape))
      }
      let order = attributes.optionalFloat(2).map { OperationArgument.float($0) } ?? .none
      return .one(
        try x.applying(
          "norm", .plain(order), .plain(.ints([x.rank - 2, x.rank - 1])),
          .plain(.bool(attributes.bool(1)))))
    },
  ]

  private static let a = OperationParameter("a", .tensor)
  private static let b = OperationParameter("b", .tensor)

  private static func vecdot(_ a: Variable, _ b: Variable, _ axis: Int) throws(TensorError)
    -> Variable
  {
    guard a.rank > 0, b.rank > 0 else {
      throw .wrongRank(
        operation: "vecdot", expected: "1 or more", shape: a.rank == 0 ? a.shape : b.shape)
    }
    let (i, j) = (try a.shape.resolve(axis: axis), try b.shape.resolve(axis: axis))
    guard a.shape[i] == b.shape[j] else {
      throw .shapeMismatch(
        operation: "vecdot", what: "the vectors differ in length", lhs: a.shape, rhs: b.shape)
    }
    let left = a.dtype.kind == .complex ? try Variable.elementwise(.conj, a) : a
    let product = try left * b
    let fromEnd = axis < 0 ? axis : i - a.rank
    return try product.sum(axes: [fromEnd]).cast(to: a.dtype.promoted(with: b.dtype).summed)
  }

  private static func tensordot(_ arguments: VariableArguments) throws(TensorError)
    -> VariableResult
  {
    let (a, b) = (arguments.operand(0), arguments.operand(1))
    var (first, second): ([Int], [Int])
    if let axes = try arguments.optionalOperand(2)?.tensor() {
      let numbers = try axes.toInts()
      switch axes.shape.array {
      case []:
        let count = numbers[0]
        guard count >= 0, count <= min(a.rank, b.rank) else {
          throw .argument(
            operation: "tensordot", name: "axes", value: String(count),
            requirement: "from 0 to \(min(a.rank, b.rank))")
        }
        (first, second) = (Array((a.rank - count)..<a.rank), Array(0..<count))
      case let sizes where sizes.count <= 2 && sizes[0] == 2:
        let half = numbers.count / 2
        (first, second) = (Array(numbers[..<half]), Array(numbers[half...]))
      default:
        throw .argument(
          operation: "tensordot", name: "axes", value: axes.summary.description,
          requirement: "one Int or two rows of axes")
      }
    } else {
      let count = min(2, a.rank, b.rank)
      (first, second) = (Array((a.rank - count)..<a.rank), Array(0..<count))
    }
    var left = (0..<a.rank).map { "a\($0)" }
    let right = (0..<b.rank).map { "b\($0)" }
    for (i, j) in zip(first, second) {
      let (own, other) = (try a.shape.resolve(axis: i), try b.shape.resolve(axis: j))
      guard a.shape[own] == b.shape[other] else {
        throw .shapeMismatch(
          operation: "tensordot", what: "axes \(i) and \(j) differ in size", lhs: a.shape,
          rhs: b.shape)
      }
      guard left[own].hasPrefix("a"), !left.contains(right[other]) else {
        throw .duplicateAxis(axis: i)
      }
      left[own] = right[other]
    }
    let result = left.filter { $0.hasPrefix("a") } + right.filter { !left.contains($0) }
    return .one(
      try Einsum(labels: [left, right], result: result, [a.asTensor(), b.asTensor()]).evaluate())
  }

  private static func cross(_ a: Variable, _ b: Variable, _ axis: Int) throws(TensorError)
    -> Variable
  {
    let (i, j) = (try a.shape.resolve(axis: axis), try b.shape.resolve(axis: axis))
    guard a.shape[i] == 3, b.shape[j] == 3 else {
      throw .shapeMismatch(
        operation: "cross", what: "axis \(axis) must have 3 elements", lhs: a.shape, rhs: b.shape)
    }
    func part(_ x: Variable, _ axis: Int, _ place: Int) throws(TensorError) -> Variable {
      try x.slice(axis: axis, start: place % 3, count: 1)
    }
    var parts: [Variable] = []
    for place in 0..<3 {
      let forth = try part(a, i, place + 1) * part(b, j, place + 2)
      let back = try part(a, i, place + 2) * part(b, j, place + 1)
      parts.append(try forth - back)
    }
    return try Variable.concatenated(parts, axis: axis < 0 ? axis : i)
  }

  private static func power(_ x: Variable, _ n: Int) throws(TensorError) -> Variable {
    guard x.rank >= 2 else {
      throw .wrongRank(operation: "matrix_power", expected: "2 or more", shape: x.shape)
    }
    let size = x.shape[x.rank - 1]
    guard x.shape[x.rank - 2] == size else {
      throw .notSquare(operation: "matrix_power", shape: x.shape)
    }
    if n == 0 {
      let identity = try Tensor.identity(Shape([size, size]), x.dtype)
      return Variable(try identity.broadcast(to: x.shape).copy())
    }
    var square = n < 0 ? try x.applying("inv") : x
    var rest = n.magnitude
    var result: Variable?
    while true {
      if rest & 1 == 1 {
        result = try result.map { (r) throws(TensorError) in try r.matmul(square) } ?? square
      }
      rest >>= 1
      guard rest > 0 else { return result ?? square }
      square = try square.matmul(square)
    }
  }

  private static func vectorNorm(_ arguments: VariableArguments) throws(TensorError) -> Variable {
    let x = arguments.operand(0)
    let attributes = arguments.attributes
    let keeps = attributes.bool(2)
    let axes = try x.shape.resolve(axes: attributes.optionalInts(1) ?? Array(0..<x.rank))
    // Several axes are joined to one: two would be those of matrices.
    let order = (0..<x.rank).filter { !axes.contains($0) }
    let kept = order.map { x.shape[$0] }
    let length = axes.reduce(1) { $0 * x.shape[$1] }
    let lines = try x.transposed(order + axes).reshaped(to: Shape(kept + [length]))
    let result = try lines.applying(
      "norm", .plain(.float(attributes.float(3))), .plain(.ints([kept.count])),
      .plain(.bool(false)))
    let shape = x.shape.reducing(axes, keepingAxes: keeps)
    let real: DType = x.dtype == .f32 || x.dtype == .c64 ? .f32 : result.dtype
    return try result.asTensor().cast(to: real).reshaped(to: shape)
  }
}

extension DType {
  /// The type of a sum that keeps its operands' type: booleans are counted.
  fileprivate var summed: DType { self == .bool ? .i64 : self }
}
