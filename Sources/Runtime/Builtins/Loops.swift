internal import Diagnostics
internal import Glibc
internal import Synchronization
internal import TensorCore

/// `lazy`, `progress`, `scan`: for loops.
let loopBuiltins: [Builtin] = [
  Builtin(
    "lazy", [.required("count"), .required("f")],
    """
    The sequence `f(0), f(1), …` of `count` elements, each made when a loop asks for it and then forgotten.

    `for x in xs` and comprehensions go through it, `len(xs)` counts, `tuple(xs)` makes all.
    """,
    examples: [
      ("tuple(lazy(3, i -> i * i))", "(0, 1, 4)"), ("len(lazy(5, i -> zeros(i)))", "5"),
    ],
    body: Loops.lazy),
  Builtin(
    "progress", [.required("xs"), .optional("label", "\"\"")],
    """
    The elements of `xs` for a loop, with a bar on the terminal: how far it is, how fast, how long still.

    Values stay as they are. Nothing is drawn when standard error is no terminal.
    """,
    examples: [("sum(tuple(progress((1, 2, 3))))", "6")], body: Loops.progress),
  Builtin(
    "scan", [.required("f"), .required("initial"), .required("xs")],
    """
    `(final, outputs)` of a loop that carries a value: `(carry, y) = f(carry, x)` for each `x` of `xs` in order.

    `xs` is a tensor, taken row by row, a tuple or record of tensors of equally many rows (then each `x` is a tuple or \
    record of rows), a range or a sequence. The outputs are stacked along a new first axis, part by part when they are \
    tuples or records.
    """,
    examples: [
      ("scan((c, x) -> (c + x, c * 10), 0, [1, 2, 3])", "(6, i64[3] [ 0 10 30])")
    ],
    body: Loops.scan),
]

private enum Loops {
  static func lazy(_ context: inout CallContext) throws(CallFailure) -> Value {
    let count = try context.int(0)
    let function = try context.function(1)
    guard count >= 0 else {
      throw context.wrongValue(0, found: String(count), requirement: "at least 0")
    }
    return .external(
      LazySequence("lazy", count: count) { position, host throws(CallFailure) in
        try host.call(function, [.int(position)])
      })
  }

  static func progress(_ context: inout CallContext) throws(CallFailure) -> Value {
    let label = try context.string(1, default: "")
    let source = context.value(0).lazySequence
    let list = source == nil ? try context.list(0) : ElementList([])
    guard isatty(STDERR_FILENO) == 1 else { return context.value(0) }
    let bar = ProgressBar(label: label, count: source?.count ?? list.count)
    return .external(
      LazySequence("progress", count: bar.count, hearsEnd: true) {
        position, host throws(CallFailure) in
        bar.show(position)
        if position == bar.count { return .none }
        return try source?.element(position, host) ?? list[position]
      })
  }

  // MARK: - scan

  static func scan(_ context: inout CallContext) throws(CallFailure) -> Value {
    let function = try context.function(0)
    var carry = context.value(1)
    let rows = try rows(of: context.value(2), context)
    var outputs: [Value] = []
    for position in 0..<rows.count {
      try context.poll(position)
      let result = try context.host.call(function, [carry, try rows.row(position)])
      guard case .tuple(let pair) = result, pair.count == 2 else {
        throw context.wrongType(
          0, found: result, within: "the result", wanted: "a tuple (carry, output)")
      }
      carry = pair[0]
      outputs.append(pair[1])
    }
    return .tuple(TupleValue([carry, try stacked(outputs, context)]))
  }

  private struct Rows {
    let count: Int
    let row: (Int) throws(CallFailure) -> Value
  }

  /// The elements along the first axis; of tuples and records of tensors, rows with their
  /// structure.
  private static func rows(of value: Value, _ context: CallContext) throws(CallFailure) -> Rows {
    let parts: [Value]
    let rebuilt: ([Value]) -> Value
    switch value {
    case .tuple(let values) where !values.isEmpty && values.allSatisfy(\.hasRows):
      parts = Array(values)
      rebuilt = { .tuple(TupleValue($0)) }
    case .record(let record) where record.count > 0:
      parts = record.values
      rebuilt = { .record(RecordValue(Array(zip(record.names, $0)))) }
    case .none, .bool, .int, .float, .complex, .string, .tensor, .tuple, .record, .map, .range,
      .function, .module, .external, .traced:
      if let sequence = value.lazySequence {
        let host = context.host
        return Rows(count: sequence.count) { position throws(CallFailure) in
          try sequence.element(position, host)
        }
      }
      guard let list = ElementList(value) else {
        throw context.failure(
          .notIterable, "\(value.describedWithArticle) has no elements to go through", argument: 2)
      }
      return Rows(count: list.count) { list[$0] }
    }
    var inner: [Rows] = []
    for part in parts {
      let next = try rows(of: part, context)
      if let first = inner.first, first.count != next.count {
        throw context.failure(
          .shapeMismatch, "the parts of `xs` have \(first.count) and \(next.count) rows",
          argument: 2)
      }
      inner.append(next)
    }
    return Rows(count: inner.first?.count ?? 0) { position throws(CallFailure) in
      var row: [Value] = []
      for part in inner { row.append(try part.row(position)) }
      return rebuilt(row)
    }
  }

