internal import TensorCore

// The derivatives of what only moves, repeats or picks elements. All are linear: their rules keep
// shapes and positions, no elements.

extension Derivative {
  /// The same elements in the same order in another shape.
  static let reshaped = linear { (step, g) throws(TensorError) in
    try g.reshaped(to: step.operands[0].shape)
  }

  /// Of `full_like`: the second operand, repeated.
  static let filled = Derivative.rule(keeping: .shapes) { (step) throws(TensorError) in
    step.gradients([1: try step.upstream()])
  }

  static let transposed = linear { (step, g) throws(TensorError) in
    let rank = step.operands[0].rank
    let order =
      try step.attributes.optionalInts(1)?.map { (axis) throws(TensorError) in
        try step.operands[0].shape.resolve(axis: axis)
      } ?? Array((0..<rank).reversed())
    var inverse = Array(0..<rank)
    for (place, axis) in order.enumerated() { inverse[axis] = place }
    return try g.transposed(inverse)
  }

  static let swappedAxes = linear { (step, g) throws(TensorError) in
    try g.swappingAxes(step.attributes.int(1), step.attributes.int(2))
  }

  static let movedAxis = linear { (step, g) throws(TensorError) in
    let shape = step.operands[0].shape
    let source = try shape.resolve(axis: step.attributes.int(1))
    let target = try shape.resolve(axis: step.attributes.int(2))
    var back = Array(0..<shape.rank)
    back.remove(at: target)
    back.insert(target, at: source)
    return try g.transposed(back)
  }

  /// The same values in another shape they broadcast to, or another dtype: what every rule's answer
  /// is brought back from.
  static let identity = Derivative.rule(keeping: .shapes) { (step) throws(TensorError) in
    [try step.upstream()]
  }

  static let flipped = linear { (step, g) throws(TensorError) in
    try g.flipped(step.attributes.optionalInts(1))
  }

  static let rolled = linear { (step, g) throws(TensorError) in
    guard step.attributes.optionalInts(2) != nil else {
      let flat = try g.reshaped(to: [step.operands[0].shape.count])
      let shift = try OperationTable.soleShift(step.attributes)
      return try flat.rolledBack(by: shift, axis: 0).reshaped(to: step.operands[0].shape)
    }
    var result = g
    for (shift, axis) in try OperationTable.shifts(step.attributes) {
      result = try result.rolledBack(by: shift, axis: axis)
    }
    return result
  }

  /// Of `diagonal`, and of `diag` of matrices and vectors.
  static let diagonal = linear { (step, g) throws(TensorError) in
    let (x, offset) = (step.operands[0], step.attributes.int(1))
    if x.rank < 2 { return try g.indexed(by: try diagonalIndex(g.shape, offset: offset)) }
    return try g.placed(at: try diagonalIndex(x.shape, offset: offset), in: x.shape, x.dtype)
  }

  static let trace = linear { (step, g) throws(TensorError) in
    let (x, offset) = (step.operands[0], step.attributes.int(1))
    let index = try diagonalIndex(x.shape, offset: offset)
    return try g.expanded(at: -1).placed(at: index, in: x.shape, x.dtype)
  }

  static func triangle(isLower: Bool) -> Derivative {
    linear { (step, g) throws(TensorError) in
      try g.triangle(isLower: isLower, offset: step.attributes.int(1))
    }
  }

  static let concatenated = Derivative.composed { (arguments) throws(TensorError) in
    var parts = arguments.variables(0)
    if arguments.attributes.optionalInt(1) == nil {
      parts = try parts.map { (part) throws(TensorError) in
        try part.asTensor().reshaped(to: [part.shape.count])
      }
    }
    return .one(
      try Variable.concatenated(parts, axis: arguments.attributes.optionalInt(1) ?? 0))
  }

  static let stacked = Derivative.composed { (arguments) throws(TensorError) in
    .one(try Variable.stacked(arguments.variables(0), axis: arguments.attributes.int(1)))
  }

