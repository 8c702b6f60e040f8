internal import TensorCore

// Order, and where things are.

extension OperationTable {
  package static let gatheringOperations: [Operation] =
    sortingOperations + searchingOperations + countingOperations

  private static let sortingOperations: [Operation] = [
    Operation(
      name: "sort", summary: "The elements in order along an axis; NaN comes last either way.",
      parameters: [
        OperationParameter("x", .tensor), OperationParameter("axis", .int, .int(-1)),
        OperationParameter("descending", .bool, .bool(false)),
        OperationParameter("stable", .bool, .bool(true)),
      ],
      example: "sort([3, 1, 2])", gives: "i64[3] [1 2 3]",
      derivative: .sorted
    ) { (arguments) throws(TensorError) in
      .tensor(try arguments.tensor(0).sorted(axis: arguments.int(1), descending: arguments.bool(2)))
    },
    Operation(
      name: "argsort",
      summary: "The positions that sort along an axis; equal elements keep their order.",
      parameters: [
        OperationParameter("x", .tensor), OperationParameter("axis", .int, .int(-1)),
        OperationParameter("descending", .bool, .bool(false)),
        OperationParameter("stable", .bool, .bool(true)),
      ],
      example: "argsort([3, 1, 2])", gives: "i64[3] [1 2 0]",
      derivative: .constant
    ) { (arguments) throws(TensorError) in
      .tensor(
        try arguments.tensor(0).argsorted(axis: arguments.int(1), descending: arguments.bool(2)))
    },
    Operation(
      name: "top_k",
      summary:
        "The k largest along an axis, largest first, and their positions; of equal ones the first.",
      parameters: [
        OperationParameter("x", .tensor), OperationParameter("k", .int),
        OperationParameter("axis", .int, .int(-1)),
        OperationParameter("largest", .bool, .bool(true)),
      ],
      example: "top_k([3, 1, 2], 2)", gives: "(values = i64[2] [3 2], indices = i64[2] [0 2])",
      derivative: .topK
    ) { (arguments) throws(TensorError) in
      let found = try arguments.tensor(0).topK(
        arguments.int(1), axis: arguments.int(2), largest: arguments.bool(3))
      return .record([("values", .tensor(found.values)), ("indices", .tensor(found.indices))])
    },
    Operation(
      name: "unique",
      summary:
        "The distinct elements in order; with `counts` or `inverse` a record of them, how often each occurs, "
        + "and where each element of `x` is among them.",
      parameters: [
        OperationParameter("x", .tensor), OperationParameter("counts", .bool, .bool(false)),
        OperationParameter("inverse", .bool, .bool(false)),
      ],
      example: "unique([2, 1, 2], counts = true)",
      gives: "(values = i64[2] [1 2], counts = i64[2] [1 2])"
    ) { (arguments) throws(TensorError) in
      let found = try arguments.tensor(0).unique()
      let (wantsCounts, wantsInverse) = (arguments.bool(1), arguments.bool(2))
      guard wantsCounts || wantsInverse else { return .tensor(found.values) }
      var fields: [(name: String, value: OperationResult)] = [("values", .tensor(found.values))]
      if wantsCounts { fields.append(("counts", .tensor(found.counts))) }
      if wantsInverse { fields.append(("inverse", .tensor(found.inverse))) }
      return .record(fields)
    },
  ]