  /// Outputs of one structure, stacked leaf by leaf. What has no elements to stack, a Str for
  /// instance, stays a tuple.
  private static func stacked(_ outputs: [Value], _ context: CallContext, depth: Int = 0)
    throws(CallFailure) -> Value
  {
    guard let first = outputs.first, depth < 64 else { return .tuple(TupleValue(outputs)) }
    switch first {
    case .none: return .none
    case .tuple(let values):
      var columns: [Value] = []
      for index in 0..<values.count {
        var column: [Value] = []
        for output in outputs {
          guard case .tuple(let other) = output, other.count == values.count else {
            throw differing(first, output, context)
          }
          column.append(other[index])
        }
        columns.append(try stacked(column, context, depth: depth + 1))
      }
      return .tuple(TupleValue(columns))
    case .record(let record):
      var columns: [(String, Value)] = []
      for name in record.names {
        var column: [Value] = []
        for output in outputs {
          guard case .record(let other) = output, let field = other[name] else {
            throw differing(first, output, context)
          }
          column.append(field)
        }
        columns.append((name, try stacked(column, context, depth: depth + 1)))
      }
      return .record(RecordValue(columns))
    case .bool, .int, .float, .complex, .tensor, .traced:
      let whole = Value.tuple(TupleValue(outputs))
      guard outputs.contains(where: \.isTraced) else {
        return try whole.stackedTensor().map { .tensor($0) } ?? whole
      }
      guard let variable = try whole.stackedVariable() else { return whole }
      return try tensorResult { () throws(TensorError) in try Value(element: variable) }
    case .string, .map, .range, .function, .module, .external: return .tuple(TupleValue(outputs))
    }
  }

  private static func differing(_ first: Value, _ other: Value, _ context: CallContext)
    -> CallFailure
  {
    context.failure(
      .argumentValue,
      "the outputs differ in structure: \(first.summary) first, then \(other.summary)", argument: 0)
  }
}

extension Value {
  /// Whether the value is, or holds nothing but, tensors with a first axis.
  fileprivate var hasRows: Bool {
    switch self {
    case .tensor(let tensor): tensor.rank > 0
    case .traced:
      if case .tensor(let tensor) = primal { tensor.rank > 0 } else { false }
    case .tuple(let values): !values.isEmpty && values.allSatisfy(\.hasRows)
    case .record(let record): record.count > 0 && record.values.allSatisfy(\.hasRows)
    case .none, .bool, .int, .float, .complex, .string, .map, .range, .function, .module, .external:
      false
    }
  }
}

/// One line on standard error that is drawn over itself, at most ten times a second.
final class ProgressBar: Sendable {
  private struct State {
    var start: ContinuousClock.Instant?
    var shown: ContinuousClock.Instant?
  }

  let count: Int
  private let label: String
  private let state = Mutex(State())

  init(label: String, count: Int) {
    self.label = label
    self.count = count
  }

  /// Shows that `done` elements are behind; all of them end the line.
  func show(_ done: Int) {
    let now = ContinuousClock().now
    let seconds: Double? = state.withLock { state in
      if done == 0 || state.start == nil { state.start = now }
      let isDue = state.shown.map { now - $0 >= .milliseconds(100) } ?? true
      guard isDue || done == count || done == 0 else { return nil }
      state.shown = now
      return state.start.map { (now - $0).inSeconds }
    }
    guard let seconds else { return }
    let line = ProgressBar.line(label: label, done: done, of: count, seconds: seconds)
    let bytes = Array(("\r" + line + "\u{1B}[K" + (done == count ? "\n" : "")).utf8)
    _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
  }

  /// `label  40% ████████············  400/1000  812/s  0:01 left`
  static func line(label: String, done: Int, of count: Int, seconds: Double) -> String {
    let share = count == 0 ? 1 : Double(done) / Double(count)
    let width = 20
    let filled = Int(share * Double(width))
    let bar =
      String(repeating: "█", count: filled) + String(repeating: "·", count: width - filled)
    let percent = String(Int(share * 100))
    let padded = String(repeating: " ", count: 3 - percent.count) + percent
    var text = (label.isEmpty ? "" : label + " ") + "\(padded)% \(bar) \(done)/\(count)"
    guard done > 0, seconds > 0 else { return text }
    let rate = Double(done) / seconds
    text += rate >= 10 ? "  \(Int(min(rate, 1e15)))/s" : "  \(tenths(1 / rate)) s each"
    text +=
      done == count
      ? "  in \(time(seconds))" : "  \(time(Double(count - done) / rate)) left"
    return text
  }

  private static func tenths(_ x: Double) -> String {
    let scaled = Int(min(x * 100, 1e15))
    return "\(scaled / 100).\(scaled % 100 / 10)\(scaled % 10)"
  }

  /// `1:05`, `2:00:09`.
  private static func time(_ seconds: Double) -> String {
    let whole = Int(min(seconds.rounded(), 1e9))
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
    let two = { (n: Int) in n < 10 ? "0\(n)" : String(n) }
    return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
  }
}
