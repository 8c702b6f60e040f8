internal import TensorCore

extension Attention {
  /// The result for operands that may be under differentiation. A mask of truths has no derivative;
  /// one that is added has, by way of the whole matrix of scores.
  func apply(_ q: Variable, _ k: Variable, _ v: Variable, mask: Variable?) throws(TensorError)
    -> Variable
  {
    try Attention.check(q.shape, k.shape, v.shape)
    if let mask, mask.isTraced { return try formula(q, k, v, mask: mask) }
    let plainMask = try mask?.tensor()
    let operation = KernelOperation(
      name: "attention",
      evaluate: { (operands) throws(TensorError) in
        let (result, totals) = try apply(operands[0], operands[1], operands[2], mask: plainMask)
        return [result, totals]
      },
      backward: { (step) throws(TensorError) in
        try backward(
          step.operands[0], step.operands[1], step.operands[2], mask: plainMask,
          result: step.results[0], totals: step.results[1], step.cotangent())
      },
      formula: { (operands) throws(TensorError) in
        [
          try formula(
            operands[0], operands[1], operands[2], mask: plainMask.map { Variable($0) })
        ]
      })
    return try operation.apply([q, k, v])[0]
  }

  private func formula(_ q: Variable, _ k: Variable, _ v: Variable, mask: Variable?)
    throws(TensorError) -> Variable
  {
    let shared = q.shape[1] / max(k.shape[1], 1)
    let scale = scale ?? 1 / Double(max(q.shape[3], 1)).squareRoot()
    // [batch, key heads, shared, queries or keys, width]
    let split = Shape([q.shape[0], k.shape[1], shared, q.shape[2], q.shape[3]])
    let keys = try k.expanded(at: 2).swappingAxes(-2, -1)
    var scores = try q.reshaped(to: split).matmul(keys) * Variable(scale)
    let whole = Shape([q.shape[0], q.shape[1], q.shape[2], k.shape[2]])
    scores = try scores.reshaped(to: whole)
    if let mask {
      if mask.dtype == .bool {
        scores = try Variable.elementwise(.where, mask, scores, Variable(-.infinity))
      } else {
        scores = try scores + mask
      }
    }
    if isCausal {
      let seen = try Tensor.triangle(
        Shape([q.shape[2], k.shape[2]]), diagonal: k.shape[2] - q.shape[2], .bool)
      scores = try Variable.elementwise(.where, Variable(seen), scores, Variable(-.infinity))
    }
    let grouped = Shape([q.shape[0], k.shape[1], shared, q.shape[2], k.shape[2]])
    let weights = try scores.softmax(axis: -1, logarithm: false).reshaped(to: grouped)
    return try weights.matmul(try v.expanded(at: 2)).reshaped(
      to: Shape([q.shape[0], q.shape[1], q.shape[2], v.shape[3]]))
  }
}

extension RotaryPositions {
  /// Turns the operand, or turns it back: each is the other's derivative.
  func apply(_ x: Variable, positions: Tensor, backwards: Bool = false) throws(TensorError)
    -> Variable
  {
    let primitive = Primitive(
      "rope", keeping: .shapes,
      evaluate: { (operands) throws(TensorError) in
        let x = try Variable.plain(operands[0]).tensor()
        return [.tensor(try apply(x, positions: positions, backwards: backwards))]
      },
      rule: { (step) throws(TensorError) in
        let g = try step.cotangent.broadcast(to: step.results[0].shape)
        return [try apply(g, positions: positions, backwards: !backwards)]
      })
    return try primitive(x)
  }
}
