internal import TensorCore

/// The arguments of an operation of which some may be under differentiation, in the order of its
/// parameters.
package struct VariableArguments: Sendable {
  package enum Argument: Sendable {
    /// A number or tensor.
    case variable(Variable)
    /// Of a `.tensors` parameter.
    case variables([Variable])
    /// Anything else, or an operand that was left out.
    case plain(OperationArgument)
  }

  package let values: [Argument]

  package init(_ values: [Argument]) { self.values = values }

  /// Every number and tensor, in order.
  package var operands: [Variable] {
    values.flatMap { argument -> [Variable] in
      switch argument {
      case .variable(let variable): [variable]
      case .variables(let variables): variables
      case .plain: []
      }
    }
  }

  /// The place among `operands` of the first that belongs to a parameter; nil when it has none.
  package func firstOperand(ofParameter index: Int) -> Int? {
    var place = 0
    for (number, argument) in values.enumerated() {
      let count: Int
      switch argument {
      case .variable: count = 1
      case .variables(let variables): count = variables.count
      case .plain: count = 0
      }
      if number == index { return count > 0 ? place : nil }
      place += count
    }
    return nil
  }

  /// The same with other operands, in order.
  package func replacingOperands(_ operands: [Variable]) -> VariableArguments {
    var rest = operands[...]
    return VariableArguments(
      values.map { argument in
        switch argument {
        case .variable: return .variable(rest.removeFirst())
        case .variables(let variables):
          defer { rest = rest.dropFirst(variables.count) }
          return .variables(Array(rest.prefix(variables.count)))
        case .plain: return argument
        }
      })
  }

  /// As the operation's `evaluate` takes them.
  var plain: OperationArguments {
    get throws(TensorError) {
      var plain: [OperationArgument] = []
      plain.reserveCapacity(values.count)
      for argument in values {
        switch argument {
        case .variable(let variable): plain.append(.operand(variable.value))
        case .variables(let variables):
          var tensors: [Tensor] = []
          for variable in variables { tensors.append(try variable.tensor()) }
          plain.append(.tensors(tensors))
        case .plain(let argument): plain.append(argument)
        }
      }
      return OperationArguments(plain)
    }
  }

  // MARK: - By parameter, as in `OperationArguments`

  /// - Precondition (all of these): the parameter at `index` has the matching kind and was given.
  package func operand(_ index: Int) -> Variable {
    guard case .variable(let variable) = values[index] else { preconditionFailure("no operand") }
    return variable
  }

  package func optionalOperand(_ index: Int) -> Variable? {
    guard case .variable(let variable) = values[index] else { return nil }
    return variable
  }

  package func variables(_ index: Int) -> [Variable] {
    guard case .variables(let variables) = values[index] else { preconditionFailure("no tensors") }
    return variables
  }

  /// What is no operand, by the accessors of `OperationArguments`; operands are missing from it.
  package var attributes: OperationArguments {
    OperationArguments(
      values.map { argument in
        if case .plain(let plain) = argument { return plain }
        return .none
      })
  }
}

/// What an operation on variables gives: as `OperationResult`.
package enum VariableResult: Sendable {
  case one(Variable)
  case tuple([VariableResult])
  case record([(name: String, value: VariableResult)])
}
