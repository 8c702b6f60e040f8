internal import Diagnostics
internal import TensorCore
internal import TensorOps

/// Functions of the language as single steps of differentiation: with a rule of the user's, or
/// computed again on the way back.
enum CustomRules {
  static func customVJP(_ context: inout CallContext) throws(CallFailure) -> Value {
    let function = try context.function(0)
    let forward = try context.function(1)
    let backward = try context.function(2)
    return .function(named: "custom_vjp", of: function) { (inner) throws(CallFailure) in
      let arguments = Array(try inner.tuple(0))
      let whole = Value.tuple(TupleValue(arguments))
      let operands = try whole.floatLeaves()
      guard let level = operands.highestLevel else {
        return try inner.host.call(function, arguments)
      }
      let below = try elements(of: whole.below(level))
      let pair = try inner.host.call(try forward.below(level), below)
      guard case .tuple(let parts) = pair, parts.count == 2 else {
        throw inner.failure(
          .argumentValue,
          "`forward` must give a tuple (value, kept), not \(pair.describedWithArticle)")
      }
      let (value, kept) = (parts[0], parts[1])
      let host = HostReference(host: inner.host)
      let lower = Value.tuple(TupleValue(below))
      return try step(operands, level, value) { (cotangent) throws(CallFailure) in
        let answer = try host.host.call(backward, [kept, cotangent])
        let cotangents = below.count == 1 ? Value.tuple(TupleValue([answer])) : answer
        return try matched(cotangents, to: lower)
      }
    }
  }

  static func checkpoint(_ context: inout CallContext) throws(CallFailure) -> Value {
    let function = try context.function(0)
    return .function(named: "checkpoint", of: function) { (inner) throws(CallFailure) in
      let arguments = Array(try inner.tuple(0))
      let whole = Value.tuple(TupleValue(arguments))
      let given = try whole.floatLeaves()
      let operands = given + (try function.capturedTraces())
      guard let level = operands.highestLevel else {
        return try inner.host.call(function, arguments)
      }
      let below = try elements(of: whole.below(level))
      let lowerFunction = try function.below(level)
      let position = inner.host.streamPosition
      let value = try inner.host.call(lowerFunction, below)
      let host = HostReference(host: inner.host)
      let lower = Value.tuple(TupleValue(below))
      let lowerOperands = operands.map { $0.below(level) }
      return try step(operands, level, value) { (cotangent) throws(CallFailure) in
        // The same random numbers as the first time, and none taken from what follows.
        let now = host.host.streamPosition
        host.host.streamPosition = position
        defer { host.host.streamPosition = now }
        let tape = Tape(level: Level())
        let followed = lowerOperands.map { $0.isFloating ? tape.follow($0) : $0 }
        var captured = followed[given.count...]
        let again = try host.host.call(
          try function.replacingCapturedTraces(&captured),
          try elements(of: try lower.replacingFloats(Array(followed.prefix(given.count)))))
        let seeds = zip(try again.floatLeaves(), try cotangent.floatLeaves()).map { ($0, $1) }
        return try tensorResult { () throws(TensorError) in
          try tape.cotangents(of: followed, from: seeds, consuming: true)
        }
      }
    }
  }

  /// Records a call as one step of `level`: `pullback` takes the cotangents of the result's floats,
  /// in the result's structure, to those of the operands.
  private static func step(
    _ operands: [Variable], _ level: Level, _ value: Value,
    _ pullback: @escaping @Sendable (Value) throws(CallFailure) -> [Variable?]
  ) throws(CallFailure) -> Value {
    let results = try value.floatLeaves()
    let structure = value
    let rule: Pullback.Rule = { (step) throws(TensorError) in
      do throws(CallFailure) {
        var cotangents: [Variable] = []
        for index in step.cotangents.indices {
          cotangents.append(
            try tensorResult { () throws(TensorError) in try step.cotangentOrZeros(index) })
        }
        return try pullback(try structure.replacingFloats(cotangents))
      } catch {
        throw .callback(error)
      }
    }
    let followed = try tensorResult { () throws(TensorError) in
      try Primitive.step(operands, at: level, results: results, rule: rule)
    }
    return try value.replacingFloats(followed)
  }

  private static func elements(of value: Value) throws(CallFailure) -> [Value] {
    value.elementsIfTuple.map(Array.init) ?? []
  }

  /// The floats of `cotangents` in the places of those of `arguments`; nil where there is `none`.
  private static func matched(_ cotangents: Value, to arguments: Value) throws(CallFailure)
    -> [Variable?]
  {
    switch (arguments, cotangents) {
    case (.tuple(let a), .tuple(let c)) where a.count == c.count:
      var all: [Variable?] = []
      for (x, y) in zip(a, c) { all += try matched(y, to: x) }
      return all
    case (.record(let a), .record(let c)) where a.names == c.names:
      var all: [Variable?] = []
      for (x, y) in zip(a.values, c.values) { all += try matched(y, to: x) }
      return all
    case (_, .none): return try arguments.floatLeaves().map { _ in nil }
    case (_, _):
      let wanted = try arguments.floatLeaves()
      if wanted.isEmpty { return [] }
      guard wanted.count == 1, let variable = cotangents.variable else {
        throw .diagnostic(
          Diagnostic(
            .argumentValue,
            "`backward` gives \(cotangents.describedWithArticle) for \(arguments.describedWithArticle)"
          ))
      }
      return [variable]
    }
  }
}
