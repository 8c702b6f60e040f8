internal import TensorCore

// Tensors made from nothing but numbers.

extension OperationTable {
  package static let creationOperations: [Operation] =
    filledOperations + sequenceOperations + gridOperations

  private static let floatDType = OperationParameter("dtype", .dtype, .dtype(.f64))
  private static let optionalDType = OperationParameter("dtype", .dtype, .none)

  private static let filledOperations: [Operation] = [
    Operation(
      name: "tensor",
      summary:
        "A tensor of a number, a tuple of numbers, or tensors of one shape, which are stacked.",
      parameters: [OperationParameter("x", .tensor), optionalDType],
      example: "tensor((1, 2, 3), dtype = f32)", gives: "f32[3] [1. 2. 3.]",
      derivative: .identity
    ) { (arguments) throws(TensorError) in
      let x = arguments.tensor(0)
      return .tensor(try x.cast(to: arguments.optionalDType(1) ?? x.dtype))
    },
    Operation(
      name: "zeros", summary: "Zeros in a shape.",
      parameters: [OperationParameter("shape", .variadicInts), floatDType],
      example: "zeros(2, 3)", gives: "f64[2, 3]\n[[0. 0. 0.]\n [0. 0. 0.]]",
      derivative: .constant
    ) { (arguments) throws(TensorError) in
      let shape = try checkedShape("zeros", arguments.ints(0))
      return .tensor(try Tensor.zeros(shape, arguments.optionalDType(1) ?? .f64))
    },
    Operation(
      name: "ones", summary: "Ones in a shape.",
      parameters: [OperationParameter("shape", .variadicInts), floatDType],
      example: "ones(3, dtype = i64)", gives: "i64[3] [1 1 1]",
      derivative: .constant
    ) { (arguments) throws(TensorError) in
      let shape = try checkedShape("ones", arguments.ints(0))
      return .tensor(try Tensor.ones(shape, arguments.optionalDType(1) ?? .f64))
    },
    Operation(
      name: "full", summary: "One value in a shape.",
      parameters: [
        OperationParameter("shape", .ints), OperationParameter("value", .operand), optionalDType,
      ],
      example: "full(3, 2.5)", gives: "f64[3] [2.5 2.5 2.5]",
      derivative: .identity
    ) { (arguments) throws(TensorError) in
      let shape = try checkedShape("full", arguments.ints(0))
      return .tensor(try filled(shape, arguments.operand(1), arguments.optionalDType(2)))
    },
    Operation(
      name: "zeros_like", summary: "Zeros in the shape and dtype of a tensor.",
      parameters: [OperationParameter("x", .tensor), optionalDType],
      example: "zeros_like([1, 2])", gives: "i64[2] [0 0]",
      derivative: .constant
    ) { (arguments) throws(TensorError) in
      let x = arguments.tensor(0)
      return .tensor(try Tensor.zeros(x.shape, arguments.optionalDType(1) ?? x.dtype))
    },
    Operation(
      name: "ones_like", summary: "Ones in the shape and dtype of a tensor.",
      parameters: [OperationParameter("x", .tensor), optionalDType],
      example: "ones_like([1.5, 2])", gives: "f64[2] [1. 1.]",
      derivative: .constant
    ) { (arguments) throws(TensorError) in
      let x = arguments.tensor(0)
      return .tensor(try Tensor.ones(x.shape, arguments.optionalDType(1) ?? x.dtype))
    },
    Operation(
      name: "full_like", summary: "One value in the shape and dtype of a tensor.",
      parameters: [
        OperationParameter("x", .tensor), OperationParameter("value", .operand), optionalDType,
      ],
      example: "full_like([1, 2], 7)", gives: "i64[2] [7 7]",
      derivative: .filled
    ) { (arguments) throws(TensorError) in
      let x = arguments.tensor(0)
      return .tensor(
        try filled(x.shape, arguments.operand(1), arguments.optionalDType(2) ?? x.dtype))
    },
    Operation(
      name: "eye",
      summary: "The identity matrix, or ones on another diagonal of a matrix of zeros.",
      parameters: [
        OperationParameter("n", .int), OperationParameter("m", .int, .none),
        OperationParameter("k", .int, .int(0)), floatDType,
      ],
      example: "eye(2)", gives: "f64[2, 2]\n[[1. 0.]\n [0. 1.]]",
      derivative: .constant
    ) { (arguments) throws(TensorError) in
      let (n, k) = (arguments.int(0), arguments.int(2))
      let shape = try checkedShape("eye", [n, arguments.optionalInt(1) ?? n])
      return .tensor(try Tensor.identity(shape, diagonal: k, arguments.optionalDType(3) ?? .f64))
    },
  ]