  /// Of `chunk` and `cut`: one part after the other again.
  static let parts = Derivative.rule(keeping: .shapes) { (step) throws(TensorError) in
    let x = step.operands[0]
    let axis = try x.shape.resolve(axis: step.attributes.int(2))
    var start = 0
    var sizes: [(start: Int, count: Int)] = []
    for result in step.results {
      sizes.append((start, result.shape[axis]))
      start += result.shape[axis]
    }
    // Positions that go back overlap or leave gaps.
    guard start == x.shape[axis], isInOrder(step, axis) else {
      return [try placedParts(step, axis)]
    }
    var parts: [Variable] = []
    for index in step.results.indices { parts.append(try step.upstream(index)) }
    return [try Variable.concatenated(parts, axis: axis)]
  }

  /// Whether the parts follow each other.
  private static func isInOrder(_ step: OperationPullback, _ axis: Int) -> Bool {
    guard let positions = step.attributes.optionalInts(1) else { return true }
    let size = step.operands[0].shape[axis]
    let inside = positions.map { min(max($0 < 0 ? $0 + size : $0, 0), size) }
    return zip(inside, inside.dropFirst()).allSatisfy { $0 <= $1 }
  }

  private static func placedParts(_ step: OperationPullback, _ axis: Int) throws(TensorError)
    -> Variable
  {
    let x = step.operands[0]
    let size = x.shape[axis]
    let positions = step.attributes.optionalInts(1) ?? []
    let inside = [0] + positions.map { min(max($0 < 0 ? $0 + size : $0, 0), size) }
    var total = try x.zeros()
    for index in step.results.indices where step.cotangents[index] != nil {
      let start = inside[index]
      let part = IndexComponent.slice(
        start: start, stop: start + step.results[index].shape[axis], step: 1)
      total =
        try total
        + step.upstream(index).placed(
          at: IndexComponent.along(axis, part), in: x.shape, x.dtype)
    }
    return total
  }

  static let repeated = linear { (step, g) throws(TensorError) in
    let own = step.operands[0].shape
    let repeats = step.attributes.ints(1)
    let flat = step.attributes.optionalInt(2) == nil
    let shape = flat ? Shape([own.count]) : own
    let axis = try shape.resolve(axis: step.attributes.optionalInt(2) ?? 0)
    if repeats.count == 1 {
      let (outer, inner) = shape.around(axis)
      let each = try g.reshaped(to: [outer, shape[axis], repeats[0], inner])
      return try each.sum(axes: [2]).reshaped(to: own)
    }
    let positions = try Tensor.sequence(from: .int(0), to: .int(shape[axis]), by: .int(1))
      .repeated(repeats, axis: 0)
    let sums = try g.placed(
      at: IndexComponent.along(axis, .integers(positions)), in: shape, step.operands[0].dtype)
    return try sums.reshaped(to: own)
  }

  static let tiled = linear { (step, g) throws(TensorError) in
    let own = step.operands[0].shape
    let counts = step.attributes.ints(1)
    let rank = max(own.rank, counts.count)
    let sizes = Array(repeating: 1, count: rank - own.rank) + own.array
    let times = Array(repeating: 1, count: rank - counts.count) + counts
    var result = g
    for axis in 0..<rank where times[axis] != 1 {
      var target = result.shape
      target[axis] = sizes[axis]
      let (outer, inner) = result.shape.around(axis)
      let each = try result.reshaped(to: [outer, times[axis], sizes[axis], inner])
      result = try each.sum(axes: [1]).reshaped(to: target)
    }
    return try result.reshaped(to: own)
  }

