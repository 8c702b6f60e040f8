internal import TensorCore

extension Variable {
  /// The Walsh–Hadamard transform of the last axis: symmetric and its own inverse, so the way back is
  /// the transform again.
  func hadamard() throws(TensorError) -> Variable {
    let primitive = Primitive(
      "hadamard", keeping: .shapes,
      evaluate: { (operands) throws(TensorError) in
        [.tensor(try Variable.plain(operands[0]).tensor().hadamard())]
      },
      rule: { (step) throws(TensorError) in
        [try step.cotangent.broadcast(to: step.results[0].shape).hadamard()]
      })
    return try primitive(self)
  }
}
