internal import TensorCore

// Other shapes, orders and repetitions of the same elements.

extension OperationTable {
  package static let shapingOperations: [Operation] =
    axisOperations + joiningOperations + fillingOperations

  /// Views: no element is copied where strides allow.
  private static let axisOperations: [Operation] = [
    Operation(
      name: "reshape",
      summary:
        "The elements in row-major order in another shape; one size may be -1 and is inferred.",
      parameters: [OperationParameter("x", .tensor), OperationParameter("shape", .variadicInts)],
      example: "reshape([1, 2, 3, 4], 2, -1)", gives: "i64[2, 2]\n[[1 2]\n [3 4]]",
      derivative: .reshaped
    ) { (arguments) throws(TensorError) in
      .tensor(try arguments.tensor(0).reshaped(to: arguments.ints(1)))
    },
    Operation(
      name: "flatten", summary: "The elements in row-major order as a vector.",
      parameters: [OperationParameter("x", .tensor)],
      example: "flatten([[1, 2], [3, 4]])", gives: "i64[4] [1 2 3 4]",
      derivative: .reshaped
    ) { (arguments) throws(TensorError) in
      .tensor(try arguments.tensor(0).reshaped(to: [arguments.tensor(0).count]))
    },
    Operation(
      name: "ravel", summary: "The same as `flatten`, under NumPy's name.",
      parameters: [OperationParameter("x", .tensor)],
      example: "ravel([[1, 2], [3, 4]])", gives: "i64[4] [1 2 3 4]",
      derivative: .reshaped
    ) { (arguments) throws(TensorError) in
      .tensor(try arguments.tensor(0).reshaped(to: [arguments.tensor(0).count]))
    },
    Operation(
      name: "transpose", summary: "The axes in another order; reversed when none is given.",
      parameters: [OperationParameter("x", .tensor), OperationParameter("axes", .ints, .none)],
      example: "transpose([[1, 2, 3], [4, 5, 6]])", gives: "i64[3, 2]\n[[1 4]\n [2 5]\n [3 6]]",
      derivative: .transposed
    ) { (arguments) throws(TensorError) in
      .tensor(try arguments.tensor(0).transposed(arguments.optionalInts(1)))
    },
    Operation(
      name: "swap_axes", summary: "Two axes exchanged.",
      parameters: [
        OperationParameter("x", .tensor), OperationParameter("a", .int),
        OperationParameter("b", .int),
      ],
      example: "swap_axes(zeros(2, 3, 4), 0, -1).shape()", gives: "(4, 3, 2)",
      derivative: .swappedAxes
    ) { (arguments) throws(TensorError) in
      .tensor(try arguments.tensor(0).swappingAxes(arguments.int(1), arguments.int(2)))
    },
    Operation(
      name: "move_axis", summary: "One axis moved to another position, the others in their order.",
      parameters: [
        OperationParameter("x", .tensor), OperationParameter("from", .int),
        OperationParameter("to", .int),
      ],
      example: "move_axis(zeros(2, 3, 4), 0, -1).shape()", gives: "(3, 4, 2)",
      derivative: .movedAxis
    ) { (arguments) throws(TensorError) in
      .tensor(try arguments.tensor(0).movingAxis(arguments.int(1), to: arguments.int(2)))
    },
    Operation(
      name: "expand_dims",
      summary: "A new axis of size 1 before the given one; negative counts from the new end.",
      parameters: [OperationParameter("x", .tensor), OperationParameter("axis", .int)],
      example: "expand_dims([1, 2], -1)", gives: "i64[2, 1]\n[[1]\n [2]]",
      derivative: .reshaped
    ) { (arguments) throws(TensorError) in
      .tensor(try arguments.tensor(0).expanded(at: arguments.int(1)))
    },
    Operation(
      name: "squeeze", summary: "Without the given axes of size 1, or without all of them.",
      parameters: [OperationParameter("x", .tensor), OperationParameter("axis", .ints, .none)],
      example: "squeeze([[[1], [2]]])", gives: "i64[2] [1 2]",
      derivative: .reshaped
    ) { (arguments) throws(TensorError) in
      .tensor(try arguments.tensor(0).squeezed(arguments.optionalInts(1)))
    },
    Operation(
      name: "broadcast_to",
      summary: "Extended to a shape as in arithmetic: axes of size 1 and new leading axes repeat.",
      parameters: [OperationParameter("x", .tensor), OperationParameter("shape", .variadicInts)],
      example: "broadcast_to([1, 2], 2, 2)", gives: "i64[2, 2]\n[[1 2]\n [1 2]]",
      derivative: .identity
    ) { (arguments) throws(TensorError) in
      let shape = try Shape(checked: arguments.ints(1), operation: "broadcast_to", name: "shape")
      return .tensor(try arguments.tensor(0).broadcast(to: shape))
    },
    Operation(
      name: "flip", summary: "The order reversed along the given axes, or along all.",
      parameters: [OperationParameter("x", .tensor), OperationParameter("axis", .ints, .none)],
      example: "flip([1, 2, 3])", gives: "i64[3] [3 2 1]",
      derivative: .flipped
    ) { (arguments) throws(TensorError) in
      .tensor(try arguments.tensor(0).flipped(arguments.optionalInts(1)))
    },
    Operation(
      name: "roll",
      summary:
        "Elements moved on by `shift` places along an axis, the last to the front; in row-major "
        + "order without one. Several axes have one shift each, or the same.",
      parameters: [
        OperationParameter("x", .tensor), OperationParameter("shift", .ints),
        OperationParameter("axis", .ints, .none),
      ],
      example: "roll([1, 2, 3, 4], 1)", gives: "i64[4] [4 1 2 3]",
      derivative: .rolled
    ) { (arguments) throws(TensorError) in
      var result = arguments.tensor(0)
      guard arguments.optionalInts(2) != nil else {
        return .tensor(try result.rolled(by: try soleShift(arguments)))
      }
      for (shift, axis) in try shifts(arguments) {
        result = try result.rolled(by: shift, axis: axis)
      }
      return .tensor(result)
    },
    Operation(
      name: "diagonal",
      summary: "The elements whose column is the row plus `offset`, over the last two axes.",
      parameters: [OperationParameter("x", .tensor), OperationParameter("offset", .int, .int(0))],
      example: "diagonal([[1, 2], [3, 4]])", gives: "i64[2] [1 4]",
      derivative: .diagonal
    ) { (arguments) throws(TensorError) in
      .tensor(try arguments.tensor(0).diagonal(offset: arguments.int(1)))
    },
  ]

