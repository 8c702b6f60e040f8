internal import TensorCore
internal import TensorOps

/// Sorting, searching, extremes.
let orderBuiltins: [Builtin] = [
  Builtin(
    "sorted", [.required("xs"), .named("by", "none"), .named("descending", "false")],
    "The elements in ascending order, as a tuple; by what the function `by` makes of each. Equal ones keep their order.",
    examples: [
      ("sorted((3, 1, 2))", "(1, 2, 3)"), ("sorted((\"bb\", \"a\"), by = len)", "(\"a\", \"bb\")"),
    ], body: Order.sorted),
  Builtin(
    "unique", [.required("xs"), .optional("counts", "false"), .optional("inverse", "false")],
    """
    The different elements: of a tensor sorted, of a tuple in the order in which they first appear.

    Of a tensor also, when asked for, how often each appears and where each element went.
    """,
    examples: [("unique((3, 1, 3))", "(3, 1)"), ("unique([3, 1, 3])", "i64[2] [1 3]")],
    body: Order.unique),
  Builtin(
    "index_of", [.required("xs"), .required("x")],
    "The position of the first element equal to `x`; -1 when there is none.",
    examples: [("index_of((\"a\", \"b\"), \"b\")", "1")], body: Order.indexOf),
  Builtin(
    "max", [.rest("xs"), .named("axis", "none"), .named("keepdims", "false")],
    "The largest element, over everything or over axes; of several arguments, the largest element by element.",
    examples: [
      ("max([3, 1, 2])", "3"), ("max(2, 5)", "5"),
      ("max([[1, 4], [3, 2]], axis = 0)", "i64[2] [3 4]"),
    ],
    body: Order.max),
  Builtin(
    "min", [.rest("xs"), .named("axis", "none"), .named("keepdims", "false")],
    "The smallest element, over everything or over axes; of several arguments, the smallest element by element.",
    examples: [("min([3, 1, 2])", "1"), ("min(2.5, 5)", "2.5")], body: Order.min),
  Builtin(
    "any_of", [.required("xs"), .required("f")],
    "Whether the function is true of an element at least.",
    examples: [("any_of((1, 5), x -> x > 3)", "true")], body: Order.anyOf),
  Builtin(
    "all_of", [.required("xs"), .required("f")], "Whether the function is true of every element.",
    examples: [("all_of((1, 5), x -> x > 3)", "false")], body: Order.allOf),
  Builtin(
    "counts", [.required("xs")],
    "How often each element appears: a map in the order in which they first appear.",
    examples: [("counts(\"abca\")", "{\"a\": 2, \"b\": 1, \"c\": 1}")], body: Order.counts),
]

private enum Order {
  static func sorted(_ context: inout CallContext) throws(CallFailure) -> Value {
    let values = try context.list(0).values()
    var keys = values
    if let by = try context.functionIfPresent(1) {
      for (position, value) in values.enumerated() {
        keys[position] = try context.host.call(by, [value])
        try context.poll(position)
      }
    }
    let isDescending = try context.bool(2, default: false)
    let order = try mergeSorted(keys, descending: isDescending, context)
    return .tuple(TupleValue(order.map { values[$0] }))
  }

  /// Positions in the order of their keys; stable. Merges runs of growing length, so that a
  /// comparison may fail.
  private static func mergeSorted(
    _ keys: [Value], descending: Bool, _ context: CallContext
  ) throws(CallFailure) -> [Int] {
    var order = Array(keys.indices)
    var merged = order
    var width = 1
    var rounds = 0
    while width < keys.count {
      for start in stride(from: 0, to: keys.count, by: 2 * width) {
        let middle = Swift.min(start + width, keys.count)
        let end = Swift.min(start + 2 * width, keys.count)
        var left = start
        var right = middle
        for place in start..<end {
          let takesRight: Bool
          if left == middle {
            takesRight = true
          } else if right == end {
            takesRight = false
          } else {
            takesRight = try isBefore(keys[order[right]], keys[order[left]], descending, context)
          }
          merged[place] = takesRight ? order[right] : order[left]
          if takesRight { right += 1 } else { left += 1 }
          try context.poll(rounds)
          rounds += 1
        }
      }
      swap(&order, &merged)
      width *= 2
    }
    return order
  }

  private static func isBefore(
    _ a: Value, _ b: Value, _ descending: Bool, _ context: CallContext
  ) throws(CallFailure) -> Bool {
    guard let order = a.order(before: b) else { throw context.unordered(a, b) }
    return order == (descending ? .after : .before)
  }

  private static let uniqueOperation = OperationFallback("unique")

  static func unique(_ context: inout CallContext) throws(CallFailure) -> Value {
    if case .tensor = context.value(0).primal {
      return try uniqueOperation.call(
        context,
        [
          ("x", context.arguments[0]), ("counts", context.arguments[1]),
          ("inverse", context.arguments[2]),
        ], wanted: "a tensor or a tuple")
    }
    let values = try context.list(0).values()
    var seen = try MapValue([])
    var kept: [Value] = []
    for (position, value) in values.enumerated() {
      try context.poll(position)
      if value.isHashable {
        guard seen[value] == nil else { continue }
        seen = try seen.inserting(.bool(true), for: value)
      } else if kept.contains(where: { $0.isEqual(to: value) }) {
        continue
      }
      kept.append(value)
    }
    return context.value(0).rebuilt(kept)
  }

