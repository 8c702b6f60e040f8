internal import TensorCore

extension Operation {
  /// An operation made of others: computed in `Variable`s, so that its derivative is the
  /// computation's own.
  init(
    composed name: String, _ summary: String, _ parameters: [OperationParameter], _ example: String,
    gives: String,
    compute: @escaping @Sendable (VariableArguments) throws(TensorError) -> VariableResult
  ) {
    self.init(
      name: name, summary: summary, parameters: parameters, example: example, gives: gives,
      derivative: .composed(compute)
    ) { (arguments) throws(TensorError) in
      try compute(VariableArguments(arguments)).plain
    }
  }
}

extension VariableArguments {
  /// Arguments of which none is under differentiation.
  init(_ arguments: OperationArguments) {
    self.init(
      arguments.values.map { argument in
        switch argument {
        case .operand(let operand): .variable(.plain(operand))
        case .tensors(let tensors): .variables(tensors.map { Variable($0) })
        case .none, .int, .float, .bool, .string, .dtype, .ints: .plain(argument)
        }
      })
  }
}

extension VariableResult {
  /// Without derivatives; what has no axes as a number.
  fileprivate var plain: OperationResult {
    switch self {
    case .one(let variable):
      switch variable.value {
      case .tensor(let tensor): .value(tensor)
      case .scalar(let scalar): .scalar(scalar)
      }
    case .tuple(let parts): .tuple(parts.map(\.plain))
    case .record(let fields): .record(fields.map { ($0.name, $0.value.plain) })
    }
  }
}
