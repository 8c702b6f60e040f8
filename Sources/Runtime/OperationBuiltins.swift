internal import Diagnostics
internal import TensorCore
internal import TensorOps

/// Builtins made from the operation table: signatures and documentation from the entry, arguments
/// converted by the kind
/// of each parameter, results turned into values.
enum OperationBuiltins {
  /// The builtins that may be steps of a fused expression, by name.
  static var elementwiseNames: [String: ElementwiseOperation] {
    var names: [String: ElementwiseOperation] = [:]
    for operation in OperationTable.all {
      if let elementwise = operation.elementwise { names[operation.name] = elementwise }
    }
    return names
  }

  /// A builtin under the operation's name.
  ///
  /// Elementwise operations on tuples and records work through them, as operators do.
  static func builtin(for operation: Operation) -> Builtin {
    Builtin(
      operation.name, parameters(of: operation), operation.summary,
      examples: [(operation.example, operation.gives)]
    ) { (context: inout CallContext) throws(CallFailure) -> Value in
      try call(operation, context)
    }
  }

  /// Parameters as the language has them: what follows a run of sizes is given by name.
  static func parameters(of operation: Operation) -> [Signature.Parameter] {
    var isAfterRest = false
    return operation.parameters.map { parameter in
      if parameter.kind == .variadicInts || parameter.allows.contains(.rest) {
        isAfterRest = true
        return Signature.Parameter(parameter.name, .rest)
      }
      guard let text = parameter.defaultValue.text else {
        return Signature.Parameter(parameter.name)
      }
      return Signature.Parameter(
        parameter.name, isAfterRest ? .named(text: text) : .optional(text: text))
    }
  }

  /// Runs an operation on the arguments of a call whose parameters are the operation's.
  static func call(_ operation: Operation, _ context: CallContext) throws(CallFailure) -> Value {
    if operation.elementwise != nil, context.arguments.contains(where: { $0?.isStructure ?? false })
    {
      return try mapped(operation, context.arguments.map { $0 ?? .none }, context, depth: 0)
    }
    if context.arguments.contains(where: { $0?.containsTraced ?? false }) {
      return try traced(operation, context)
    }
    var converted: [OperationArgument] = []
    converted.reserveCapacity(operation.parameters.count)
    for (index, parameter) in operation.parameters.enumerated() {
      converted.append(try argument(parameter, index, context))
    }
    do {
      return value(of: try operation.evaluate(OperationArguments(converted)))
    } catch {
      throw failure(error, operation, context)
    }
  }

  /// The operation on arguments of which some are under differentiation.
  private static func traced(_ operation: Operation, _ context: CallContext) throws(CallFailure)
    -> Value
  {
    var converted: [VariableArguments.Argument] = []
    for (index, parameter) in operation.parameters.enumerated() {
      converted.append(try variableArgument(parameter, index, context))
    }
    do {
      return Value(try operation.apply(VariableArguments(converted)))
    } catch {
      throw failure(error, operation, context)
    }
  }

  private static func variableArgument(
    _ parameter: OperationParameter, _ index: Int, _ context: CallContext
  ) throws(CallFailure) -> VariableArguments.Argument {
    guard context.has(index) else { return .plain(try argument(parameter, index, context)) }
    let value = context.value(index)
    switch parameter.kind {
    case .operand:
      guard let variable = try value.asOperandVariable() else {
        return .plain(try argument(parameter, index, context))
      }
      return .variable(variable)
    case .tensor:
      guard let variable = try value.stackedVariable() else {
        return .plain(try argument(parameter, index, context))
      }
      return .variable(try tensorResult { () throws(TensorError) in try variable.asTensor() })
    case .tensors:
      let value = parameter.allows.contains(.rest) ? value.unwrappedRest : value
      let rows = try value.tracedRows()
      guard let parts = rows ?? value.elementsIfTuple.map(Array.init) else {
        return .variables(try context.tensors(index).map { Variable($0) })
      }
      var variables: [Variable] = []
      for (position, part) in parts.enumerated() {
        guard let variable = try part.stackedVariable() else {
          throw context.wrongType(
            index, found: part, within: "element \(position)", wanted: "a tensor or a number")
        }
        variables.append(try tensorResult { () throws(TensorError) in try variable.asTensor() })
      }
      return .variables(variables)
    case .int, .float, .bool, .string, .dtype, .ints, .intsOrString, .variadicInts:
      return .plain(try argument(parameter, index, context))
    }
  }