  private static let searchingOperations: [Operation] = [
    Operation(
      name: "take",
      summary: "The elements at the positions along an axis; in row-major order without one.",
      parameters: [
        OperationParameter("x", .tensor), OperationParameter("indices", .tensor),
        OperationParameter("axis", .int, .none),
      ],
      example: "take([10, 20, 30], [2, 0])", gives: "i64[2] [30 10]",
      derivative: .taken
    ) { (arguments) throws(TensorError) in
      .tensor(try arguments.tensor(0).taking(arguments.tensor(1), axis: arguments.optionalInt(2)))
    },
    Operation(
      name: "take_along_axis",
      summary:
        "For each line along an axis, its elements at the positions in the same line of `indices`.",
      parameters: [
        OperationParameter("x", .tensor), OperationParameter("indices", .tensor),
        OperationParameter("axis", .int, .int(-1)),
      ],
      example: "take_along_axis([[1, 2], [3, 4]], [[1], [0]])", gives: "i64[2, 1]\n[[2]\n [3]]",
      derivative: .takenAlongAxis
    ) { (arguments) throws(TensorError) in
      .tensor(
        try arguments.tensor(0).takingAlongAxis(arguments.tensor(1), axis: arguments.int(2)))
    },
    Operation(
      name: "searchsorted",
      summary:
        "Where each value would go in a sorted vector: before equal elements, or after them with "
        + "`side = \"right\"`. `sorter` are the positions that sort the vector, when it is not.",
      parameters: [
        OperationParameter("sorted", .tensor), OperationParameter("values", .operand),
        OperationParameter("side", .string, .string("left")),
        OperationParameter("sorter", .tensor, .none),
      ],
      example: "searchsorted([1, 3, 5], [3, 4])", gives: "i64[2] [1 2]",
      derivative: .constant
    ) { (arguments) throws(TensorError) in
      let side = arguments.string(2)
      guard side == "left" || side == "right" else {
        throw .argument(
          operation: "searchsorted", name: "side", value: "\"\(side)\"",
          requirement: "\"left\" or \"right\"")
      }
      let values: Tensor
      switch arguments.operand(1) {
      case .tensor(let tensor): values = tensor
      case .scalar(let scalar): values = try Tensor(scalar: scalar)
      }
      var table = arguments.tensor(0)
      if let sorter = arguments.optionalTensor(3) { table = try table.taking(sorter, axis: 0) }
      return .value(try table.searchSorted(values, afterEqual: side == "right"))
    },
    Operation(
      name: "nonzero", summary: "Where elements are not zero: a tuple of positions for each axis.",
      parameters: [OperationParameter("x", .tensor)],
      example: "nonzero([[0, 5], [7, 0]])", gives: "(i64[2] [0 1], i64[2] [1 0])",
      derivative: .constant
    ) { (arguments) throws(TensorError) in
      .tuple(try arguments.tensor(0).nonzero().map { .tensor($0) })
    },
    Operation(
      name: "argwhere", summary: "Where elements are not zero: a row of positions for each.",
      parameters: [OperationParameter("x", .tensor)],
      example: "argwhere([[0, 5], [7, 0]])", gives: "i64[2, 2]\n[[0 1]\n [1 0]]",
      derivative: .constant
    ) { (arguments) throws(TensorError) in
      .tensor(try arguments.tensor(0).argwhere())
    },
    Operation(
      name: "isin",
      summary: "Whether each element of `x` occurs among the values; does not, with `invert`.",
      parameters: [
        OperationParameter("x", .tensor), OperationParameter("values", .tensor),
        OperationParameter("invert", .bool, .bool(false)),
      ],
      example: "isin([1, 2, 3], [3, 1])", gives: "bool[3] [ True False  True]",
      derivative: .constant
    ) { (arguments) throws(TensorError) in
      let found = try arguments.tensor(0).isIn(arguments.tensor(1))
      return .value(arguments.bool(2) ? try Tensor.elementwise(.invert, .tensor(found)) : found)
    },
  ]