  static func indexOf(_ context: inout CallContext) throws(CallFailure) -> Value {
    let list = try context.list(0)
    let wanted = context.value(1)
    for position in 0..<list.count {
      try context.poll(position)
      if list[position].isEqual(to: wanted) { return .int(position) }
    }
    return .int(-1)
  }

  // MARK: - Extremes

  private static let maxOperation = OperationFallback("max")
  private static let minOperation = OperationFallback("min")

  static func max(_ context: inout CallContext) throws(CallFailure) -> Value {
    try extreme(context, maxOperation, .maximum)
  }

  static func min(_ context: inout CallContext) throws(CallFailure) -> Value {
    try extreme(context, minOperation, .minimum)
  }

  private static func extreme(
    _ context: CallContext, _ reduction: OperationFallback, _ pairwise: ElementwiseOperation
  ) throws(CallFailure) -> Value {
    let values = try context.tuple(0)
    guard let first = values.first else { throw context.missing(0) }
    if values.count == 1 {
      if let texts = comparables(first) { return try ends(texts, pairwise, context) }
      return try reduction.call(
        context,
        [("x", first), ("axis", context.arguments[1]), ("keepdims", context.arguments[2])],
        wanted: "a tensor or a tuple")
    }
    if values.allSatisfy({ if case .string = $0 { true } else { false } }) {
      return try ends(Array(values), pairwise, context)
    }
    var result = first
    for value in values.dropFirst() {
      if let a = result.scalar, let b = value.scalar, Swift.max(a.kind, b.kind) != .complex {
        result = Value(chosen(a, b, pairwise))
        continue
      }
      if result.isTraced || value.isTraced {
        let name = pairwise == .maximum ? "max" : "min"
        result = try Value.tracedBinary(false, pairwise, name, result, value)
        continue
      }
      guard let a = try result.operandOfOperator(), let b = try value.operandOfOperator() else {
        throw context.wrongType(0, found: value, wanted: "numbers or tensors")
      }
      result = try Value.elementwise(pairwise, a, b)
    }
    return result
  }

  /// NaN when either is.
  private static func chosen(_ a: Scalar, _ b: Scalar, _ operation: ElementwiseOperation) -> Scalar
  {
    switch a.order(before: b) {
    case .unordered: a.isEqual(to: a) ? b : a
    case .before: operation == .maximum ? b : a
    case .after: operation == .maximum ? a : b
    case .same: a
    }
  }

  /// Tuples of Str or of tuples, which have an order but make no tensor.
  private static func comparables(_ value: Value) -> [Value]? {
    guard case .tuple(let values) = value, let first = values.first else { return nil }
    switch first {
    case .string: return Array(values)
    case .none, .bool, .int, .float, .complex, .tensor, .tuple, .record, .map, .range, .function,
      .module, .external, .traced:
      return nil
    }
  }

  private static func ends(
    _ values: [Value], _ operation: ElementwiseOperation, _ context: CallContext
  ) throws(CallFailure) -> Value {
    var best = values[0]
    for value in values.dropFirst() {
      guard let order = value.order(before: best) else { throw context.unordered(value, best) }
      if order == (operation == .maximum ? .after : .before) { best = value }
    }
    return best
  }

  // MARK: - Predicates and counts

  private static func holds(
    _ function: Value, _ element: Value, _ context: CallContext
  ) throws(CallFailure) -> Bool {
    try context.condition(try context.host.call(function, [element]), argument: 1)
  }

  static func anyOf(_ context: inout CallContext) throws(CallFailure) -> Value {
    let (function, list) = try context.functionAndList()
    for position in 0..<list.count where try holds(function, list[position], context) {
      return .bool(true)
    }
    return .bool(false)
  }

  static func allOf(_ context: inout CallContext) throws(CallFailure) -> Value {
    let (function, list) = try context.functionAndList()
    for position in 0..<list.count where try !holds(function, list[position], context) {
      return .bool(false)
    }
    return .bool(true)
  }

  static func counts(_ context: inout CallContext) throws(CallFailure) -> Value {
    var positions = try MapValue([])
    var entries: [(key: Value, count: Int)] = []
    for (round, value) in try context.list(0).values().enumerated() {
      try context.poll(round)
      if case .int(let position)? = positions[value] {
        entries[position].count += 1
      } else {
        positions = try positions.inserting(.int(entries.count), for: value)
        entries.append((value, 1))
      }
    }
    return .map(try MapValue(entries.map { (key: $0.key, value: Value.int($0.count)) }))
  }
}

extension Value {
  /// Whether the value can be a key of a map: Str, Int, Bool and tuples of them.
  var isHashable: Bool {
    switch self {
    case .string, .int, .bool: return true
    case .tuple(let values): return values.isHashable
    case .none, .float, .complex, .tensor, .record, .map, .range, .function, .module, .external,
      .traced:
      return false
    }
  }
}
