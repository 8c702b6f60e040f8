internal import Diagnostics
internal import Syntax
internal import TensorCore
internal import TensorOps

/// Tuples, and what else has elements in order.
let sequenceBuiltins: [Builtin] = [
  Builtin(
    "len", [.required("x")],
    "The number of elements of a tuple, map, range or record, of characters of a Str, of rows of a tensor.",
    examples: [("len((1, 2, 3))", "3"), ("len(\"héllo\")", "5"), ("len(zeros(4, 2))", "4")],
    body: Sequences.len),
  Builtin(
    "range", [.required("start"), .optional("end", "none"), .optional("step", "1")],
    "The range `start..end by step`; with one argument from 0 to before it.",
    examples: [("range(3)", "0..3"), ("tuple(range(10, 0, -4))", "(10, 6, 2)")],
    body: Sequences.range),
  Builtin(
    "push", [.required("xs"), .required("x")],
    "The tuple with one more element at the end. Cheap when nothing else holds the tuple.",
    examples: [("push((1, 2), 3)", "(1, 2, 3)")], body: Sequences.push),
  Builtin(
    "concat", [.required("parts"), .optional("axis", "0")],
    "Tensors put together along an axis; a tuple of tuples makes one tuple, a tuple of Str one Str.",
    examples: [
      ("concat(((1, 2), (3, \"a\")))", "(1, 2, 3, \"a\")"),
      ("concat(([1, 2], [3]))", "i64[3] [1 2 3]"),
    ], body: Sequences.concat),
  Builtin(
    "enumerate", [.required("xs"), .optional("start", "0")],
    "A tuple of (position, element).",
    examples: [("enumerate((\"a\", \"b\"))", "((0, \"a\"), (1, \"b\"))")], body: Sequences.enumerate
  ),
  Builtin(
    "zip", [.rest("lists")],
    "A tuple of tuples: the first elements of all, the second elements, … as many as the shortest has.",
    examples: [("zip((1, 2), (\"a\", \"b\"))", "((1, \"a\"), (2, \"b\"))")], body: Sequences.zip),
  Builtin(
    "slice",
    [
      .required("xs"), .optional("start", "none"), .optional("end", "none"), .optional("step", "1"),
    ],
    "The elements from `start` to before `end`, as `xs[start:end:step]` gives them.",
    examples: [("slice((1, 2, 3, 4), 1, 3)", "(2, 3)"), ("slice(\"abc\", step = -1)", "\"cba\"")],
    body: Sequences.slice),
  Builtin(
    "flatten", [.required("xs")],
    "A tuple in which no tuple stands within another; a tensor with one axis.",
    examples: [
      ("flatten((1, (2, (3,))))", "(1, 2, 3)"), ("flatten([[1, 2], [3, 4]])", "i64[4] [1 2 3 4]"),
    ],
    body: Sequences.flatten),
  Builtin(
    "repeat",
    [
      .required("x"), .required("count"), .optional("axis", "none"),
      Signature.Parameter("sizes", .namedRest),
    ],
    """
    A Str or tuple, several times over; of a tensor, each element several times, or along the new \
    axes of a pattern as those of `rearrange`, whose sizes are given by name.
    """,
    examples: [
      ("repeat((1, 2), 2)", "(1, 2, 1, 2)"), ("repeat(\"ab\", 3)", "\"ababab\""),
      ("repeat([1, 2], 2)", "i64[4] [1 1 2 2]"),
      ("repeat([1, 2], \"n -> n m\", m = 2)", "i64[2, 2]\n[[1 1]\n [2 2]]"),
    ], body: Sequences.repeated),
  Builtin(
    "reverse", [.required("xs")], "The elements, last first; a tensor along its first axis.",
    examples: [("reverse((1, 2, 3))", "(3, 2, 1)"), ("reverse(\"abc\")", "\"cba\"")],
    body: Sequences.reverse),
]

private enum Sequences {
  static func len(_ context: inout CallContext) throws(CallFailure) -> Value {
    switch context.value(0) {
    case .string(let text): return .int(text.unicodeScalars.count)
    case .map(let map): return .int(map.count)
    case .record(let record): return .int(record.names.count)
    case .tuple, .range, .tensor, .none, .bool, .int, .float, .complex, .function, .module,
      .external, .traced:
      if let sequence = context.value(0).lazySequence { return .int(sequence.count) }
      guard let list = ElementList(context.value(0).primal) else {
        throw context.wrongType(0, wanted: "a tuple, tensor, range, Str, map or record")
      }
      return .int(list.count)
    }
  }

