internal import TensorCore

// The derivatives of reductions and running totals.

/// The axes of a reduction, and what its result is with them kept.
private struct ReducedAxes {
  let axes: [Int]
  let kept: Shape
  /// How many elements come down to one.
  let count: Int

  init(_ axes: [Int]?, of shape: Shape) throws(TensorError) {
    self.axes = try shape.resolve(axes: axes ?? Array(0..<shape.rank))
    kept = shape.reducing(self.axes, keepingAxes: true)
    count = self.axes.reduce(1) { $0 * shape[$1] }
  }

  /// - Precondition: the operation takes `(x, axis, …)`.
  init(_ step: OperationPullback) throws(TensorError) {
    try self.init(step.attributes.optionalInts(1), of: step.operands[0].shape)
  }
}

extension Derivative {
  static let sum = linear { (step, g) throws(TensorError) in
    try g.reshaped(to: try ReducedAxes(step).kept).broadcast(to: step.operands[0].shape)
  }

  static let mean = linear { (step, g) throws(TensorError) in
    let axes = try ReducedAxes(step)
    let share = try g.reshaped(to: axes.kept) * Variable(1 / Double(axes.count))
    return try share.broadcast(to: step.operands[0].shape)
  }

  /// Product over element, or by formula where an element is 0.
  static let product = Derivative.rule { (step) throws(TensorError) in
    let x = step.operands[0]
    let axes = try ReducedAxes(step)
    if try x.tensor().reduced(.all).item() == .bool(true) {
      let y = try step.result.asTensor().cast(to: x.dtype).reshaped(to: axes.kept)
      return [try step.upstream().reshaped(to: axes.kept) * y / x]
    }
    return try step.pullback.through { (operands) throws(TensorError) in
      [try operands[0].product(axes: axes.axes).reshaped(to: step.result.shape)]
    }
  }

  static let variance = ofOperand { (step, x, g) throws(TensorError) in
    let axes = try ReducedAxes(step)
    let divisor = max(Double(axes.count) - step.attributes.float(2), 0)
    let slope = try g.reshaped(to: axes.kept) * Variable(2 / divisor)
    return try (x - x.mean(axes: axes.axes, keepingAxes: true)) * slope
  }

  /// 0 where the deviation is 0.
  static let deviation = Derivative.rule { (step) throws(TensorError) in
    let x = step.operands[0]
    let axes = try ReducedAxes(step)
    let divisor = max(Double(axes.count) - step.attributes.float(2), 0)
    let y = try step.result.asTensor().cast(to: x.dtype).reshaped(to: axes.kept)
    let g = try step.upstream().reshaped(to: axes.kept)
    let slope = try (g / y * Variable(1 / divisor)).orZero(where: y)
    return [try (x - x.mean(axes: axes.axes, keepingAxes: true)) * slope]
  }

  /// The elements that are the extreme share evenly.
  static let extreme = Derivative.rule { (step) throws(TensorError) in
    let x = step.operands[0]
    let axes = try ReducedAxes(step)
    let y = try step.result.tensor().cast(to: x.dtype).reshaped(to: axes.kept)
    return [try x.share(of: try step.upstream().reshaped(to: axes.kept), extreme: y, axes.axes)]
  }

  static let runningSum = linear { (step, g) throws(TensorError) in
    let own = step.operands[0].shape
    guard let axis = step.attributes.optionalInt(1) else {
      let flat = try g.reshaped(to: [own.count])
      return try flat.runningSum(axis: 0, isReversed: true).reshaped(to: own)
    }
    return try g.runningSum(axis: axis, isReversed: true)
  }

  static let runningProduct = Derivative.rule { (step) throws(TensorError) in
    let own = step.operands[0].shape
    let given = step.attributes.optionalInt(1)
    let axis = given ?? 0
    let x = given == nil ? try step.operands[0].reshaped(to: [own.count]) : step.operands[0]
    guard try x.tensor().reduced(.all).item() == .bool(true) else {
      return try step.pullback.through { (operands) throws(TensorError) in
        [try operands[0].reshaped(to: x.shape).runningProduct(axis: axis)]
      }
    }
    let y = try step.result.reshaped(to: x.shape)
    let g = try step.upstream().reshaped(to: x.shape)
    return [try ((g * y).runningSum(axis: axis, isReversed: true) / x).reshaped(to: own)]
  }