  private static let countingOperations: [Operation] = [
    Operation(
      name: "bincount",
      summary: "How often each integer 0, 1, … occurs, or the sum of the weights at its places.",
      parameters: [
        OperationParameter("x", .tensor), OperationParameter("weights", .tensor, .none),
        OperationParameter("length", .int, .int(0)),
      ],
      example: "bincount([0, 2, 2])", gives: "i64[3] [1 0 2]",
      derivative: .binSums
    ) { (arguments) throws(TensorError) in
      .tensor(
        try arguments.tensor(0).bincount(
          weights: arguments.optionalTensor(1), minimumLength: arguments.int(2)))
    },
    Operation(
      name: "histogram",
      summary:
        "How many elements fall in each interval: `bins` is a number of equal ones over `range`, or their edges.",
      parameters: [
        OperationParameter("x", .tensor), OperationParameter("bins", .operand, .int(10)),
        OperationParameter("range", .tensor, .none),
      ],
      example: "histogram([1, 2, 2, 3], bins = 2)",
      gives: "(counts = i64[2] [1 3], edges = f64[3] [1. 2. 3.])",
      derivative: .constant
    ) { (arguments) throws(TensorError) in try histogram(arguments) },
    Operation(
      name: "one_hot",
      summary: "Vectors of length `n`, 1 at the position each element names and 0 elsewhere.",
      parameters: [
        OperationParameter("x", .tensor), OperationParameter("n", .int),
        OperationParameter("dtype", .dtype, .dtype(.f64)),
      ],
      example: "one_hot([0, 2], 3)", gives: "f64[2, 3]\n[[1. 0. 0.]\n [0. 0. 1.]]",
      derivative: .constant
    ) { (arguments) throws(TensorError) in
      .tensor(try arguments.tensor(0).oneHot(arguments.int(1), arguments.optionalDType(2) ?? .f64))
    },
    Operation(
      name: "diff",
      summary: "The differences of neighbours along an axis, `n` times; `prepend` and `append` are "
        + "put before and after the elements first.",
      parameters: [
        OperationParameter("x", .tensor), OperationParameter("n", .int, .int(1)),
        OperationParameter("axis", .int, .int(-1)),
        OperationParameter("prepend", .operand, .none),
        OperationParameter("append", .operand, .none),
      ],
      example: "diff([1, 4, 9])", gives: "i64[2] [3 5]",
      derivative: .differences
    ) { (arguments) throws(TensorError) in
      let x = arguments.tensor(0)
      let axis = try x.shape.resolve(axis: arguments.int(2))
      guard arguments.int(1) != 0 else { return .tensor(x) }
      let before = try arguments.optionalOperand(3).map { (edge) throws(TensorError) in
        try edgeSlice(edge, x, axis)
      }
      let after = try arguments.optionalOperand(4).map { (edge) throws(TensorError) in
        try edgeSlice(edge, x, axis)
      }
      let parts = [before, x, after].compactMap { $0 }
      let joined = parts.count == 1 ? x : try Tensor.concatenated(parts, axis: axis)
      return .tensor(try joined.differences(order: arguments.int(1), axis: axis))
    },
  ]

  /// What `diff` puts before or after `x`: a number or rank 0 stands for one slice of it.
  private static func edgeSlice(_ edge: Operand, _ x: Tensor, _ axis: Int) throws(TensorError)
    -> Tensor
  {
    if case .tensor(let tensor) = edge, tensor.rank > 0 { return tensor }
    var sizes = x.shape.array
    sizes[axis] = 1
    return try Tensor.elementwise(.add, .tensor(try Tensor.zeros(Shape(sizes), x.dtype)), edge)
  }

  private static func histogram(_ arguments: OperationArguments) throws(TensorError)
    -> OperationResult
  {
    let x = arguments.tensor(0)
    if let edges = arguments.optionalTensor(1), edges.rank > 0 {
      return .record([
        ("counts", .tensor(try x.histogram(edges: edges))), ("edges", .tensor(edges)),
      ])
    }
    var range: (Double, Double)?
    if let given = arguments.optionalTensor(2) {
      guard given.shape == Shape([2]), given.dtype.kind < .complex else {
        throw .argument(
          operation: "histogram", name: "range", value: given.summary.description,
          requirement: "two numbers")
      }
      let ends = try given.toDoubles()
      range = (ends[0], ends[1])
    }
    let found = try x.histogram(bins: try binCount(arguments), range: range)
    return .record([("counts", .tensor(found.counts)), ("edges", .tensor(found.edges))])
  }

  private static func binCount(_ arguments: OperationArguments) throws(TensorError) -> Int {
    let given: Scalar
    switch arguments.optionalOperand(1) {
    case .scalar(let scalar): given = scalar
    case .tensor(let tensor): given = tensor.item()
    case nil: return arguments.int(1)
    }
    guard case .int(let bins) = given else {
      throw .argument(
        operation: "histogram", name: "bins", value: given.text, requirement: "an Int or edges")
    }
    return bins
  }
}
