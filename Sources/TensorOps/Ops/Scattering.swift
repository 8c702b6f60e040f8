internal import TensorCore

// Running products and extremes, sums of segments, and copies with some places changed.

extension OperationTable {
  package static let scatteringOperations: [Operation] =
    accumulations + extremes + segmentOperations + scatterOperations

  private static let x = OperationParameter("x", .tensor)
  private static let axis = OperationParameter("axis", .int, .none)

  // MARK: - Running

  private static func accumulation(
    _ name: String, by running: String, initial: Int, _ summary: String, _ example: String,
    gives: String
  ) -> Operation {
    Operation(
      composed: name, summary,
      [
        x, axis, OperationParameter("dtype", .dtype, .none),
        OperationParameter("include_initial", .bool, .bool(false)),
      ], example, gives: gives
    ) { (arguments) throws(TensorError) in
      var x = arguments.operand(0)
      let attributes = arguments.attributes
      guard x.rank > 0 else {
        throw .wrongRank(operation: name, expected: "1 or more", shape: x.shape)
      }
      guard let axis = attributes.optionalInt(1) ?? (x.rank == 1 ? 0 : nil) else {
        throw .argument(
          operation: name, name: "axis", value: "none",
          requirement: "given for a tensor of \(x.rank) axes")
      }
      let along = try x.shape.resolve(axis: axis)
      if let dtype = attributes.optionalDType(2) { x = try x.cast(to: dtype) }
      var result = try x.applying(running, .plain(.int(along)))
      if let dtype = attributes.optionalDType(2) { result = try result.cast(to: dtype) }
      if attributes.bool(3) {
        var sizes = x.shape
        sizes[along] = 1
        let first = Variable(try Tensor.full(sizes, .int(initial), result.dtype))
        result = try Variable.concatenated([first, result], axis: along)
      }
      return .one(result)
    }
  }

  private static let accumulations: [Operation] = [
    accumulation(
      "cumulative_sum", by: "cumsum", initial: 0,
      "The running sum along an axis; with `include_initial` a 0 comes first.",
      "cumulative_sum([1, 2, 3], include_initial = true)", gives: "i64[4] [0 1 3 6]"),
    accumulation(
      "cumulative_prod", by: "cumprod", initial: 1,
      "The running product along an axis; with `include_initial` a 1 comes first.",
      "cumulative_prod([1, 2, 3])", gives: "i64[3] [1 2 6]"),
  ]

  private static func extreme(
    _ name: String, largest: Bool, _ summary: String, _ example: String, gives: String
  ) -> Operation {
    Operation(
      composed: name, summary, [x, axis], example, gives: gives
    ) { (arguments) throws(TensorError) in
      var x = arguments.operand(0)
      let axis = arguments.attributes.optionalInt(1)
      if axis == nil { x = try x.reshaped(to: [x.shape.count]) }
      let along = try x.shape.resolve(axis: axis ?? 0)
      let found = try x.tensor().runningExtremes(largest: largest, axis: along)
      guard x.isTraced else { return .one(Variable(found.values)) }
      return .one(
        try x.applying(
          "take_along_axis", .variable(Variable(found.positions)), .plain(.int(along))))
    }
  }

  private static let extremes: [Operation] = [
    extreme(
      "cummax", largest: true,
      "The largest element up to each along an axis; of all elements in order without one.",
      "cummax([1, 3, 2, 5])", gives: "i64[4] [1 3 3 5]"),
    extreme(
      "cummin", largest: false,
      "The smallest element up to each along an axis; of all elements in order without one.",
      "cummin([4, 3, 5, 1])", gives: "i64[4] [4 3 3 1]"),
  ]

  // MARK: - Segments

  private static let segmentOperations: [Operation] = [
    Operation(
      name: "segment_sum",
      summary:
        "The rows of each segment added up: row s is the sum of the rows of `x` whose segment is s. "
        + "`count` is the number of segments, up to the largest named unless given.",
      parameters: [
        x, OperationParameter("segments", .tensor), OperationParameter("count", .int, .none),
      ], example: "segment_sum([1, 2, 3], [0, 2, 0])", gives: "i64[3] [4 0 2]",
      derivative: .rule(keeping: .operands) { (step) throws(TensorError) in
        let segments = try step.operands[1].tensor()
        let shape = step.results[0].shape
        return [try step.cotangent.asTensor().broadcast(to: shape).taking(segments, axis: 0), nil]
      }
    ) { (arguments) throws(TensorError) in
      let segments = arguments.tensor(1)
      let count: Int
      if let given = arguments.optionalInt(2) {
        count = given
      } else {
        guard segments.dtype.kind == .integer else { throw .indexDType(segments.dtype) }
        let last = try segments.toInts().max() ?? -1
        guard last < Int.max else { throw .outOfMemory(bytes: Int.max) }
        count = last + 1
      }
      guard count >= 0 else {
        throw .argument(
          operation: "segment_sum", name: "count", value: String(count), requirement: "at least 0")
      }
      return .tensor(try arguments.tensor(0).segmentSum(segments, count: count))
    }
  ]