  /// See `Tensor.norm`.
  static let norm = Derivative.composed { (arguments) throws(TensorError) in
    let attributes = arguments.attributes
    return .one(
      try arguments.operand(0).norm(
        attributes.optionalFloat(1), axes: attributes.optionalInts(2),
        keepingAxes: attributes.bool(3)))
  }
}

extension Variable {
  /// The same, 0 where the plain value of `y` is 0.
  func orZero(where y: Variable) throws(TensorError) -> Variable {
    let isZero = try Tensor.elementwise(.equal, y.value, .scalar(.float(0)))
    return try Variable.choose(isZero, 0.0, self)
  }

  /// `g` shared among the elements of this that equal `extreme`, or are NaN when it is.
  func share(of g: Variable, extreme: Tensor, _ axes: [Int]) throws(TensorError) -> Variable {
    let x = try tensor()
    var isExtreme = try Tensor.elementwise(.equal, x, extreme)
    let isNaN = try Tensor.elementwise(.isnan, extreme)
    if try isNaN.reduced(.any).item() == .bool(true) {
      isExtreme = try Tensor.elementwise(.or, isExtreme, try Tensor.elementwise(.isnan, x))
    }
    let count = try isExtreme.reduced(.sum, axes: axes, keepingAxes: true).cast(to: dtype)
    return try Variable.choose(isExtreme, try g / Variable(count), 0.0)
  }

  /// The largest or smallest over axes, which stay with size 1.
  func extreme(_ reduction: Reduction, axes: [Int]) throws(TensorError) -> Variable {
    let primitive = Primitive(
      reduction.name,
      evaluate: { (operands) throws(TensorError) in
        let x = try Variable.plain(operands[0]).tensor()
        return [.tensor(try x.reduced(reduction, axes: axes, keepingAxes: true))]
      },
      rule: { (step) throws(TensorError) in
        [
          try step.operands[0].share(
            of: step.cotangent, extreme: try step.results[0].tensor(), axes)
        ]
      })
    return try primitive(self)
  }

  /// The product over axes, by halves, so that elements that are 0 need no care.
  fileprivate func product(axes: [Int]) throws(TensorError) -> Variable {
    let others = (0..<rank).filter { !axes.contains($0) }
    let kept = others.map { shape[$0] }
    let count = axes.reduce(1) { $0 * shape[$1] }
    var rest = try transposed(others + axes).reshaped(to: kept + [count])
    while rest.shape[kept.count] > 1 {
      let (length, half) = (rest.shape[kept.count], rest.shape[kept.count] / 2)
      let axis = kept.count
      let products =
        try rest.slice(axis: axis, start: 0, count: half)
        * rest.slice(axis: axis, start: half, count: half)
      rest =
        length % 2 == 0
        ? products
        : try .concatenated(
          [products, try rest.slice(axis: axis, start: length - 1, count: 1)], axis: axis)
    }
    return try rest.reshaped(to: kept)
  }

  /// The running product by doubling steps, likewise.
  fileprivate func runningProduct(axis given: Int) throws(TensorError) -> Variable {
    let axis = try shape.resolve(axis: given)
    let length = shape[axis]
    var result = self
    var distance = 1
    while distance < length {
      let later =
        try result.slice(axis: axis, start: distance, count: length - distance)
        * result.slice(axis: axis, start: 0, count: length - distance)
      result = try .concatenated(
        [try result.slice(axis: axis, start: 0, count: distance), later], axis: axis)
      distance *= 2
    }
    return result
  }

  /// The running sum along an axis, from its end when reversed.
  func runningSum(axis: Int, isReversed: Bool = false) throws(TensorError) -> Variable {
    let primitive = Primitive(
      "cumsum", keeping: .shapes,
      evaluate: { (operands) throws(TensorError) in
        let x = try Variable.plain(operands[0]).tensor()
        if !isReversed { return [.tensor(try x.accumulated(products: false, axis: axis))] }
        let sums = try x.flipped([axis]).accumulated(products: false, axis: axis)
        return [.tensor(try sums.flipped([axis]))]
      },
      rule: { (step) throws(TensorError) in
        [try step.upstream().runningSum(axis: axis, isReversed: !isReversed)]
      })
    return try primitive(self)
  }

