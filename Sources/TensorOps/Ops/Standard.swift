internal import TensorCore

// What else the Python array API standard has: truths, other names of operations, views and
// tensors made of others.

extension OperationTable {
  package static let standardOperations: [Operation] =
    truthConnectives + renamedOperations + emptyOperations + manyTensorOperations

  private static let x = OperationParameter("x", .tensor)

  // MARK: - Truths

  private static func connective(
    _ name: String, _ operation: ElementwiseOperation, _ summary: String, _ example: String,
    gives: String
  ) -> Operation {
    Operation(
      name: name, summary: summary,
      parameters: [OperationParameter("x", .operand), OperationParameter("y", .operand)],
      example: example, gives: gives, derivative: .constant
    ) { (arguments) throws(TensorError) in
      try apply(operation, [try truth(arguments.operand(0)), try truth(arguments.operand(1))])
    }
  }

  private static func truth(_ operand: Operand) throws(TensorError) -> Operand {
    switch operand {
    case .tensor(let tensor): .tensor(try tensor.cast(to: .bool))
    case .scalar(let scalar):
      .scalar(try Tensor(scalar: scalar).cast(to: .bool).item())
    }
  }

  private static let truthConnectives: [Operation] = [
    connective(
      "logical_and", .and, "Whether both are true (not 0).", "logical_and([1, 0], true)",
      gives: "bool[2] [ True False]"),
    connective(
      "logical_or", .or, "Whether one is true (not 0).", "logical_or([1, 0], false)",
      gives: "bool[2] [ True False]"),
    connective(
      "logical_xor", .xor, "Whether only one is true (not 0).", "logical_xor([1, 0], true)",
      gives: "bool[2] [False  True]"),
    Operation(
      name: "logical_not", summary: "Whether it is not true (0).",
      parameters: [OperationParameter("x", .operand)], example: "logical_not([1, 0])",
      gives: "bool[2] [False  True]", derivative: .constant
    ) { (arguments) throws(TensorError) in
      try apply(.invert, [try truth(arguments.operand(0))])
    },
  ]

  // MARK: - Names

  private static let renamedOperations: [Operation] = [
    Operation(
      composed: "positive", "The value itself, as `+x`.", [OperationParameter("x", .operand)],
      "positive([1, -2])", gives: "i64[2] [ 1 -2]"
    ) { (arguments) throws(TensorError) in .one(arguments.operand(0)) },
    Operation(
      composed: "astype", "The elements converted to a dtype.",
      [x, OperationParameter("dtype", .dtype), OperationParameter("copy", .bool, .bool(true))],
      "astype([1, 2], f32)", gives: "f32[2] [1. 2.]"
    ) { (arguments) throws(TensorError) in
      let x = arguments.operand(0)
      return .one(try x.asTensor().cast(to: arguments.attributes.optionalDType(1) ?? x.dtype))
    },
    Operation(
      name: "asarray", summary: "The same as `tensor`, under the array API's name.",
      parameters: [
        x, OperationParameter("dtype", .dtype, .none), OperationParameter("copy", .bool, .none),
      ], example: "asarray((1, 2))", gives: "i64[2] [1 2]", derivative: .identity
    ) { (arguments) throws(TensorError) in
      let x = arguments.tensor(0)
      return .tensor(try x.cast(to: arguments.optionalDType(1) ?? x.dtype))
    },
    Operation(
      composed: "permute_dims", "The axes in another order.",
      [x, OperationParameter("axes", .ints)], "shape(permute_dims(zeros(2, 3, 4), (2, 0, 1)))",
      gives: "(4, 2, 3)"
    ) { (arguments) throws(TensorError) in
      .one(try arguments.operand(0).transposed(arguments.attributes.ints(1)))
    },
    Operation(
      composed: "matrix_transpose", "The last two axes exchanged.", [x],
      "matrix_transpose([[1, 2], [3, 4]])", gives: "i64[2, 2]\n[[1 3]\n [2 4]]"
    ) { (arguments) throws(TensorError) in
      let x = arguments.operand(0)
      guard x.rank >= 2 else {
        throw .wrongRank(operation: "matrix_transpose", expected: "2 or more", shape: x.shape)
      }
      return .one(try x.swappingAxes(-1, -2))
    },
    Operation(
      composed: "moveaxis", "Axes moved to other positions, the rest in their order.",
      [x, OperationParameter("source", .ints), OperationParameter("destination", .ints)],
      "shape(moveaxis(zeros(2, 3, 4), 0, -1))", gives: "(3, 4, 2)"
    ) { (arguments) throws(TensorError) in
      .one(
        try moved(
          arguments.operand(0), arguments.attributes.ints(1), arguments.attributes.ints(2)))
    },
  ]

