package import TensorCore

// What derivative rules are written with. Each computes as the method of `Tensor` of its name, and
// has its own rule, so that derivatives of derivatives need nothing more.

extension Variable {
  /// A primitive of one operand and one result.
  private func apply(
    _ name: String, keeping: Primitive.Keeping = .shapes,
    _ evaluate: @escaping @Sendable (Tensor) throws(TensorError) -> Tensor,
    rule: @escaping @Sendable (Pullback) throws(TensorError) -> Variable
  ) throws(TensorError) -> Variable {
    let primitive = Primitive(
      name, keeping: keeping,
      evaluate: { (operands) throws(TensorError) in
        [.tensor(try evaluate(try Variable.plain(operands[0]).tensor()))]
      },
      rule: { (step) throws(TensorError) in [try rule(step)] })
    return try primitive(self)
  }

  // MARK: - Numbers and tensors

  /// A number as a tensor of rank 0.
  package func asTensor() throws(TensorError) -> Variable {
    guard isScalar else { return self }
    return try apply("tensor", { $0 }, rule: { (step) throws(TensorError) in step.cotangent })
  }

  /// A tensor of one element as a number.
  package func asScalar() throws(TensorError) -> Variable {
    if isScalar { return self }
    let primitive = Primitive(
      "number", keeping: .shapes,
      evaluate: { (operands) throws(TensorError) in
        [.scalar(try Variable.plain(operands[0]).tensor().scalar(at: 0))]
      }, rule: { (step) throws(TensorError) in [step.cotangent] })
    return try primitive(self)
  }

  package func cast(to dtype: DType) throws(TensorError) -> Variable {
    if !isScalar, self.dtype == dtype { return self }
    if dtype.kind != .float { return .plain(.tensor(try tensor().cast(to: dtype))) }
    return try apply(
      dtype.name, { (x) throws(TensorError) in try x.cast(to: dtype) },
      rule: { (step) throws(TensorError) in step.cotangent })
  }

  /// Zeros of its shape and dtype.
  package func zeros() throws(TensorError) -> Variable {
    isScalar ? 0.0 : Variable(try Tensor.zeros(.scalar, dtype).broadcast(to: shape))
  }

  /// A cotangent made right for the value it belongs to: summed over the axes the value was
  /// broadcast along, of its dtype, a number for a number.
  package func fitted(to value: Variable) throws(TensorError) -> Variable {
    if value.isScalar { return isScalar ? self : try sum().asScalar() }
    if !isScalar, dtype == value.dtype, shape == value.shape { return self }
    let target = value.shape
    var result = try asTensor()
    // Whichever way round has fewer elements to convert.
    if result.shape.count <= target.count { result = try result.cast(to: value.dtype) }
    if result.shape != target {
      let surplus = result.rank - target.rank
      if surplus > 0 { result = try result.sum(axes: Array(0..<surplus)) }
      let stretched = (0..<result.rank).filter { axis in
        let own = target.rank - result.rank + axis
        return own >= 0 && target[own] == 1 && result.shape[axis] != 1
      }
      if !stretched.isEmpty { result = try result.sum(axes: stretched, keepingAxes: true) }
      if result.shape != target { result = try result.broadcast(to: target) }
    }
    return try result.cast(to: value.dtype)
  }

  // MARK: - Reductions

  /// The sum over all axes, or some.
  package func sum(axes: [Int]? = nil, keepingAxes: Bool = false) throws(TensorError) -> Variable {
    let shape = shape
    let gone = try axes.map { (axes) throws(TensorError) in try shape.resolve(axes: axes) }
    let kept = shape.reducing(gone ?? Array(0..<shape.rank), keepingAxes: true)
    return try apply(
      "sum",
      { (x) throws(TensorError) in try x.reduced(.sum, axes: gone, keepingAxes: keepingAxes) },
      rule: { (step) throws(TensorError) in
        try step.cotangent.asTensor().reshaped(to: kept).broadcast(to: shape)
      })
  }

  package func mean(axes: [Int]? = nil, keepingAxes: Bool = false) throws(TensorError) -> Variable {
    let gone = try axes.map { (axes) throws(TensorError) in try shape.resolve(axes: axes) }
    let count = (gone ?? Array(0..<rank)).reduce(1) { $0 * shape[$1] }
    return try sum(axes: gone, keepingAxes: keepingAxes) / Variable(Double(count))
  }

  // MARK: - Shapes

  package func reshaped(to target: Shape) throws(TensorError) -> Variable {
    if !isScalar, shape == target { return self }
    let own = shape
    return try apply(
      "reshape", { (x) throws(TensorError) in try x.reshaped(to: target) },
      rule: { (step) throws(TensorError) in try step.cotangent.spread(to: target).reshaped(to: own)
      })
  }