  private static let sequenceOperations: [Operation] = [
    Operation(
      name: "arange",
      summary:
        "Numbers from `start` (0 when only one number is given) to before `stop`, `step` apart.",
      parameters: [
        OperationParameter("start", .operand), OperationParameter("stop", .operand, .none),
        OperationParameter("step", .operand, .none), optionalDType,
      ],
      example: "arange(2, 10, 3)", gives: "i64[3] [2 5 8]"
    ) { (arguments) throws(TensorError) in
      let first = try number("arange", "start", arguments.operand(0))
      let second = try arguments.optionalNumber("arange", "stop", 1)
      let step = try arguments.optionalNumber("arange", "step", 2) ?? .int(1)
      let (start, stop) = second.map { (first, $0) } ?? (.int(0), first)
      let result = try Tensor.sequence(from: start, to: stop, by: step)
      return .tensor(try result.cast(to: arguments.optionalDType(3) ?? result.dtype))
    },
    Operation(
      name: "linspace", summary: "`num` numbers from `start` to `stop`, evenly apart.",
      parameters: [
        OperationParameter("start", .float), OperationParameter("stop", .float),
        OperationParameter("num", .int, .int(50)),
        OperationParameter("endpoint", .bool, .bool(true)),
        floatDType,
      ],
      example: "linspace(0, 1, 5)", gives: "f64[5] [0.   0.25 0.5  0.75 1.  ]"
    ) { (arguments) throws(TensorError) in
      let result = try spaced("linspace", arguments)
      return .tensor(try result.cast(to: arguments.optionalDType(4) ?? .f64))
    },
    Operation(
      name: "logspace",
      summary:
        "`num` powers of `base`, from base^start to base^stop, evenly apart in the exponent.",
      parameters: [
        OperationParameter("start", .float), OperationParameter("stop", .float),
        OperationParameter("num", .int, .int(50)),
        OperationParameter("endpoint", .bool, .bool(true)),
        OperationParameter("base", .float, .float(10)), floatDType,
      ],
      example: "logspace(0, 2, 3)", gives: "f64[3] [  1.  10. 100.]"
    ) { (arguments) throws(TensorError) in
      let exponents = try spaced("logspace", arguments)
      let base = Operand.scalar(.float(arguments.float(4)))
      let result = try Tensor.elementwise(.power, base, .tensor(exponents))
      return .tensor(try result.cast(to: arguments.optionalDType(5) ?? .f64))
    },
  ]

  private static let gridOperations: [Operation] = [
    Operation(
      name: "meshgrid",
      summary:
        "The coordinates of a grid: for each vector a tensor over the whole grid. The first vector runs along columns "
        + "with indexing \"xy\", along rows with \"ij\".",
      parameters: [
        OperationParameter("vectors", .tensors, allows: .rest),
        OperationParameter("indexing", .string, .string("xy")),
      ],
      example: "meshgrid([1, 2, 3], [10, 20])[1]",
      gives: "i64[2, 3]\n[[10 10 10]\n [20 20 20]]",
      derivative: .grid
    ) { (arguments) throws(TensorError) in
      let indexing = arguments.string(1)
      guard indexing == "xy" || indexing == "ij" else {
        throw .argument(
          operation: "meshgrid", name: "indexing", value: indexing, requirement: "xy or ij")
      }
      let grids = try Tensor.grid(arguments.tensors(0), swapsFirst: indexing == "xy")
      return .tuple(grids.map(OperationResult.tensor))
    },
    Operation(
      name: "tri", summary: "Ones on and below a diagonal, zeros above.",
      parameters: [
        OperationParameter("n", .int), OperationParameter("m", .int, .none),
        OperationParameter("k", .int, .int(0)), floatDType,
      ],
      example: "tri(3)", gives: "f64[3, 3]\n[[1. 0. 0.]\n [1. 1. 0.]\n [1. 1. 1.]]",
      derivative: .constant
    ) { (arguments) throws(TensorError) in
      let (n, k) = (arguments.int(0), arguments.int(2))
      let shape = try checkedShape("tri", [n, arguments.optionalInt(1) ?? n])
      return .tensor(try Tensor.triangle(shape, diagonal: k, arguments.optionalDType(3) ?? .f64))
    },
  ]

  private static func checkedShape(_ operation: String, _ sizes: [Int]) throws(TensorError) -> Shape
  {
    guard sizes.count <= Shape.maxRank else { throw .rankTooHigh(rank: sizes.count) }
    for size in sizes where size < 0 {
      throw .argument(
        operation: operation, name: "shape", value: "\(size)", requirement: "sizes of at least 0")
    }
    return Shape(sizes)
  }

  private static func filled(_ shape: Shape, _ value: Operand, _ dtype: DType?)
    throws(TensorError) -> Tensor
  {
    switch value {
    case .scalar(let scalar): try Tensor.full(shape, scalar, dtype)
    case .tensor(let tensor):
      try tensor.cast(to: dtype ?? tensor.dtype).broadcast(to: shape).copy()
    }
  }

  private static func spaced(_ operation: String, _ arguments: OperationArguments)
    throws(TensorError) -> Tensor
  {
    let count = arguments.int(2)
    guard count >= 0 else {
      throw .argument(
        operation: operation, name: "num", value: "\(count)", requirement: "at least 0")
    }
    return try Tensor.evenlySpaced(
      from: arguments.float(0), to: arguments.float(1), count: count,
      includingEnd: arguments.bool(3))
  }

  /// A plain number, or the element of a tensor that has only one.
  fileprivate static func number(_ operation: String, _ name: String, _ operand: Operand)
    throws(TensorError) -> Scalar
  {
    switch operand {
    case .scalar(let scalar): return scalar
    case .tensor(let tensor):
      guard tensor.count == 1 else {
        throw .argument(
          operation: operation, name: name, value: tensor.summary.description,
          requirement: "one number")
      }
      return tensor.item()
    }
  }
}

extension OperationArguments {
  fileprivate func optionalNumber(_ operation: String, _ name: String, _ index: Int)
    throws(TensorError) -> Scalar?
  {
    guard let operand = optionalOperand(index) else { return nil }
    return try OperationTable.number(operation, name, operand)
  }
}