  static func range(_ context: inout CallContext) throws(CallFailure) -> Value {
    let first = try context.int(0)
    let step = try context.int(2, default: 1)
    guard step != 0 else { throw context.wrongValue(2, found: "0", requirement: "other than 0") }
    guard let end = try context.intIfPresent(1) else {
      return .range(RangeValue(start: 0, end: first, step: step))
    }
    return .range(RangeValue(start: first, end: end, step: step))
  }

  static func push(_ context: inout CallContext) throws(CallFailure) -> Value {
    let values = try context.tuple(0)
    return .tuple(TupleValue(Array(values) + [context.value(1)]))
  }

  private static let concatOperation = OperationFallback("concat")

  static func concat(_ context: inout CallContext) throws(CallFailure) -> Value {
    if case .tuple(let parts) = context.value(0), !parts.isEmpty {
      if parts.allSatisfy({ $0.elementsIfTuple != nil }) {
        return .tuple(TupleValue(parts.flatMap { $0.elementsIfTuple.map(Array.init) ?? [] }))
      }
      let texts = parts.compactMap { if case .string(let text) = $0 { text } else { nil } }
      if texts.count == parts.count { return .string(texts.joined()) }
    }
    return try concatOperation.call(
      context, [("tensors", context.arguments[0]), ("axis", context.arguments[1])],
      wanted: "a tuple of tensors, tuples or Str")
  }

  static func enumerate(_ context: inout CallContext) throws(CallFailure) -> Value {
    let values = try context.list(0).values()
    let start = try context.int(1, default: 0)
    return .tuple(
      TupleValue(
        values.enumerated().map { Value.tuple(TupleValue([.int(start &+ $0.offset), $0.element])) })
    )
  }

  static func zip(_ context: inout CallContext) throws(CallFailure) -> Value {
    var lists: [ElementList] = []
    for (position, value) in try context.tuple(0).enumerated() {
      guard let list = ElementList(value) else {
        throw context.failure(
          .notIterable,
          "\(value.describedWithArticle) has no elements to go through",
          argument: context.restArgument(position))
      }
      lists.append(list)
    }
    let count = lists.map(\.count).min() ?? 0
    guard count <= ElementList.longestList else { throw .tensor(.outOfMemory(bytes: .max)) }
    return .tuple(
      TupleValue((0..<count).map { position in .tuple(TupleValue(lists.map { $0[position] })) }))
  }

  static func slice(_ context: inout CallContext) throws(CallFailure) -> Value {
    let list = try context.list(0)
    let step = try context.int(3, default: 1)
    guard step != 0 else { throw context.wrongValue(3, found: "0", requirement: "other than 0") }
    let bounds = SliceBounds(
      start: try context.intIfPresent(1), end: try context.intIfPresent(2), step: step,
      count: list.count)
    if case .tensor(let tensor) = context.value(0) {
      return .tensor(tensor.slice(axis: 0, start: bounds.start, count: bounds.count, step: step))
    }
    if let variable = context.value(0).variable, variable.isTraced {
      let part = IndexComponent.slice(
        start: try context.intIfPresent(1), stop: try context.intIfPresent(2), step: step)
      return try tensorResult { () throws(TensorError) in
        Value(try variable.indexed(by: [part]))
      }
    }
    if case .range(let range) = context.value(0), bounds.count > 0 {
      let (wide, overflow) = range.step.multipliedReportingOverflow(by: step)
      if !overflow,
        let end = range.end(from: range.element(at: bounds.start), count: bounds.count, step: wide)
      {
        return .range(RangeValue(start: range.element(at: bounds.start), end: end, step: wide))
      }
    }
    let picked = (0..<bounds.count).map { list[bounds.start + $0 * step] }
    return context.value(0).rebuilt(picked)
  }

