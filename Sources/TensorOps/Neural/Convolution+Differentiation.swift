internal import TensorCore

// The convolution, and the two functions that are its cotangents: each is the others' derivative.

extension ConvolutionShape {
  /// x * w + bias; the bias by channel.
  func convolve(_ x: Variable, _ w: Variable, bias: Variable? = nil) throws(TensorError) -> Variable
  {
    let hasBias = bias != nil
    let primitive = Primitive(
      "convolution", keeping: .operands,
      evaluate: { (operands) throws(TensorError) in
        let bias = hasBias ? try Variable.plain(operands[2]).tensor() : nil
        return [.tensor(try apply(tensor(operands[0]), tensor(operands[1]), bias: bias))]
      },
      rule: { (step) throws(TensorError) in
        let (x, w) = (step.operands[0], step.operands[1])
        let g = try step.cotangent.broadcast(to: resultShape)
        var parts: [Variable?] = [nil, nil]
        if [x, w, g].highestLevel == nil {
          let (gx, gw) = try backward(
            step.isWanted[1] ? x.tensor() : nil, step.isWanted[0] ? w.tensor() : nil, g.tensor())
          parts = [gx.map { Variable($0) }, gw.map { Variable($0) }]
        } else {
          if step.isWanted[0] { parts[0] = try spread(g, w) }
          if step.isWanted[1] { parts[1] = try correlate(x, g) }
        }
        if hasBias { parts.append(step.isWanted[2] ? try g.sum(axes: [0, 2, 3]) : nil) }
        return parts
      })
    return try primitive.apply([x, w] + [bias].compactMap { $0 })[0]
  }

  /// The cotangent of x, given that of the result: also the transposed convolution of `g`.
  func spread(_ g: Variable, _ w: Variable) throws(TensorError) -> Variable {
    let primitive = Primitive(
      "convolution", keeping: .operands,
      evaluate: { (operands) throws(TensorError) in
        let (gx, _) = try backward(nil, tensor(operands[1]), tensor(operands[0]))
        return [.tensor(try made(gx, inputShape, operands))]
      },
      rule: { (step) throws(TensorError) in
        let c = try step.cotangent.broadcast(to: inputShape)
        return [
          step.isWanted[0] ? try convolve(c, step.operands[1]) : nil,
          step.isWanted[1] ? try correlate(c, step.operands[0]) : nil,
        ]
      })
    return try primitive(g, w)
  }

  /// The cotangent of w, given that of the result.
  private func correlate(_ x: Variable, _ g: Variable) throws(TensorError) -> Variable {
    let primitive = Primitive(
      "convolution", keeping: .operands,
      evaluate: { (operands) throws(TensorError) in
        let (_, gw) = try backward(tensor(operands[0]), nil, tensor(operands[1]))
        return [.tensor(try made(gw, weightShape, operands))]
      },
      rule: { (step) throws(TensorError) in
        let c = try step.cotangent.broadcast(to: weightShape)
        return [
          step.isWanted[0] ? try spread(step.operands[1], c) : nil,
          step.isWanted[1] ? try convolve(step.operands[0], c) : nil,
        ]
      })
    return try primitive(x, g)
  }

  private func tensor(_ operand: Operand) throws(TensorError) -> Tensor {
    try Variable.plain(operand).tensor()
  }

  private func made(_ tensor: Tensor?, _ shape: Shape, _ operands: [Operand]) throws(TensorError)
    -> Tensor
  {
    if let tensor { return tensor }
    return try Tensor.zeros(shape, Variable.plain(operands[0]).dtype)
  }
}

extension Pooling {
  /// Windows of the last two axes.
  func pool(_ x: Variable) throws(TensorError) -> Variable {
    let primitive = Primitive(
      "pooling", keeping: keepsOperands ? .operands : .shapes,
      evaluate: { (operands) throws(TensorError) in
        [.tensor(try apply(try Variable.plain(operands[0]).tensor()))]
      },
      rule: { (step) throws(TensorError) in
        let g = try step.cotangent.broadcast(to: step.results[0].shape)
        return [try back(step.operands[0], g)]
      })
    return try primitive(x)
  }

  private var keepsOperands: Bool {
    switch kind {
    case .max: true
    case .average: false
    }
  }

  /// What a cotangent of the result is for the operand. Linear in it; that it depends on where x is
  /// largest has no derivative.
  private func back(_ x: Variable, _ g: Variable) throws(TensorError) -> Variable {
    let place = try x.tensor()
    let primitive = Primitive(
      "pooling", keeping: .shapes,
      evaluate: { (operands) throws(TensorError) in
        [.tensor(try backward(place, try Variable.plain(operands[0]).tensor()))]
      },
      rule: { (step) throws(TensorError) in
        let c = try step.cotangent.broadcast(to: place.shape)
        switch kind {
        case .max: return [try pick(c, place)]
        case .average: return [try pool(c)]
        }
      })
    return try primitive(g)
  }

  private func pick(_ values: Variable, _ place: Tensor) throws(TensorError) -> Variable {
    let primitive = Primitive(
      "pooling", keeping: .shapes,
      evaluate: { (operands) throws(TensorError) in
        let values = try Variable.plain(operands[0]).tensor()
        return [.tensor(try picking(values, whereLargest: place))]
      },
      rule: { (step) throws(TensorError) in
        let g = try step.cotangent.broadcast(to: step.results[0].shape)
        return [try back(Variable(place), g)]
      })
    return try primitive(values)
  }
}