  private static let joiningOperations: [Operation] = [
    Operation(
      name: "concat",
      summary:
        "Tensors one after the other along an existing axis; flattened first with `axis = none`.",
      parameters: [
        OperationParameter("tensors", .tensors),
        OperationParameter("axis", .int, .int(0), allows: .none),
      ],
      example: "concat(([1, 2], [3]))", gives: "i64[3] [1 2 3]",
      derivative: .concatenated
    ) { (arguments) throws(TensorError) in
      var tensors = arguments.tensors(0)
      if arguments.optionalInt(1) == nil {
        tensors = try tensors.map { (tensor) throws(TensorError) in
          try tensor.reshaped(to: [tensor.count])
        }
      }
      return .tensor(try Tensor.concatenated(tensors, axis: arguments.optionalInt(1) ?? 0))
    },
    Operation(
      name: "stack", summary: "Tensors of one shape along a new axis.",
      parameters: [
        OperationParameter("tensors", .tensors), OperationParameter("axis", .int, .int(0)),
      ],
      example: "stack(([1, 2], [3, 4]), axis = 1)", gives: "i64[2, 2]\n[[1 3]\n [2 4]]",
      derivative: .stacked
    ) { (arguments) throws(TensorError) in
      .tensor(try Tensor.stacked(arguments.tensors(0), axis: arguments.int(1)))
    },
    Operation(
      name: "chunk", summary: "Equal parts along an axis, as a tuple.",
      parameters: [
        OperationParameter("x", .tensor), OperationParameter("parts", .int),
        OperationParameter("axis", .int, .int(0)),
      ],
      example: "chunk([1, 2, 3, 4], 2)", gives: "(i64[2] [1 2], i64[2] [3 4])",
      derivative: .parts
    ) { (arguments) throws(TensorError) in
      let parts = try arguments.tensor(0).split(into: arguments.int(1), axis: arguments.int(2))
      return .tuple(parts.map { .tensor($0) })
    },
    Operation(
      name: "cut",
      summary: "The parts before, between and after positions along an axis, as a tuple.",
      parameters: [
        OperationParameter("x", .tensor), OperationParameter("positions", .ints),
        OperationParameter("axis", .int, .int(0)),
      ],
      example: "cut([1, 2, 3, 4], (1, 3))", gives: "(i64[1] [1], i64[2] [2 3], i64[1] [4])",
      derivative: .parts
    ) { (arguments) throws(TensorError) in
      let parts = try arguments.tensor(0).split(at: arguments.ints(1), axis: arguments.int(2))
      return .tuple(parts.map { .tensor($0) })
    },
    Operation(
      name: "repeat",
      summary:
        "Each element as often as `repeats` says (one count, or one for each) along an axis; flat without one.",
      parameters: [
        OperationParameter("x", .tensor), OperationParameter("repeats", .ints),
        OperationParameter("axis", .int, .none),
      ],
      example: "repeat([1, 2], 2)", gives: "i64[4] [1 1 2 2]",
      derivative: .repeated
    ) { (arguments) throws(TensorError) in
      .tensor(try arguments.tensor(0).repeated(arguments.ints(1), axis: arguments.optionalInt(2)))
    },
    Operation(
      name: "tile", summary: "The whole tensor side by side, so many times along each axis.",
      parameters: [OperationParameter("x", .tensor), OperationParameter("repeats", .ints)],
      example: "tile([1, 2], 2)", gives: "i64[4] [1 2 1 2]",
      derivative: .tiled
    ) { (arguments) throws(TensorError) in
      .tensor(try arguments.tensor(0).tiled(arguments.ints(1)))
    },
  ]