  // MARK: - Places

  private static let scatterParameters = [
    x, OperationParameter("indices", .tensor), OperationParameter("values", .tensor),
    OperationParameter("axis", .int, .int(0)),
  ]

  private static func selection(_ arguments: VariableArguments) throws(TensorError)
    -> [IndexComponent]
  {
    let axis = try arguments.operand(0).shape.resolve(axis: arguments.attributes.int(3))
    var index = [IndexComponent](
      repeating: .slice(start: nil, stop: nil, step: 1), count: axis)
    index.append(.integers(try arguments.operand(1).tensor()))
    return index
  }

  private static let scatterOperations: [Operation] = [
    Operation(
      composed: "scatter",
      "A copy with what stands at the positions along an axis replaced by `values`, the later of "
        + "equal positions.",
      scatterParameters, "scatter([0, 0, 0], [2, 0], [5, 6])", gives: "i64[3] [6 0 5]"
    ) { (arguments) throws(TensorError) in
      .one(
        try arguments.operand(0).assigning(
          arguments.operand(2), at: try selection(arguments)))
    },
    Operation(
      composed: "scatter_add",
      "A copy with `values` added to what stands at the positions along an axis, each as often as "
        + "it is named.",
      scatterParameters, "scatter_add([0.0, 0.0, 1.0], [2, 0, 2], [5.0, 6.0, 7.0])",
      gives: "f64[3] [ 6.  0. 13.]"
    ) { (arguments) throws(TensorError) in
      let x = arguments.operand(0)
      let index = try selection(arguments)
      let values = try arguments.operand(2).cast(to: x.dtype)
      guard x.dtype.kind == .float else {
        guard x.dtype.kind == .integer else {
          throw .unsupportedDType(operation: "scatter_add", dtype: x.dtype)
        }
        return .one(try addedIntegers(x, values, index, arguments))
      }
      let selected = try Variable(x.tensor()).indexed(by: index).shape
      guard values.shape.broadcast(with: selected) == selected else {
        throw .assignment(value: values.shape, selection: selected)
      }
      return .one(try added(x, try values.broadcast(to: selected), at: index))
    },
  ]

  /// A copy of floats with values, of the shape of the selection, added one after the other.
  private static func added(
    _ x: Variable, _ values: Variable, at index: [IndexComponent]
  ) throws(TensorError) -> Variable {
    let primitive = Primitive(
      "scatter_add", keeping: .shapes,
      evaluate: { (operands) throws(TensorError) in
        var result = try Variable.plain(operands[0]).tensor()
        try result.add(try Variable.plain(operands[1]).tensor(), at: index)
        return [.tensor(result)]
      },
      rule: { (step) throws(TensorError) in
        let g = try step.cotangent.spread(to: step.results[0].shape)
        return [g, try g.indexed(by: index)]
      })
    return try primitive(x, values)
  }

  /// Integers are added as sums of segments.
  private static func addedIntegers(
    _ x: Variable, _ values: Variable, _ index: [IndexComponent], _ arguments: VariableArguments
  ) throws(TensorError) -> Variable {
    let axis = try x.shape.resolve(axis: arguments.attributes.int(3))
    let selected = try x.indexed(by: index).shape
    guard values.shape.broadcast(with: selected) == selected else {
      throw .assignment(value: values.shape, selection: selected)
    }
    let indices = try arguments.operand(1).tensor()
    let size = x.shape[axis]
    let places = try indices.toInts().map { $0 < 0 ? $0 + size : $0 }
    // The selection has the axes of the indices where the axis was: they come first, as one.
    let whole = try values.broadcast(to: selected).tensor()
    let own = Array(axis..<(axis + indices.rank))
    let others = (0..<whole.rank).filter { !own.contains($0) }
    let rows = try whole.transposed(own + others).reshaped(
      to: Shape([indices.count] + others.map { whole.shape[$0] }))
    let sums = try rows.segmentSum(
      try Tensor(places, shape: Shape([places.count])), count: size)
    let placed = try sums.movingAxis(0, to: axis)
    return try (x + Variable(placed)).cast(to: x.dtype)
  }
}
