/// Sequences, grids and matrices of ones.
extension Tensor {
  /// Numbers from `start` to before `stop`. Ints when all three are, else f64; each is `start + i ·
  /// step`.
  ///
  /// - Throws: `argument` when the step is 0 or not finite, `unsupportedDType` for complex numbers,
  ///   `integerOverflow`, `outOfMemory`.
  package static func sequence(from start: Scalar, to stop: Scalar, by step: Scalar)
    throws(TensorError) -> Tensor
  {
    if let first = start.asInt, let end = stop.asInt, let step = step.asInt {
      return try sequence(first, end, step)
    }
    guard let first = start.asDouble, let end = stop.asDouble, let step = step.asDouble else {
      throw .unsupportedDType(operation: "arange", dtype: .c128)
    }
    let steps = ((end - first) / step).rounded(.up)
    guard step != 0, steps.isFinite else {
      throw .argument(
        operation: "arange", name: "step", value: "\(step)", requirement: "finite and not 0")
    }
    guard steps < 1e18 else { throw .outOfMemory(bytes: Int.max) }
    return try Tensor(Shape([Int(max(0, steps))])) {
      (elements: UnsafeMutableBufferPointer<Double>) throws(TensorError) in
      for index in elements.indices { elements[index] = first + Double(index) * step }
    }
  }

  private static func sequence(_ start: Int, _ stop: Int, _ step: Int) throws(TensorError) -> Tensor
  {
    guard step != 0 else {
      throw .argument(operation: "arange", name: "step", value: "0", requirement: "not 0")
    }
    let (distance, overflow) = stop.subtractingReportingOverflow(start)
    guard !overflow, step != Int.min else { throw .integerOverflow(operation: "arange") }
    // Steps after the first element; as many as there are Ints are more than any memory.
    var further = -1
    if step > 0, distance > 0 { further = (distance - 1) / step }
    if step < 0, distance < 0 { further = -(distance + 1) / -step }
    guard further < Int.max else { throw .outOfMemory(bytes: Int.max) }
    return try Tensor(Shape([further + 1])) {
      (elements: UnsafeMutableBufferPointer<Int>) throws(TensorError) in
      var value = start
      for index in elements.indices {
        elements[index] = value
        value &+= step
      }
    }
  }

  /// `count` numbers from `start` to `stop`, which is the last, exactly, unless it is left out.
  ///
  /// - Throws: `outOfMemory`.
  package static func evenlySpaced(
    from start: Double, to stop: Double, count: Int, includingEnd: Bool = true
  ) throws(TensorError) -> Tensor {
    let gaps = includingEnd ? count - 1 : count
    let step = gaps > 0 ? (stop - start) / Double(gaps) : 0
    return try Tensor(Shape([count])) {
      (elements: UnsafeMutableBufferPointer<Double>) throws(TensorError) in
      for index in elements.indices { elements[index] = start + Double(index) * step }
      if includingEnd, count > 1 { elements[count - 1] = stop }
    }
  }

  /// Ones where column - row is `diagonal`, else zeros.
  ///
  /// - Shapes: a matrix.
  /// - Throws: `outOfMemory`.
  package static func identity(_ shape: Shape, diagonal: Int = 0, _ dtype: DType = .f64)
    throws(TensorError) -> Tensor
  {
    try matrix(.equal, shape, diagonal, dtype)
  }

  /// Ones where column - row is at most `diagonal`, else zeros.
  ///
  /// - Shapes: a matrix.
  /// - Throws: `outOfMemory`.
  package static func triangle(_ shape: Shape, diagonal: Int = 0, _ dtype: DType = .f64)
    throws(TensorError) -> Tensor
  {
    try matrix(.lessOrEqual, shape, diagonal, dtype)
  }

  /// Whether column - row compares so with the diagonal, as a number.
  private static func matrix(
    _ comparison: ElementwiseOperation, _ shape: Shape, _ diagonal: Int, _ dtype: DType
  ) throws(TensorError) -> Tensor {
    precondition(shape.rank == 2, "a matrix")
    let rows = try sequence(0, shape[0], 1).expanded(at: 1)
    let columns = try sequence(0, shape[1], 1)
    let expression = FusedExpression(
      leafCount: 3,
      steps: [
        FusedExpression.Step(.subtract, 0, 1), FusedExpression.Step(comparison, 3, 2),
      ])
    do throws(FusedFailure) {
      let leaves: [Operand] = [.tensor(columns), .tensor(rows), .scalar(.int(diagonal))]
      let holds = try evaluate(expression, leaves: leaves)
      do throws(TensorError) {
        return try holds.cast(to: dtype)
      } catch {
        throw FusedFailure(step: 0, error: error)
      }
    } catch {
      throw error.error
    }
  }

  /// For each vector, its values over the grid all of them span: vector i runs along axis i, or the
  /// first two the other way round.
  ///
  /// - Throws: `wrongRank` unless all are vectors, `rankTooHigh`, `outOfMemory`.
  package static func grid(_ vectors: [Tensor], swapsFirst: Bool) throws(TensorError) -> [Tensor] {
    guard vectors.count <= Shape.maxRank else { throw .rankTooHigh(rank: vectors.count) }
    for vector in vectors where vector.rank > 1 {
      throw .wrongRank(operation: "meshgrid", expected: "1", shape: vector.shape)
    }
    var order = Array(vectors.indices)
    if swapsFirst, order.count > 1 { order.swapAt(0, 1) }
    let shape = Shape(order.map { vectors[$0].count })
    var grids: [Tensor] = []
    for (index, vector) in vectors.enumerated() {
      let axis = order[index]
      var sizes = Shape(repeating: 1, count: vectors.count)
      sizes[axis] = vector.count
      grids.append(try vector.reshaped(to: sizes).broadcast(to: shape).copy())
    }
    return grids
  }
}

extension Scalar {
  /// The number when it is an Int (or a Bool).
  fileprivate var asInt: Int? {
    switch self {
    case .bool(let value): value ? 1 : 0
    case .int(let value): value
    case .float, .complex: nil
    }
  }

  /// The number when it is real.
  fileprivate var asDouble: Double? {
    switch self {
    case .bool(let value): value ? 1 : 0
    case .int(let value): Double(value)
    case .float(let value): value
    case .complex: nil
    }
  }
}
