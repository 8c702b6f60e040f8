internal import CMachine
internal import Diagnostics
internal import TensorCore

// The warning W0001: shapes of different rank that both grow, `(n,) + (n, 1)`, are seldom what was
// meant. Given once for
// each place in the text; with `--strict` it is an error.

/// Two shapes that make each other larger.
struct WideBroadcast {
  let lhs: Shape
  let rhs: Shape
  let result: Shape

  /// nil when the ranks are the same, or one of the two is already as large as the result.
  init?(_ lhs: Shape, _ rhs: Shape) {
    guard lhs.rank != rhs.rank, lhs.rank > 0, rhs.rank > 0,
      let result = lhs.broadcast(with: rhs), result != lhs, result != rhs
    else { return nil }
    self.lhs = lhs
    self.rhs = rhs
    self.result = result
  }

  func diagnostic(at location: Location) -> Diagnostic {
    Diagnostic(
      .wideBroadcast, "the shapes \(lhs) and \(rhs) both grow, to \(result)", at: location,
      hint: "if this is meant, add the axis by hand: `x[new, :]`")
  }
}

/// A place in a text at which a warning was given.
struct WarnedPlace: Hashable {
  let source: ObjectIdentifier
  let span: Span
}

extension Machine {
  /// Looks at the two operands of the instruction being run.
  func checkBroadcast(_ left: lm_cell, _ right: lm_cell) throws(MachineFailure) {
    guard left.tag == Cells.tensorTag, right.tag == Cells.tensorTag,
      let wide = WideBroadcast(
        Cells.borrowedTensor(left.tensor).shape, Cells.borrowedTensor(right.tensor).shape)
    else { return }
    try report(wide, instruction: position)
  }

  /// Looks at every step of a fused expression whose tensors have different ranks.
  func checkBroadcast(_ tree: FusedTree, _ operands: [Operand]) throws(MachineFailure) {
    var shapes: [Shape] = []
    shapes.reserveCapacity(operands.count + tree.expression.steps.count)
    for case .tensor(let tensor) in operands { shapes.append(tensor.shape) }
    guard let rank = shapes.first?.rank, shapes.contains(where: { $0.rank != rank }) else { return }
    shapes = operands.map { operand in
      if case .tensor(let tensor) = operand { tensor.shape } else { .scalar }
    }
    for (number, step) in tree.expression.steps.enumerated() {
      var shape = shapes[step.a]
      for value in [step.b, step.c].prefix(step.operation.arity - 1) {
        if let wide = WideBroadcast(shape, shapes[value]) {
          try report(wide, instruction: tree.instructionOfStep[number])
        }
        // Shapes that do not fit are the evaluation's own error.
        guard let joined = shape.broadcast(with: shapes[value]) else { return }
        shape = joined
      }
      shapes.append(shape)
    }
  }

  private func report(_ wide: WideBroadcast, instruction: Int) throws(MachineFailure) {
    let information = information
    let span = information.spans[instruction]
    var diagnostic = wide.diagnostic(at: Location(information.source, span))
    let operands = (information.operandSpans[instruction] ?? []).compactMap { $0 }
    if operands.count == 2 {
      diagnostic.labels = zip(operands, [wide.lhs, wide.rhs]).map { operand, shape in
        Diagnostic.Label(Location(information.source, operand), "shape \(shape)")
      }
    }
    if host?.warningsAreErrors ?? false {
      diagnostic.severity = .error
      throw .call(.diagnostic(diagnostic), operation: "")
    }
    let place = WarnedPlace(source: ObjectIdentifier(information.source), span: span)
    if warnedPlaces.insert(place).inserted { host?.warn(diagnostic) }
  }
}

extension Session {
  /// `--strict`
  var warningsAreErrors: Bool { options.isStrict }
}