  /// An elementwise operation taken through tuples and records.
  private static func mapped(
    _ operation: Operation, _ arguments: [Value], _ context: CallContext, depth: Int
  ) throws(CallFailure) -> Value {
    guard arguments.contains(where: \.isStructure) else {
      return try call(
        operation,
        CallContext(
          arguments: arguments.map { if case .none = $0 { nil } else { $0 } },
          builtinName: context.builtinName, signature: context.signature, host: context.host))
    }
    guard depth < Value.deepestStructure else { throw .tooDeep() }
    guard arguments.count == 2 else {
      guard arguments.count == 1 else {
        let index = arguments.firstIndex(where: \.isStructure) ?? 0
        throw context.wrongType(index, wanted: "a tensor or a number")
      }
      return try arguments[0].mappingElements { (element) throws(CallFailure) in
        try mapped(operation, [element], context, depth: depth + 1)
      }
    }
    return try Value.mapped(
      arguments[0], arguments[1], { .operands(operation.name, $0, $1) }
    ) { (a, b) throws(CallFailure) in
      try mapped(operation, [a, b], context, depth: depth + 1)
    }
  }

  // MARK: - Arguments

  private static func argument(
    _ parameter: OperationParameter, _ index: Int, _ context: CallContext
  ) throws(CallFailure) -> OperationArgument {
    guard context.has(index) else {
      if parameter.allows.contains(.none), context.arguments[index] != nil { return .none }
      guard case .required = parameter.defaultValue else { return parameter.defaultValue.argument }
      // An empty run of sizes is the shape of a single number.
      if parameter.allows.contains(.rest) { return .tensors([]) }
      guard parameter.kind == .variadicInts else { throw context.missing(index) }
      return .ints([])
    }
    if parameter.allows.contains(.text), case .string(let text) = context.value(index) {
      return .string(text)
    }
    switch parameter.kind {
    case .operand: return .operand(try context.operand(index))
    case .tensor: return .operand(.tensor(try context.tensor(index)))
    case .tensors:
      return .tensors(
        try context.tensors(
          index, parameter.allows.contains(.rest) ? context.value(index).unwrappedRest : nil))
    case .int: return .int(try context.int(index))
    case .float: return .float(try context.float(index))
    case .bool: return .bool(try context.bool(index))
    case .string: return .string(try context.string(index))
    case .dtype: return .dtype(try context.dtype(index))
    case .ints, .variadicInts: return .ints(try context.ints(index))
    case .intsOrString:
      if case .string(let text) = context.value(index) { return .string(text) }
      return .ints(try context.ints(index))
    }
  }

  // MARK: - Results

  static func value(of result: OperationResult) -> Value {
    switch result {
    case .tensor(let tensor): return .tensor(tensor)
    case .value(let tensor): return tensor.asValue
    case .scalar(let scalar): return Value(scalar)
    case .tuple(let parts): return .tuple(TupleValue(parts.map(value)))
    case .record(let fields):
      return .record(RecordValue(fields.map { ($0.name, value(of: $0.value)) }))
    }
  }

  /// Errors about one argument point at it.
  private static func failure(
    _ error: TensorError, _ operation: Operation, _ context: CallContext
  ) -> CallFailure {
    let names: [String]
    switch error {
    case .axisOutOfRange, .duplicateAxis: names = ["axis", "axes"]
    case .argument(_, let name, _, _): names = [name]
    case .reshape: names = ["shape"]
    case .contraction, .broadcast, .indexOutOfRange, .tooManyIndices, .maskShape, .indexDType,
      .assignment, .unsupportedDType, .unequalElements, .emptyReduction, .rankTooHigh, .wrongRank,
      .shapeMismatch, .notSquare, .singularMatrix, .notPositiveDefinite, .notConverged,
      .valueOutOfRange, .integerOverflow, .divisionByZero, .outOfMemory,
      .missingLibrary, .noDerivative, .callback, .interrupted:
      return .tensor(error)
    }
    guard let index = operation.parameters.firstIndex(where: { names.contains($0.name) }),
      context.has(index)
    else { return .tensor(error) }
    return .diagnostic(error.diagnostic(operation: operation.name), argument: index)
  }
}

extension Value {
  init(_ result: VariableResult) {
    switch result {
    case .one(let variable): self.init(variable)
    case .tuple(let parts): self = .tuple(TupleValue(parts.map { Value($0) }))
    case .record(let fields):
      self = .record(RecordValue(fields.map { ($0.name, Value($0.value)) }))
    }
  }
}

extension OperationParameter.Default {
  /// As documentation shows it; nil when the argument must be given.
  var text: String? {
    switch self {
    case .required: nil
    case .none: "none"
    case .int(let number): String(number)
    case .float(let number): formatFloat(number)
    case .bool(let flag): flag ? "true" : "false"
    case .string(let text): text.quoted
    case .dtype(let dtype): dtype.name
    }
  }
}

extension Value {
  /// What a run of arguments stands for: the run, or the one tuple it consists of.
  fileprivate var unwrappedRest: Value {
    guard case .tuple(let values) = self, values.count == 1, let first = values.first,
      case .tuple = first
    else { return self }
    return first
  }
}