  private static let fillingOperations: [Operation] = [
    Operation(
      name: "pad",
      summary:
        "New elements before and after: `widths` is one Int, `(before, after)` or a row of both for each axis; "
        + "`mode` is \"constant\", \"edge\", \"reflect\", \"symmetric\" or \"wrap\".",
      parameters: [
        OperationParameter("x", .tensor), OperationParameter("widths", .tensor),
        OperationParameter("mode", .string, .string("constant")),
        OperationParameter("value", .operand, .int(0)),
      ],
      example: "pad([1, 2, 3], (2, 1), mode = \"reflect\")", gives: "i64[6] [3 2 1 2 3 2]",
      derivative: .padded
    ) { (arguments) throws(TensorError) in
      let x = arguments.tensor(0)
      let padding = try Tensor.Padding(arguments.string(2), value: arguments.optionalOperand(3))
      return .tensor(try x.padded(try padWidths(arguments.tensor(1), rank: x.rank), padding))
    },
    Operation(
      name: "diag",
      summary: "A matrix with the vector on a diagonal; of a matrix, its diagonal.",
      parameters: [OperationParameter("x", .tensor), OperationParameter("offset", .int, .int(0))],
      example: "diag([1, 2])", gives: "i64[2, 2]\n[[1 0]\n [0 2]]",
      derivative: .diagonal
    ) { (arguments) throws(TensorError) in
      let x = arguments.tensor(0)
      if x.rank >= 2 { return .tensor(try x.diagonal(offset: arguments.int(1))) }
      return .tensor(try x.diagonalMatrix(offset: arguments.int(1)))
    },
    Operation(
      name: "tril", summary: "The elements on and below a diagonal of matrices, zeros above it.",
      parameters: [OperationParameter("x", .tensor), OperationParameter("k", .int, .int(0))],
      example: "tril([[1, 2], [3, 4]])", gives: "i64[2, 2]\n[[1 0]\n [3 4]]",
      derivative: .triangle(isLower: true)
    ) { (arguments) throws(TensorError) in
      .tensor(try arguments.tensor(0).lowerTriangle(offset: arguments.int(1)))
    },
    Operation(
      name: "triu", summary: "The elements on and above a diagonal of matrices, zeros below it.",
      parameters: [OperationParameter("x", .tensor), OperationParameter("k", .int, .int(0))],
      example: "triu([[1, 2], [3, 4]])", gives: "i64[2, 2]\n[[1 2]\n [0 4]]",
      derivative: .triangle(isLower: false)
    ) { (arguments) throws(TensorError) in
      .tensor(try arguments.tensor(0).upperTriangle(offset: arguments.int(1)))
    },
  ]

