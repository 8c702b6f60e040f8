/// Where each argument of a call goes: the one place that knows how positional, named and rest
/// arguments meet parameters.
struct ArgumentArrangement {
  enum Source: Equatable {
    /// The argument's number in the call.
    case argument(Int)
    /// These arguments, as a tuple.
    case rest([Int])
    /// These arguments, as a record of their names.
    case named([Int])
    case missing
  }

  /// One a parameter.
  let sources: [Source]

  /// - Parameter names: one an argument; nil for a positional one.
  /// - Throws: `RuntimeError` with the number of the argument at fault (nil: the call as a whole).
  init(_ signature: Signature, names: [String?], function: String) throws(ArrangementFailure) {
    var sources = [Source](repeating: .missing, count: signature.parameters.count)
    var positional = names.indices.filter { names[$0] == nil }[...]
    for (index, parameter) in signature.parameters.enumerated() {
      switch parameter.kind {
      case .required, .optional:
        if let next = positional.popFirst() { sources[index] = .argument(next) }
      case .rest:
        sources[index] = .rest(Array(positional))
        positional = []
      case .named, .namedRest: break
      }
    }
    if !positional.isEmpty {
      let range = signature.positionalRange
      throw ArrangementFailure(
        error: .wrongArgumentCount(
          function: function, given: names.filter { $0 == nil }.count, minimum: range.minimum,
          maximum: range.maximum, signature: signature.text), argument: positional.first)
    }
    var collected: [Int] = []
    let collector = signature.parameters.firstIndex {
      if case .namedRest = $0.kind { return true }
      return false
    }
    for (number, name) in names.enumerated() {
      guard let name else { continue }
      let target = signature.parameters.firstIndex { parameter in
        switch parameter.kind {
        case .required, .optional, .named: parameter.name == name
        case .rest, .namedRest: false
        }
      }
      if let target {
        guard sources[target] == .missing else {
          throw ArrangementFailure(
            error: .duplicateArgument(function: function, name: name), argument: number)
        }
        sources[target] = .argument(number)
      } else if collector != nil {
        collected.append(number)
      } else {
        throw ArrangementFailure(
          error: .unknownNamedArgument(
            function: function, name: name,
            suggestion: signature.nearestParameter(to: name), signature: signature.text),
          argument: number)
      }
    }
    if let collector { sources[collector] = .named(collected) }
    try Self.requireAll(signature, sources, names, function)
    self.sources = sources
  }

  private static func requireAll(
    _ signature: Signature, _ sources: [Source], _ names: [String?], _ function: String
  ) throws(ArrangementFailure) {
    for (index, parameter) in signature.parameters.enumerated() {
      guard case .required = parameter.kind, sources[index] == .missing else { continue }
      if names.contains(where: { $0 != nil }) {
        throw ArrangementFailure(
          error: .missingArgument(
            function: function, name: parameter.name, signature: signature.text), argument: nil)
      }
      let range = signature.positionalRange
      throw ArrangementFailure(
        error: .wrongArgumentCount(
          function: function, given: names.count, minimum: range.minimum, maximum: range.maximum,
          signature: signature.text), argument: nil)
    }
  }
}

struct ArrangementFailure: Error {
  let error: RuntimeError
  let argument: Int?
}
