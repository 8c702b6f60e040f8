internal import TensorCore

/// An operation whose way back is a kernel of its own, and which is also known as a formula in
/// `Variable`s: the kernel gives first derivatives, the formula all others.
struct KernelOperation: Sendable {
  /// What the way back gets: everything plain.
  struct Step: Sendable {
    let operands: [Tensor]
    let isWanted: [Bool]
    let results: [Tensor]
    let cotangents: [Tensor?]

    /// The cotangent of a result, of its shape.
    func cotangent(_ index: Int = 0) throws(TensorError) -> Tensor {
      let result = results[index]
      guard let known = cotangents[index] else {
        return try Tensor.zeros(result.shape, result.dtype)
      }
      return try known.broadcast(to: result.shape)
    }
  }

  /// As messages name it.
  let name: String
  var keeping = Primitive.Keeping.values
  /// The results; those the formula has no counterpart of are for the way back alone.
  let evaluate: @Sendable ([Tensor]) throws(TensorError) -> [Tensor]
  /// For each operand its cotangent; only those wanted are looked at.
  let backward: @Sendable (Step) throws(TensorError) -> [Tensor?]
  /// The first results again, in variables.
  let formula: @Sendable ([Variable]) throws(TensorError) -> [Variable]

  func apply(_ operands: [Variable]) throws(TensorError) -> [Variable] {
    let operation = self
    let primitive = Primitive(
      name, keeping: keeping,
      evaluate: { (operands) throws(TensorError) in
        var tensors: [Tensor] = []
        for operand in operands { tensors.append(try Variable.plain(operand).tensor()) }
        return try operation.evaluate(tensors).map { .tensor($0) }
      },
      rule: { (step) throws(TensorError) in
        let given = step.operands + step.cotangents.compactMap { $0 }
        return given.highestLevel == nil
          ? try operation.kernel(step) : try operation.derivedFormula(step)
      })
    return try primitive.apply(operands)
  }

  private func kernel(_ step: Pullback) throws(TensorError) -> [Variable?] {
    var operands: [Tensor] = []
    for operand in step.operands { operands.append(try operand.tensor()) }
    var results: [Tensor] = []
    for result in step.results { results.append(try result.tensor()) }
    var cotangents: [Tensor?] = []
    for cotangent in step.cotangents { cotangents.append(try cotangent?.tensor()) }
    let parts = try backward(
      Step(
        operands: operands, isWanted: step.isWanted, results: results, cotangents: cotangents))
    return parts.map { $0.map { Variable($0) } }
  }

  /// The formula's own derivative, recorded by the levels that follow the operands or cotangents.
  private func derivedFormula(_ step: Pullback) throws(TensorError) -> [Variable?] {
    let tape = Tape(level: Level())
    let followed = zip(step.operands, step.isWanted).map { operand, isWanted in
      isWanted ? tape.follow(operand) : operand
    }
    let results = try formula(followed)
    var seeds: [(result: Variable, cotangent: Variable)] = []
    for (result, cotangent) in zip(results, step.cotangents) {
      if let cotangent { seeds.append((result, cotangent)) }
    }
    return try tape.cotangents(of: followed, from: seeds, consuming: true)
  }
}

extension Variable {
  /// The operands as tensors of the one dtype that they are computed in, and the dtype that results
  /// are given in.
  static func neuralOperands(_ operation: String, _ operands: [Variable]) throws(TensorError) -> (
    operands: [Variable], dtype: DType
  ) {
    var dtype = operands[0].dtype
    for operand in operands { dtype = dtype.promoted(with: operand.dtype) }
    guard let common = dtype.neural else {
      throw .unsupportedDType(operation: operation, dtype: dtype)
    }
    var result: [Variable] = []
    for operand in operands { result.append(try operand.asTensor().cast(to: common)) }
    return (result, dtype.kind == .float ? dtype : common)
  }

  /// An elementwise expression of variables and numbers.
  static func fused(_ leafCount: Int, _ steps: [FusedExpression.Step], _ leaves: [Variable])
    throws(TensorError) -> Variable
  {
    try FusedExpression(leafCount: leafCount, steps: steps).of(leaves)
  }
}

extension FusedExpression {
  /// As `apply`, without the number of the step that failed.
  func of(_ leaves: [Variable]) throws(TensorError) -> Variable {
    do throws(FusedFailure) { return try apply(leaves) } catch { throw error.error }
  }

  /// As `apply(_:reducing:)`, likewise.
  func of(_ leaves: [Variable], reducing reduction: Reduction) throws(TensorError) -> Variable {
    do throws(FusedFailure) { return try apply(leaves, reducing: reduction) } catch {
      throw error.error
    }
  }
}

extension Operation {
  /// An entry that is computed the same whether or not its operands are under differentiation.
  ///
  /// - Parameter direct: a shorter way for common operands that are not; nil for others.
  init(
    neural name: String, _ summary: String, _ parameters: [OperationParameter], example: String,
    gives: String,
    direct: (@Sendable (OperationArguments) throws(TensorError) -> Tensor?)? = nil,
    compute: @escaping @Sendable (VariableArguments) throws(TensorError) -> VariableResult
  ) {
    self.init(
      name: name, summary: summary, parameters: parameters, example: example, gives: gives,
      derivative: .composed(compute)
    ) { (arguments) throws(TensorError) in
      if let direct, let result = try direct(arguments) { return .value(result) }
      return try OperationResult(try compute(VariableArguments(arguments)))
    }
  }
}

extension OperationResult {
  fileprivate init(_ result: VariableResult) throws(TensorError) {
    switch result {
    case .one(let variable): self = .value(try variable.tensor())
    case .tuple(let parts):
      var results: [OperationResult] = []
      for part in parts { results.append(try OperationResult(part)) }
      self = .tuple(results)
    case .record(let fields):
      var results: [(name: String, value: OperationResult)] = []
      for (name, value) in fields { results.append((name, try OperationResult(value))) }
      self = .record(results)
    }
  }
}
