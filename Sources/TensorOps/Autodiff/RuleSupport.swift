internal import TensorCore

// What the rules of the table's operations share.

extension Pullback {
  /// The cotangent of a result as a tensor of the result's shape, zeros when nothing depends on it.
  /// Of a result that is a number: of the dtype it was computed in.
  ///
  /// - Complexity: O(1) unless dtypes differ; a view where it can be.
  func upstream(_ index: Int = 0) throws(TensorError) -> Variable {
    let result = results[index]
    let dtype = result.isScalar ? operands.floatingDType : result.dtype
    guard let cotangent = cotangents[index] else {
      return Variable(try Tensor.zeros(.scalar, dtype).broadcast(to: result.shape))
    }
    return try cotangent.asTensor().cast(to: dtype).broadcast(to: result.shape)
  }

  /// The rule that the formula of the results in variables has: for what is rare, or has no shorter
  /// one.
  func through(
    _ formula: ([Variable]) throws(TensorError) -> [Variable]
  ) throws(TensorError) -> [Variable?] {
    let tape = Tape(level: Level())
    let followed = zip(operands, isWanted).map { operand, isWanted in
      isWanted ? tape.follow(operand) : operand
    }
    var seeds: [(result: Variable, cotangent: Variable)] = []
    for (result, cotangent) in zip(try formula(followed), cotangents) {
      if let cotangent { seeds.append((result, cotangent)) }
    }
    return try tape.cotangents(of: followed, from: seeds, consuming: true)
  }
}

extension OperationPullback {
  /// See `Pullback.upstream`.
  func upstream(_ index: Int = 0) throws(TensorError) -> Variable { try pullback.upstream(index) }

  /// What is no operand, by parameter.
  var attributes: OperationArguments { arguments.attributes }
}

extension [Variable] {
  /// The dtype that the tensors among them are computed in together; f64 when that is none of
  /// floats, or all are numbers.
  var floatingDType: DType {
    var common: DType?
    for variable in self where !variable.isScalar {
      common = common.map { $0.promoted(with: variable.dtype) } ?? variable.dtype
    }
    return (common ?? .f64).floating
  }
}

extension Derivative {
  /// A rule for operations of one operand that is a tensor, from the cotangent of the result, of its
  /// shape.
  static func linear(
    _ transpose: @escaping @Sendable (OperationPullback, Variable) throws(TensorError) -> Variable
  ) -> Derivative {
    .rule(keeping: .shapes) { (step) throws(TensorError) in
      [try transpose(step, try step.upstream())]
    }
  }

  /// A rule for operations of one operand that reads it: from the operand and the cotangent of the
  /// result, of its shape.
  static func ofOperand(
    _ rule:
      @escaping @Sendable (OperationPullback, Variable, Variable) throws(TensorError)
      -> Variable
  ) -> Derivative {
    .rule(keeping: .operands) { (step) throws(TensorError) in
      [try rule(step, step.operands[0], try step.upstream())]
    }
  }
}

extension Variable {
  /// One elementwise operation on variables and numbers, some of them plain.
  static func choose(_ condition: Tensor, _ a: Variable, _ b: Variable) throws(TensorError)
    -> Variable
  {
    try elementwise(.where, Variable(condition), a, b)
  }
}
