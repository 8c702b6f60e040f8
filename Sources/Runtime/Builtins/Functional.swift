/// Functions that take functions. The function may stand before or after what it works on.
let functionalBuiltins: [Builtin] = [
  Builtin(
    "map", [.required("xs"), .required("f")],
    "What the function makes of each element, as a tuple.",
    examples: [
      ("map((1, 2, 3), x -> x * 2)", "(2, 4, 6)"), ("map(len, (\"a\", \"bb\"))", "(1, 2)"),
    ],
    body: Functional.map),
  Builtin(
    "filter", [.required("xs"), .required("f")],
    "The elements of which the function is true, as a tuple; of a Str, as a Str.",
    examples: [("filter((1, 2, 3), x -> x > 1)", "(2, 3)")], body: Functional.filter),
  Builtin(
    "fold", [.required("xs"), .required("initial"), .required("f")],
    "`f(f(f(initial, first), second), …)`: what remains after the last element.",
    examples: [("fold((1, 2, 3), 10, (a, b) -> a + b)", "16")], body: Functional.fold),
  Builtin(
    "reduce",
    [
      .required("xs"), .required("f"), .optional("reduction", "none"),
      Signature.Parameter("sizes", .namedRest),
    ],
    """
    As `fold`, beginning with the first element; of a tensor and a pattern, the axes that the \
    right side lacks reduced by "sum", "mean", "max", "min", "prod", "any" or "all".

    Patterns are those of `rearrange`.
    """,
    examples: [
      ("reduce((1, 2, 3), (a, b) -> a * 10 + b)", "123"),
      ("reduce([[1, 2], [3, 4]], \"row column -> column\", \"sum\")", "i64[2] [4 6]"),
    ], body: Functional.reduce),
  Builtin(
    "apply", [.required("f"), .required("arguments")],
    "The function called with a tuple of arguments.",
    examples: [("apply(max, (2, 5))", "5")], body: Functional.apply),
  Builtin(
    "time_it", [.required("f"), .named("repeat", "1")],
    "The seconds that a call of a function without parameters takes: the least of `repeat` calls.",
    examples: [("time_it(() -> 1 + 1) >= 0", "true")], body: Functional.timeIt),
]

private enum Functional {
  static func map(_ context: inout CallContext) throws(CallFailure) -> Value {
    let (function, list) = try context.functionAndList()
    var results: [Value] = []
    results.reserveCapacity(min(list.count, 1 << 20))
    for position in 0..<list.count {
      try context.poll(position)
      results.append(try context.host.call(function, [list[position]]))
    }
    return .tuple(TupleValue(results))
  }

  static func filter(_ context: inout CallContext) throws(CallFailure) -> Value {
    let (function, list) = try context.functionAndList()
    let source = context.value(0).isFunction ? context.value(1) : context.value(0)
    var kept: [Value] = []
    for position in 0..<list.count {
      try context.poll(position)
      let element = list[position]
      if try context.condition(try context.host.call(function, [element]), argument: 1) {
        kept.append(element)
      }
    }
    return source.rebuilt(kept)
  }

  static func fold(_ context: inout CallContext) throws(CallFailure) -> Value {
    // Also `fold(f, initial, xs)` and `fold(xs, f, initial)`.
    let values = (0..<3).map { context.value($0) }
    let place = values[2].isFunction ? 2 : values[0].isFunction ? 0 : 1
    let function = try context.function(place)
    let listPlace = place == 0 ? 2 : 0
    let list = try context.list(listPlace)
    var result = values[3 - place - listPlace]
    for position in 0..<list.count {
      try context.poll(position)
      result = try context.host.call(function, [result, list[position]])
    }
    return result
  }

  static func reduce(_ context: inout CallContext) throws(CallFailure) -> Value {
    if case .string = context.value(1) {
      return try AxisPatterns.reduced(context)
    }
    let (function, list) = try context.functionAndList()
    guard list.count > 0 else {
      throw context.wrongValue(
        context.value(0).isFunction ? 1 : 0, found: "empty",
        requirement: "of one element at least", hint: "`fold` begins with a value of its own")
    }
    var result = list[0]
    for position in 1..<list.count {
      try context.poll(position)
      result = try context.host.call(function, [result, list[position]])
    }
    return result
  }

  static func apply(_ context: inout CallContext) throws(CallFailure) -> Value {
    try context.host.call(try context.function(0), Array(try context.tuple(1)))
  }

  static func timeIt(_ context: inout CallContext) throws(CallFailure) -> Value {
    let function = try context.function(0)
    let count = try context.int(1, default: 1)
    guard count >= 1 else {
      throw context.wrongValue(1, found: String(count), requirement: "at least 1")
    }
    context.host.noteEffect("read the clock")
    let clock = ContinuousClock()
    var best = Duration.seconds(Int.max >> 1)
    for _ in 0..<count {
      try context.host.checkInterrupt()
      let start = clock.now
      _ = try context.host.call(function, [])
      best = min(best, clock.now - start)
    }
    return .float(best.inSeconds)
  }
}

extension Duration {
  var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}

extension Value {
  var isFunction: Bool { if case .function = self { true } else { false } }
}

extension CallContext {
  /// The first two arguments: a function, and what has elements, in either order.
  func functionAndList() throws(CallFailure) -> (Value, ElementList) {
    if value(0).isFunction { return (value(0), try list(1)) }
    return (try function(1), try list(0))
  }
}