  static let padded = Derivative.rule(keeping: .operands) { (step) throws(TensorError) in
    let x = step.operands[0]
    var g = try step.upstream()
    let widths = try OperationTable.padWidths(
      try step.arguments.operand(1).tensor(), rank: x.rank)
    let whole = step.isWanted(parameter: 3) ? try g.sum() : nil
    let mode = step.attributes.string(2)
    let padding = mode == "constant" ? nil : try Tensor.Padding(mode, value: nil)
    for (axis, width) in widths.enumerated().reversed() where width != (0, 0) {
      let size = x.shape[axis]
      guard let padding else {
        g = try g.slice(axis: axis, start: width.before, count: size)
        continue
      }
      let positions = try Tensor.sequence(from: .int(0), to: .int(size), by: .int(1))
        .padded([width], padding)
      var target = g.shape
      target[axis] = size
      g = try g.placed(
        at: IndexComponent.along(axis, .integers(positions)), in: target, g.dtype)
    }
    var parts: [Int: Variable] = [0: g]
    if let whole {
      parts[3] = padding == nil ? try whole - g.sum() : 0.0
    }
    return step.gradients(parts)
  }

  static let grid = Derivative.rule(keeping: .shapes) { (step) throws(TensorError) in
    let count = step.operands.count
    var order = Array(0..<count)
    if count > 1, step.attributes.string(1) == "xy" { order.swapAt(0, 1) }
    var parts: [Variable?] = []
    for (index, operand) in step.operands.enumerated() {
      let others = (0..<count).filter { $0 != order[index] }
      parts.append(try step.upstream(index).sum(axes: others).reshaped(to: operand.shape))
    }
    return parts
  }

  /// The index that selects a diagonal of the last two axes.
  static func diagonalIndex(_ shape: Shape, offset: Int) throws(TensorError) -> [IndexComponent] {
    let (rows, columns) = (shape[shape.rank - 2], shape[shape.rank - 1])
    let first = (row: offset < 0 ? min(0 &- offset, rows) : 0, column: min(max(offset, 0), columns))
    let length = max(0, min(rows - first.row, columns - first.column))
    func run(_ start: Int) throws(TensorError) -> Tensor {
      try Tensor.sequence(from: .int(start), to: .int(start + length), by: .int(1))
    }
    return [.ellipsis, .integers(try run(first.row)), .integers(try run(first.column))]
  }
}

extension Shape {
  /// How many elements stand before an axis, and after it.
  fileprivate func around(_ axis: Int) -> (outer: Int, inner: Int) {
    (array[..<axis].reduce(1, *), array[(axis + 1)...].reduce(1, *))
  }
}

extension IndexComponent {
  /// The index of whole axes up to one that `component` stands for.
  static func along(_ axis: Int, _ component: IndexComponent) -> [IndexComponent] {
    Array(repeating: .slice(start: nil, stop: nil, step: 1), count: axis) + [component]
  }
}

extension Variable {
  /// Elements moved back by `shift` places, the first ones to the end.
  fileprivate func rolledBack(by shift: Int, axis given: Int) throws(TensorError) -> Variable {
    let axis = try shape.resolve(axis: given)
    let size = shape[axis]
    guard size > 0 else { return self }
    let moved = (shift % size + size) % size
    if moved == 0 { return self }
    return try .concatenated(
      [
        try slice(axis: axis, start: moved, count: size - moved),
        try slice(axis: axis, start: 0, count: moved),
      ], axis: axis)
  }

  /// The elements on one side of a diagonal and on it, zeros elsewhere.
  func triangle(isLower: Bool, offset: Int = 0) throws(TensorError) -> Variable {
    let primitive = Primitive(
      isLower ? "tril" : "triu", keeping: .shapes,
      evaluate: { (operands) throws(TensorError) in
        let x = try Variable.plain(operands[0]).tensor()
        return [
          .tensor(
            isLower ? try x.lowerTriangle(offset: offset) : try x.upperTriangle(offset: offset))
        ]
      },
      rule: { (step) throws(TensorError) in
        [try step.upstream().triangle(isLower: isLower, offset: offset)]
      })
    return try primitive(self)
  }
}
