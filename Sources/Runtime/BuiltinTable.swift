internal import TensorOps

/// Every builtin of the language itself, family by family. Kits add theirs to a session.
package enum BuiltinTable {
  /// In documentation order. A builtin that shares its name with a tensor operation takes that
  /// operation's place and
  /// hands tensors on to it.
  package static let families: [(title: String, builtins: [Builtin])] = {
    let own: [(title: String, builtins: [Builtin])] = [
      ("Output and errors", outputBuiltins),
      ("Types and conversion", conversionBuiltins),
      ("Text", textBuiltins),
      ("Patterns", patternBuiltins),
      ("Tuples and sequences", sequenceBuiltins),
      ("Order and search", orderBuiltins),
      ("Maps and records", mapBuiltins),
      ("Functions", functionalBuiltins),
      ("Axes by name", axisPatternBuiltins),
      ("Element types", dtypeBuiltins),
      ("Trees of values", treeBuiltins),
      ("Loops", loopBuiltins),
      ("Many items at once", parallelBuiltins),
      ("Differentiation", differentiationBuiltins),
      ("Random numbers", randomBuiltins + dropoutBuiltins),
      ("Time and environment", environmentBuiltins),
      ("Files of any value", fileBuiltins),
    ]
    let taken = Set(own.flatMap(\.builtins).map(\.name))
    return own
      + OperationTable.families.map { family in
        let remaining = family.operations.filter { !taken.contains($0.name) }
        return (family.title, remaining.map(OperationBuiltins.builtin))
      }
  }()

  package static let all: [Builtin] = families.flatMap(\.builtins)
}

/// Names that stand for numbers.
package enum BuiltinConstants {
  package static let all: [(name: String, value: Value, summary: String)] = [
    ("pi", .float(.pi), "The ratio of a circle's circumference to its diameter."),
    ("tau", .float(2 * .pi), "A full turn in radians: 2 pi."),
    ("e", .float(2.718281828459045), "The base of the natural logarithm."),
    ("inf", .float(.infinity), "Positive infinity."),
    ("nan", .float(.nan), "Not a number: the result of `0.0 / 0.0`; equal to nothing."),
  ]
}

/// What an own builtin of an operation's name gives tensors to.
struct OperationFallback: Sendable {
  let operation: Operation?

  /// The operation of this name, if there is one.
  init(_ name: String) {
    operation = OperationTable.all.first { $0.name == name }
  }

  /// Runs the operation. `arguments` are given by the names of its parameters; what is left out has
  /// its default.
  ///
  /// - Throws: E0402 for the first argument when there is no such operation, and the operation's
  ///   own errors.
  func call(
    _ context: CallContext, _ arguments: [(name: String, value: Value?)], wanted: String
  ) throws(CallFailure) -> Value {
    guard let operation else { throw context.wrongType(0, wanted: wanted) }
    let values = operation.parameters.map { parameter in
      arguments.first { $0.name == parameter.name }?.value
    }
    return try OperationBuiltins.call(
      operation,
      CallContext(
        arguments: values, builtinName: operation.name,
        signature: Signature(OperationBuiltins.parameters(of: operation)), host: context.host))
  }
}

extension Signature.Parameter {
  static func required(_ name: String) -> Signature.Parameter { Signature.Parameter(name) }

  static func optional(_ name: String, _ text: String) -> Signature.Parameter {
    Signature.Parameter(name, .optional(text: text))
  }

  static func rest(_ name: String) -> Signature.Parameter { Signature.Parameter(name, .rest) }

  static func named(_ name: String, _ text: String) -> Signature.Parameter {
    Signature.Parameter(name, .named(text: text))
  }
}
