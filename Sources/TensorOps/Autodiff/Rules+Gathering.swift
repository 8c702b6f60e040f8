internal import TensorCore

// The derivatives of what picks elements by position. Positions are found from plain values once,
// and are all that is kept.

extension Derivative {
  static let taken = Derivative.rule(keeping: .operands) { (step) throws(TensorError) in
    let x = step.operands[0]
    let positions = try step.arguments.operand(1).tensor()
    let given = step.attributes.optionalInt(2)
    let shape = given == nil ? Shape([x.shape.count]) : x.shape
    let index = IndexComponent.along(
      try shape.resolve(axis: given ?? 0), .integers(positions))
    let sums = try step.upstream().placed(at: index, in: shape, x.dtype)
    return [try sums.reshaped(to: x.shape), nil]
  }

  static let takenAlongAxis = Derivative.composed { (arguments) throws(TensorError) in
    .one(
      try arguments.operand(0).takenAlongAxis(
        try arguments.operand(1).tensor(), axis: arguments.attributes.int(2)))
  }

  static let sorted = Derivative.composed { (arguments) throws(TensorError) in
    let (x, axis) = (arguments.operand(0), arguments.attributes.int(1))
    let order = try x.tensor().argsorted(axis: axis, descending: arguments.attributes.bool(2))
    return .one(try x.takenAlongAxis(order, axis: axis))
  }

  static let topK = Derivative.composed { (arguments) throws(TensorError) in
    let (x, axis) = (arguments.operand(0), arguments.attributes.int(2))
    let found = try x.tensor().topK(
      arguments.attributes.int(1), axis: axis, largest: arguments.attributes.bool(3))
    let values = try x.takenAlongAxis(found.indices, axis: axis)
    return .record([("values", .one(values)), ("indices", .one(Variable(found.indices)))])
  }

  static let differences = Derivative.composed { (arguments) throws(TensorError) in
    var result = try arguments.operand(0).asTensor()
    let order = arguments.attributes.int(1)
    let axis = try result.shape.resolve(axis: arguments.attributes.int(2))
    guard order != 0 else { return .one(result) }
    let before = try arguments.optionalOperand(3)?.edge(of: result, axis: axis)
    let after = try arguments.optionalOperand(4)?.edge(of: result, axis: axis)
    if before != nil || after != nil {
      let parts = [before, result, after].compactMap { $0 }
      result = try Variable.concatenated(parts, axis: axis)
    }
    guard (0...result.shape[axis]).contains(order) else {
      return .one(Variable(try result.tensor().differences(order: order, axis: axis)))
    }
    for _ in 0..<order {
      let count = max(result.shape[axis] - 1, 0)
      result =
        try result.slice(axis: axis, start: min(1, result.shape[axis]), count: count)
        - result.slice(axis: axis, start: 0, count: count)
    }
    return .one(result)
  }

  /// Only the weights change.
  static let binSums = Derivative.rule(keeping: .operands) { (step) throws(TensorError) in
    let positions = try step.arguments.operand(0).tensor()
    return step.gradients([1: try step.upstream().taken(positions, axis: 0)])
  }
}

extension Variable {
  /// What stands at positions of an axis; as `Tensor.taking`.
  func taken(_ positions: Tensor, axis: Int) throws(TensorError) -> Variable {
    let place = try shape.resolve(axis: axis)
    return try picked("take", IndexComponent.along(place, .integers(positions))) {
      (x) throws(TensorError) in try x.taking(positions, axis: place)
    }
  }

  /// As `Tensor.takingAlongAxis`.
  func takenAlongAxis(_ indices: Tensor, axis: Int) throws(TensorError) -> Variable {
    let primitive = Primitive(
      "take_along_axis", keeping: .shapes,
      evaluate: { (operands) throws(TensorError) in
        let x = try Variable.plain(operands[0]).tensor()
        return [.tensor(try x.takingAlongAxis(indices, axis: axis))]
      },
      rule: { (step) throws(TensorError) in
        let x = step.operands[0]
        let index = try Variable.gridIndex(indices, axis: axis, of: x.shape)
        return [try step.cotangent.placed(at: index, in: x.shape, x.dtype)]
      })
    return try primitive(self)
  }

  /// The index of whole coordinates that `take_along_axis` selects by.
  private static func gridIndex(_ indices: Tensor, axis: Int, of shape: Shape) throws(TensorError)
    -> [IndexComponent]
  {
    let place = try shape.resolve(axis: axis)
    var components: [IndexComponent] = []
    for other in 0..<shape.rank {
      if other == place {
        components.append(.integers(indices))
        continue
      }
      var sizes = Shape(repeating: 1, count: shape.rank)
      sizes[other] = shape[other]
      let run = try Tensor.sequence(from: .int(0), to: .int(shape[other]), by: .int(1))
      components.append(.integers(try run.reshaped(to: sizes)))
    }
    return components
  }
}

extension Variable {
  /// What `diff` puts before or after `x`: a number or rank 0 stands for one slice of it.
  fileprivate func edge(of x: Variable, axis: Int) throws(TensorError) -> Variable {
    guard rank == 0 else { return try asTensor() }
    var sizes = x.shape.array
    sizes[axis] = 1
    return try Variable(try Tensor.zeros(Shape(sizes), x.dtype)) + self
  }
}
