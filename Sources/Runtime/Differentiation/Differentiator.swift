internal import Diagnostics
internal import TensorCore
internal import TensorOps

/// Runs a function of the language under differentiation.
struct Differentiator {
  let context: CallContext
  /// As messages name what is differentiated.
  var name: String { context.builtinName }

  // MARK: - Reverse

  /// What a reverse run leaves: the result, and the tape that leads back from it.
  struct Recorded {
    let tape: Tape
    /// The arguments as the tape follows them; nil for those that are constant.
    let inputs: [Value?]
    let result: Value
  }

  /// Calls `function` with the arguments at `places` followed.
  func record(_ function: Value, _ arguments: [Value], following places: [Int])
    throws(CallFailure) -> Recorded
  {
    let tape = Tape(level: Level())
    var inputs = [Value?](repeating: nil, count: arguments.count)
    var followed = arguments
    for place in places {
      let input = try Differentiator.asFloat(arguments[place]).mappingFloats(
        { (variable) throws(CallFailure) in Value(tape.follow(variable)) },
        others: { (value) throws(CallFailure) in value })
      inputs[place] = input
      followed[place] = input
    }
    let result = try context.host.call(function, followed)
    return Recorded(tape: tape, inputs: inputs, result: result)
  }

  /// An Int given alone counts as a Float: `grad(f)(3)` is meant.
  static func asFloat(_ value: Value) -> Value {
    if case .int(let number) = value { return .float(Double(number)) }
    return value
  }

  /// The gradients of the arguments at `places`, in their structure: of floats only, `none` for
  /// everything else.
  func gradients(
    _ recorded: Recorded, from seeds: [(result: Variable, cotangent: Variable)], places: [Int],
    consuming: Bool
  ) throws(CallFailure) -> [Value] {
    var inputs: [Variable] = []
    for place in places { inputs += try recorded.inputs[place]?.floatLeaves() ?? [] }
    let followed = inputs
    let cotangents = try tensorResult { () throws(TensorError) in
      try recorded.tape.cotangents(of: followed, from: seeds, consuming: consuming)
    }
    var rest = zip(followed, cotangents).map { $0 }[...]
    var gradients: [Value] = []
    for place in places {
      guard let input = recorded.inputs[place] else { continue }
      let gradient = try input.mappingFloats(
        { (_) throws(CallFailure) in
          let (value, cotangent) = rest.removeFirst()
          return try tensorResult { () throws(TensorError) in
            if let cotangent { return Value(cotangent) }
            let zeros = try value.below(recorded.tape.level).zeros()
            return Value(zeros.isScalar ? zeros : Variable(try zeros.tensor().copy()))
          }
        }, others: { (_) throws(CallFailure) in .none })
      gradients.append(gradient)
    }
    return gradients
  }

  /// The value and gradients of a function with one number for a result.
  func valueAndGradients(
    _ function: Value, _ arguments: [Value], places: [Int], hasAuxiliary: Bool
  ) throws(CallFailure) -> (value: Value, gradients: [Value]) {
    let recorded = try record(function, arguments, following: places)
    var loss = recorded.result
    var auxiliary: Value?
    if hasAuxiliary {
      guard case .tuple(let parts) = recorded.result, parts.count == 2 else {
        throw context.failure(
          .argumentValue,
          "with `aux` the function must give a tuple (number, anything), not \(recorded.result.describedWithArticle)"
        )
      }
      loss = parts[0]
      auxiliary = try parts[1].below(recorded.tape.level)
    }
    let output = try number(loss)
    let gradients = try gradients(
      recorded, from: [(output, 1.0)], places: places, consuming: true)
    let value = Value(output.below(recorded.tape.level))
    guard let auxiliary else { return (value, gradients) }
    return (.tuple(TupleValue([value, auxiliary])), gradients)
  }

  /// The result of a function to differentiate: one number.
  private func number(_ result: Value) throws(CallFailure) -> Variable {
    if let variable = result.variable, variable.shape.count == 1,
      variable.dtype.kind != .complex, variable.dtype != .bool
    {
      return try tensorResult { () throws(TensorError) in try variable.asScalar() }
    }
    throw context.failure(
      .argumentValue,
      "the function gives \(result.describedWithArticle), one real number is wanted", argument: 0,
      hint: "`sum` or `mean` makes one number of many; `jacobian` differentiates them all")
  }

  // MARK: - Forward

  /// The result and how it changes along `tangent`, which has the structure of the argument.
  func pushForward(_ function: Value, _ argument: Value, _ tangent: Value) throws(CallFailure) -> (
    value: Value, tangent: Value
  ) {
    let level = Level()
    let argument = Differentiator.asFloat(argument)
    let values = try argument.floatLeaves()
    let tangents = try Differentiator.asFloat(tangent).floatLeaves()
    guard values.count == tangents.count,
      zip(values, tangents).allSatisfy({ $0.shape == $1.shape })
    else {
      throw context.failure(
        .argumentValue,
        "the tangent, \(tangent.describedWithArticle), has not the structure of the argument, \(argument.describedWithArticle)",
        argument: 2)
    }
    var duals: [Variable] = []
    for (value, tangent) in zip(values, tangents) {
      let fitted = try tensorResult { () throws(TensorError) in try tangent.fitted(to: value) }
      duals.append(.traced(Trace(level: level, primal: value, role: .dual(tangent: fitted))))
    }
    let result = try context.host.call(function, [try argument.replacingFloats(duals)])
    let moved = try result.mappingFloats(
      { (variable) throws(CallFailure) in
        if case .dual(let tangent) = variable.role(at: level) { return Value(tangent) }
        return try tensorResult { () throws(TensorError) in
          Value(try variable.below(level).zeros())
        }
      }, others: { (_) throws(CallFailure) in .none })
    return (try result.below(level), moved)
  }
}

/// The way back to the language from a rule.
struct HostReference: @unchecked Sendable {
  // Safe because rules run on the thread, and within the call, that made them.
  let host: any CallHost
}