  // MARK: - Norms

  fileprivate func norm(_ order: Double?, axes given: [Int]?, keepingAxes: Bool)
    throws(TensorError) -> Variable
  {
    let chosen = given ?? Array(0..<rank)
    _ = try shape.resolve(axes: chosen)
    // In their order: the first is that of the rows.
    let axes = try chosen.map { (axis) throws(TensorError) in try shape.resolve(axis: axis) }
    let result: Variable
    switch (order, axes.count) {
    case (nil, _), (2, 1): result = try euclidean(axes)
    case (let order?, 1): result = try vectorNorm(order, axes)
    case (let order?, 2): result = try matrixNorm(order, axes)
    default:
      throw .wrongRank(operation: "norm", expected: "1 or 2 without an axis", shape: shape)
    }
    return keepingAxes
      ? result : try result.reshaped(to: shape.reducing(axes, keepingAxes: false))
  }

  /// With the axes kept (in all of these). 0 has the derivative 0.
  private func euclidean(_ axes: [Int]) throws(TensorError) -> Variable {
    let primitive = Primitive(
      "norm",
      evaluate: { (operands) throws(TensorError) in
        let x = try Variable.plain(operands[0]).tensor()
        return [.tensor(try x.norm(.euclidean, axes: axes, keepingAxes: true))]
      },
      rule: { (step) throws(TensorError) in
        let y = step.results[0]
        return [try step.operands[0] * (step.cotangent / y).orZero(where: y)]
      })
    return try primitive(self)
  }

  private func vectorNorm(_ p: Double, _ axes: [Int]) throws(TensorError) -> Variable {
    let size = try Variable.elementwise(.abs, self)
    if p == .infinity { return try size.extreme(.max, axes: axes) }
    if p == -.infinity { return try size.extreme(.min, axes: axes) }
    if p == 1 { return try size.sum(axes: axes, keepingAxes: true) }
    if p == 0 {
      let x = try tensor()
      return Variable(
        try x.reduced(.countNonzero, axes: axes, keepingAxes: true).cast(to: dtype))
    }
    let primitive = Primitive(
      "norm",
      evaluate: { (operands) throws(TensorError) in
        let x = try Variable.plain(operands[0]).tensor()
        return [.tensor(try x.norm(.power(p), axes: axes, keepingAxes: true))]
      },
      rule: { (step) throws(TensorError) in
        let (x, y) = (step.operands[0], step.results[0])
        // |x|ᵖ⁻¹ sign(x) / yᵖ⁻¹, 0 for an x of 0.
        let share = try Variable.elementwise(
          .power, Variable.elementwise(.abs, x), Variable(p - 1)
        ).orZero(where: x)
        let scale = try Variable.elementwise(.power, y, Variable(1 - p)).orZero(where: y)
        return [try share * Variable.elementwise(.sign, x) * (scale * step.cotangent)]
      })
    return try primitive(self)
  }

  private func matrixNorm(_ p: Double, _ axes: [Int]) throws(TensorError) -> Variable {
    let extreme: Reduction = p > 0 ? .max : .min
    switch p.magnitude {
    case 1, .infinity:
      let (summed, compared) = p.magnitude == 1 ? (axes[0], axes[1]) : (axes[1], axes[0])
      let sums = try Variable.elementwise(.abs, self).sum(axes: [summed], keepingAxes: true)
      return try sums.extreme(extreme, axes: [compared])
    case 2:
      let others = (0..<rank).filter { !axes.contains($0) }
      let values = try transposed(others + axes).singularValues()
      return try values.extreme(extreme, axes: [-1])
        .reshaped(to: shape.reducing(axes, keepingAxes: true))
    default:
      throw .argument(
        operation: "norm", name: "ord", value: formatFloat(p),
        requirement: "1, -1, 2, -2, inf or -inf for matrices")
    }
  }
}