  package func reshaped(to sizes: [Int]) throws(TensorError) -> Variable {
    try reshaped(to: Shape(sizes))
  }

  package func broadcast(to target: Shape) throws(TensorError) -> Variable {
    if !isScalar, shape == target { return self }
    return try apply(
      "broadcast_to", { (x) throws(TensorError) in try x.broadcast(to: target) },
      rule: { (step) throws(TensorError) in step.cotangent })
  }

  /// The axes in another order; reversed without one.
  package func transposed(_ axes: [Int]? = nil) throws(TensorError) -> Variable {
    let rank = rank
    var order: [Int]?
    if let axes {
      // Duplicates are found, but the order is kept.
      _ = try shape.resolve(axes: axes)
      order = axes.map { $0 < 0 ? $0 + rank : $0 }
    }
    var inverse = Array((0..<rank).reversed())
    if let order {
      for (place, axis) in order.enumerated() where axis < rank { inverse[axis] = place }
    }
    let back = inverse
    return try apply(
      "permute_dims", { [order] (x) throws(TensorError) in try x.transposed(order) },
      rule: { (step) throws(TensorError) in try step.cotangent.transposed(back) })
  }

  /// Two axes exchanged; negative ones count from the end.
  package func swappingAxes(_ a: Int, _ b: Int) throws(TensorError) -> Variable {
    try apply(
      "swapaxes", { (x) throws(TensorError) in try x.swappingAxes(a, b) },
      rule: { (step) throws(TensorError) in try step.cotangent.swappingAxes(a, b) })
  }

  /// A new axis of size 1; negative places count from the end of the result.
  package func expanded(at axis: Int) throws(TensorError) -> Variable {
    var sizes = shape.array
    let place = axis < 0 ? axis + sizes.count + 1 : axis
    guard (0...sizes.count).contains(place) else {
      throw .axisOutOfRange(axis: axis, rank: sizes.count + 1)
    }
    sizes.insert(1, at: place)
    guard sizes.count <= Shape.maxRank else { throw .rankTooHigh(rank: sizes.count) }
    return try reshaped(to: Shape(sizes))
  }

  package func flipped(_ axes: [Int]?) throws(TensorError) -> Variable {
    try apply(
      "flip", { (x) throws(TensorError) in try x.flipped(axes) },
      rule: { (step) throws(TensorError) in try step.cotangent.flipped(axes) })
  }

  // MARK: - Parts

  /// What an index selects; see `Tensor.indexed(by:)`. An element comes as rank 0.
  package func indexed(by components: [IndexComponent]) throws(TensorError) -> Variable {
    try picked("x[…]", components) { (x) throws(TensorError) in try x.indexed(by: components) }
  }

  /// What an index selects, found by `evaluate`. Cotangents of many selections of one value are
  /// added up in one place.
  func picked(
    _ name: String, _ components: [IndexComponent],
    _ evaluate: @escaping @Sendable (Tensor) throws(TensorError) -> Tensor
  ) throws(TensorError) -> Variable {
    let primitive = Primitive(
      name, keeping: .shapes, selection: components,
      evaluate: { (operands) throws(TensorError) in
        [.tensor(try evaluate(try Variable.plain(operands[0]).tensor()))]
      },
      rule: { (step) throws(TensorError) in
        let x = step.operands[0]
        return [try step.cotangent.placed(at: components, in: x.shape, x.dtype)]
      })
    return try primitive(self)
  }

  /// Zeros of a shape with this added at an index: what `indexed` gives back.
  package func placed(at components: [IndexComponent], in shape: Shape, _ dtype: DType)
    throws(TensorError) -> Variable
  {
    try apply(
      "scatter_add",
      { (values) throws(TensorError) in
        var result = try Tensor.zeros(shape, dtype)
        try result.add(values, at: components)
        return result
      },
      rule: { (step) throws(TensorError) in
        try step.cotangent.spread(to: shape).indexed(by: components)
      })
  }

  /// A copy with what an index selects replaced; `value` broadcasts to the selection.
  package func assigning(_ value: Variable, at components: [IndexComponent]) throws(TensorError)
    -> Variable
  {
    let primitive = Primitive(
      "x[…] =", keeping: .shapes,
      evaluate: { (operands) throws(TensorError) in
        var result = try Variable.plain(operands[0]).tensor()
        try result.assign(operands[1], at: components)
        return [.tensor(result)]
      },
      rule: { (step) throws(TensorError) in
        let g = try step.cotangent.spread(to: step.results[0].shape)
        return [try g.assigning(0, at: components), try g.indexed(by: components)]
      })
    return try primitive(self, value)
  }