  static func reverse(_ context: inout CallContext) throws(CallFailure) -> Value {
    let list = try context.list(0)
    if case .tensor(let tensor) = context.value(0) {
      return .tensor(
        tensor.slice(axis: 0, start: max(list.count - 1, 0), count: list.count, step: -1))
    }
    if let variable = context.value(0).variable, variable.isTraced {
      return try tensorResult { () throws(TensorError) in Value(try variable.flipped([0])) }
    }
    return context.value(0).rebuilt(try list.values().reversed())
  }

  static func flatten(_ context: inout CallContext) throws(CallFailure) -> Value {
    if case .tensor(let tensor) = context.value(0) {
      return .tensor(try tensorResult { () throws(TensorError) in try tensor.reshaped(to: [-1]) })
    }
    if let variable = context.value(0).variable, variable.isTraced {
      return try tensorResult { () throws(TensorError) in
        Value(try variable.reshaped(to: [variable.shape.count]))
      }
    }
    var flat: [Value] = []
    // Tuples still to be taken apart, each with the next position: no native recursion.
    var pending = [(tuple: try context.tuple(0), position: 0)]
    while let (tuple, position) = pending.popLast() {
      guard position < tuple.count else { continue }
      pending.append((tuple, position + 1))
      if case .tuple(let inner) = tuple[position] {
        pending.append((inner, 0))
      } else {
        flat.append(tuple[position])
        try context.poll(flat.count)
        guard flat.count <= ElementList.longestList else {
          throw .tensor(.outOfMemory(bytes: .max))
        }
      }
    }
    return .tuple(TupleValue(flat))
  }

  private static let repeatOperation = OperationFallback("repeat")

  static func repeated(_ context: inout CallContext) throws(CallFailure) -> Value {
    switch context.value(0) {
    case .string:
      return try Value.binary(.multiply, context.value(0), .int(try context.int(1)))
    case .tuple(let values):
      let count = max(try context.int(1), 0)
      let (total, overflow) = values.count.multipliedReportingOverflow(by: count)
      guard !overflow, total <= ElementList.longestList else {
        throw .tensor(.outOfMemory(bytes: .max))
      }
      let elements = Array(values)
      guard total > 0 else { return .tuple(TupleValue([])) }
      return .tuple(TupleValue((0..<count).flatMap { _ in elements }))
    case .none, .bool, .int, .float, .complex, .tensor, .record, .map, .range, .function, .module,
      .external, .traced:
      if case .string = context.value(1) {
        return try AxisPatterns.repeated(context)
      }
      return try repeatOperation.call(
        context,
        [
          ("x", context.arguments[0]), ("repeats", context.arguments[1]),
          ("axis", context.arguments[2]),
        ], wanted: "a tensor, a Str or a tuple")
    }
  }
}

extension Value {
  /// The elements as the kind of thing this is: text for a Str, otherwise a tuple.
  func rebuilt(_ elements: [Value]) -> Value {
    guard case .string = self else { return .tuple(TupleValue(elements)) }
    var text = ""
    for case .string(let part) in elements { text += part }
    return .string(text)
  }
}

/// `start:end:step` against a count, as Python resolves it: out-of-range bounds are moved to the
/// ends.
struct SliceBounds {
  /// The first position; meaningless when `count` is 0.
  let start: Int
  let count: Int

  init(start: Int?, end: Int?, step: Int, count length: Int) {
    func resolved(_ bound: Int?, _ fallback: Int) -> Int {
      guard let bound else { return fallback }
      let low = step > 0 ? 0 : -1
      let high = step > 0 ? length : length - 1
      return bound < 0 ? max(bound &+ length, low) : min(bound, high)
    }
    let first = resolved(start, step > 0 ? 0 : length - 1)
    let last = resolved(end, step > 0 ? length : -1)
    let extent = step > 0 ? last - first : first - last
    self.count = extent > 0 ? Int((UInt(extent) - 1) / step.magnitude) + 1 : 0
    self.start = self.count == 0 ? 0 : first
  }
}

extension RangeValue {
  /// The end of a range of `count` elements; nil when it does not fit in an Int.
  func end(from start: Int, count: Int, step: Int) -> Int? {
    let (extent, overflow) = (count - 1).multipliedReportingOverflow(by: step)
    guard !overflow else { return nil }
    let (last, beyond) = start.addingReportingOverflow(extent)
    guard !beyond else { return nil }
    let (end, past) = last.addingReportingOverflow(step > 0 ? 1 : -1)
    return past ? nil : end
  }
}
