internal import TensorCore

extension Variable {
  /// The result of an operation of the table, which is one number or tensor.
  ///
  /// - Precondition: there is an operation of this name, with these parameters.
  func applying(_ name: String, _ rest: VariableArguments.Argument...) throws(TensorError)
    -> Variable
  {
    guard let operation = OperationTable.byName[name] else {
      preconditionFailure("no operation \(name)")
    }
    let defaults = operation.parameters.dropFirst(1 + rest.count).map {
      VariableArguments.Argument.plain($0.defaultValue.argument)
    }
    let result = try operation.apply(VariableArguments([.variable(self)] + rest + defaults))
    guard case .one(let variable) = result else {
      preconditionFailure("\(name) has one result")
    }
    return variable
  }
}

extension OperationTable {
  static let byName: [String: Operation] = Dictionary(
    all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
}