  /// `count` places of an axis from `start` on.
  package func slice(axis: Int, start: Int, count: Int) throws(TensorError) -> Variable {
    var components = [IndexComponent](
      repeating: .slice(start: nil, stop: nil, step: 1), count: try shape.resolve(axis: axis))
    components.append(.slice(start: start, stop: start + count, step: 1))
    return try indexed(by: components)
  }

  /// Rows (or what stands on `axis`) by position.
  package func taking(_ positions: Tensor, axis: Int) throws(TensorError) -> Variable {
    var components = [IndexComponent](
      repeating: .slice(start: nil, stop: nil, step: 1), count: try shape.resolve(axis: axis))
    components.append(.integers(positions))
    return try indexed(by: components)
  }

  package static func concatenated(_ parts: [Variable], axis: Int) throws(TensorError) -> Variable {
    let primitive = Primitive(
      "concat", keeping: .shapes,
      evaluate: { (operands) throws(TensorError) in
        var tensors: [Tensor] = []
        for operand in operands { tensors.append(try Variable.plain(operand).tensor()) }
        return [.tensor(try Tensor.concatenated(tensors, axis: axis))]
      },
      rule: { (step) throws(TensorError) in
        let along = try step.results[0].shape.resolve(axis: axis)
        let g = try step.cotangent.spread(to: step.results[0].shape)
        var parts: [Variable?] = []
        var start = 0
        for operand in step.operands {
          let count = operand.shape[along]
          parts.append(try g.slice(axis: along, start: start, count: count))
          start += count
        }
        return parts
      })
    return try primitive.apply(parts)[0]
  }

  /// Parts of one shape along a new axis.
  package static func stacked(_ parts: [Variable], axis: Int = 0) throws(TensorError) -> Variable {
    let primitive = Primitive(
      "stack", keeping: .shapes,
      evaluate: { (operands) throws(TensorError) in
        var tensors: [Tensor] = []
        for operand in operands { tensors.append(try Variable.plain(operand).tensor()) }
        return [.tensor(try Tensor.stacked(tensors, axis: axis))]
      },
      rule: { (step) throws(TensorError) in
        let along = try step.results[0].shape.resolve(axis: axis)
        let g = try step.cotangent.spread(to: step.results[0].shape)
        var before = [IndexComponent](
          repeating: .slice(start: nil, stop: nil, step: 1), count: along)
        before.append(.index(0))
        var parts: [Variable?] = []
        for index in step.operands.indices {
          before[along] = .index(index)
          parts.append(try g.indexed(by: before))
        }
        return parts
      })
    return try primitive.apply(parts)[0]
  }

  // MARK: - Products

  /// `self @ other`, with NumPy's rules for vectors and batches.
  package func matmul(_ other: Variable) throws(TensorError) -> Variable {
    let primitive = Primitive(
      "@", keeping: .operands,
      evaluate: { (operands) throws(TensorError) in
        let a = try Variable.plain(operands[0]).tensor()
        return [.tensor(try a.matmul(try Variable.plain(operands[1]).tensor()))]
      },
      rule: { (step) throws(TensorError) in try Variable.matmulRule(step) })
    return try primitive(self, other)
  }

  private static func matmulRule(_ step: Pullback) throws(TensorError) -> [Variable?] {
    let (a, b) = (step.operands[0], step.operands[1])
    let rows = a.rank == 1 ? try a.expanded(at: 0) : a
    let columns = b.rank == 1 ? try b.expanded(at: -1) : b
    var g = try step.cotangent.spread(to: step.results[0].shape)
    if b.rank == 1 { g = try g.expanded(at: -1) }
    if a.rank == 1 { g = try g.expanded(at: g.rank - 1) }
    var parts: [Variable?] = [nil, nil]
    if step.isWanted[0] {
      let part = try g.matmul(try columns.swappingAxes(-2, -1))
      parts[0] = a.rank == 1 ? try part.sum(axes: Array(0..<(part.rank - 1))) : part
    }
    if step.isWanted[1] {
      let part: Variable
      if columns.rank == 2, rows.rank > 2 {
        // The batch is summed over by the product itself.
        part = try rows.flattenedRows().swappingAxes(-2, -1).matmul(try g.flattenedRows())
      } else {
        part = try rows.swappingAxes(-2, -1).matmul(g)
      }
      parts[1] =
        b.rank == 1
        ? try part.reshaped(to: Shape(part.shape.array.dropLast())).sum(
          axes: Array(0..<(part.rank - 2))) : part
    }
    return parts
  }

  /// All axes but the last as one.
  private func flattenedRows() throws(TensorError) -> Variable {
    let last = shape[rank - 1]
    let count = shape.array.dropLast().reduce(1, *)
    return try reshaped(to: Shape([count, last]))
  }
}