  private static func moved(_ x: Variable, _ source: [Int], _ destination: [Int])
    throws(TensorError) -> Variable
  {
    guard source.count == destination.count else {
      throw .argument(
        operation: "moveaxis", name: "destination", value: "of \(destination.count) axes",
        requirement: "of as many as `source`, \(source.count)")
    }
    let from = try resolved(source, x.shape)
    let to = try resolved(destination, x.shape)
    var rest = (0..<x.rank).filter { !from.contains($0) }.makeIterator()
    var order: [Int] = []
    for place in 0..<x.rank {
      if let index = to.firstIndex(of: place) {
        order.append(from[index])
      } else if let next = rest.next() {
        order.append(next)
      }
    }
    return try x.transposed(order)
  }

  /// In the order given, without repetition.
  private static func resolved(_ axes: [Int], _ shape: Shape) throws(TensorError) -> [Int] {
    var result: [Int] = []
    for axis in axes {
      let found = try shape.resolve(axis: axis)
      if result.contains(found) { throw .duplicateAxis(axis: axis) }
      result.append(found)
    }
    return result
  }

  // MARK: - Creation

  private static let emptyOperations: [Operation] = [
    Operation(
      name: "empty",
      summary: "A tensor of a shape whose elements are still to be set; here they are zeros.",
      parameters: [
        OperationParameter("shape", .variadicInts),
        OperationParameter("dtype", .dtype, .dtype(.f64)),
      ],
      example: "shape(empty(2, 3))", gives: "(2, 3)", derivative: .constant
    ) { (arguments) throws(TensorError) in
      let shape = try Shape(checked: arguments.ints(0), operation: "empty", name: "shape")
      return .tensor(try Tensor.zeros(shape, arguments.optionalDType(1) ?? .f64))
    },
    Operation(
      name: "empty_like",
      summary: "A tensor like another whose elements are still to be set; here they are zeros.",
      parameters: [x, OperationParameter("dtype", .dtype, .none)],
      example: "shape(empty_like([1, 2]))", gives: "(2,)", derivative: .constant
    ) { (arguments) throws(TensorError) in
      let x = arguments.tensor(0)
      return .tensor(try Tensor.zeros(x.shape, arguments.optionalDType(1) ?? x.dtype))
    },
  ]

  // MARK: - Several tensors

  private static let manyTensorOperations: [Operation] = [
    Operation(
      composed: "broadcast_arrays", "The tensors, each extended to the shape they broadcast to.",
      [OperationParameter("tensors", .tensors, allows: .rest)],
      "broadcast_arrays([1, 2], [[3], [4]])[0]", gives: "i64[2, 2]\n[[1 2]\n [1 2]]"
    ) { (arguments) throws(TensorError) in
      let tensors = arguments.variables(0)
      var shape = Shape.scalar
      for tensor in tensors {
        guard let joined = shape.broadcast(with: tensor.shape) else {
          let own = Tensor.Description(dtype: tensor.dtype, shape: tensor.shape)
          let other = Tensor.Description(dtype: tensors[0].dtype, shape: shape)
          throw .broadcast(
            lhs: other, rhs: own, axisFromEnd: shape.mismatchFromEnd(with: tensor.shape))
        }
        shape = joined
      }
      var results: [VariableResult] = []
      for tensor in tensors { results.append(.one(try tensor.asTensor().broadcast(to: shape))) }
      return .tuple(results)
    },
    Operation(
      composed: "unstack", "The parts along an axis, without it, as a tuple.",
      [x, OperationParameter("axis", .int, .int(0))], "unstack([[1, 2], [3, 4]], axis = 1)",
      gives: "(i64[2] [1 3], i64[2] [2 4])"
    ) { (arguments) throws(TensorError) in
      let x = arguments.operand(0)
      let axis = try x.shape.resolve(axis: arguments.attributes.int(1))
      try Tensor.checkParts(x.shape[axis])
      var index = [IndexComponent](
        repeating: .slice(start: nil, stop: nil, step: 1), count: axis)
      index.append(.index(0))
      var parts: [VariableResult] = []
      for place in 0..<x.shape[axis] {
        index[axis] = .index(place)
        parts.append(.one(try x.indexed(by: index)))
      }
      return .tuple(parts)
    },
  ]
}