  /// What `roll` without axes moves by.
  static func soleShift(_ arguments: OperationArguments) throws(TensorError) -> Int {
    let shifts = arguments.ints(1)
    guard shifts.count == 1 else {
      throw .argument(
        operation: "roll", name: "shift", value: "of \(shifts.count) Ints",
        requirement: "one Int, or `axis` given")
    }
    return shifts[0]
  }

  /// The shifts of `roll` with their axes: of one shift or one axis as many as of the other.
  static func shifts(_ arguments: OperationArguments) throws(TensorError) -> [(
    shift: Int, axis: Int
  )] {
    let (shifts, axes) = (arguments.ints(1), arguments.optionalInts(2) ?? [])
    guard shifts.count == axes.count || shifts.count == 1 || axes.count == 1 else {
      throw .argument(
        operation: "roll", name: "shift", value: "of \(shifts.count) Ints",
        requirement: "one Int, or as many as axes, \(axes.count)")
    }
    return (0..<(shifts.isEmpty || axes.isEmpty ? 0 : max(shifts.count, axes.count))).map {
      (shifts[shifts.count == 1 ? 0 : $0], axes[axes.count == 1 ? 0 : $0])
    }
  }

  /// (before, after) for each axis, from `[]`, `[2]` or `[rank, 2]` integers.
  static func padWidths(_ widths: Tensor, rank: Int) throws(TensorError) -> [(
    before: Int, after: Int
  )] {
    guard widths.dtype.kind == .integer else { throw .indexDType(widths.dtype) }
    let numbers = try widths.toInts()
    switch widths.shape.array {
    case []: return Array(repeating: (numbers[0], numbers[0]), count: rank)
    case [2]: return Array(repeating: (numbers[0], numbers[1]), count: rank)
    case [rank, 2]: return (0..<rank).map { (numbers[2 * $0], numbers[2 * $0 + 1]) }
    default:
      throw .argument(
        operation: "pad", name: "widths", value: widths.summary.description,
        requirement: "one Int, two, or a row of two for each of \(rank) axes")
    }
  }
}

extension Tensor.Padding {
  /// By the name users write.
  init(_ mode: String, value: Operand?) throws(TensorError) {
    switch mode {
    case "constant":
      switch value {
      case .scalar(let scalar): self = .constant(scalar)
      case .tensor(let tensor):
        guard tensor.count == 1 else {
          throw .wrongRank(operation: "pad", expected: "0", shape: tensor.shape)
        }
        self = .constant(tensor.item())
      case nil: self = .constant(.int(0))
      }
    case "edge": self = .edge
    case "reflect": self = .reflect
    case "symmetric": self = .symmetric
    case "wrap": self = .wrap
    default:
      throw .argument(
        operation: "pad", name: "mode", value: "\"\(mode)\"",
        requirement: "\"constant\", \"edge\", \"reflect\", \"symmetric\" or \"wrap\"")
    }
  }
}

extension Shape {
  /// A shape from sizes a user gave.
  ///
  /// - Throws: `rankTooHigh`, `argument` for a negative size.
  init(checked sizes: [Int], operation: String, name: String) throws(TensorError) {
    guard sizes.count <= Shape.maxRank else { throw .rankTooHigh(rank: sizes.count) }
    if let bad = sizes.first(where: { $0 < 0 }) {
      throw .argument(
        operation: operation, name: name, value: String(bad), requirement: "at least 0")
    }
    self.init(sizes)
  }
}
