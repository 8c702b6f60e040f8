package import Diagnostics
internal import TensorCore

// How values look. A value is first turned into a small tree of pieces (bounded in size and depth,
// whatever the value
// is), then laid out within a width: on one line when it fits, else broken at the outermost
// brackets.

extension Value {
  /// What a cell shows; nil for `none`. Strings are quoted.
  ///
  /// - Throws: what the value's kit reports, for example when gnuplot is missing.
  package func display(_ request: DisplayRequest) throws(Diagnostic) -> DisplayItem? {
    switch self {
    case .none: return nil
    case .external(let value): return try value.display(request)
    case .traced: return try primal.display(request)
    case .tensor(let tensor):
      return DisplayItem([
        .init(text: tensor.formatted(threshold: request.summaryThreshold))
      ])
    case .bool, .int, .float, .complex, .string, .tuple, .record, .map, .range, .function, .module:
      return DisplayItem([
        .init(text: ValueLayout(elementLimit: request.summaryThreshold).text(of: self))
      ])
    }
  }

  /// As inside a tuple and in the REPL: strings quoted, tensors with their type.
  package var displayText: String {
    if case .tensor(let tensor) = primal { return tensor.formatted() }
    return ValueLayout().text(of: self)
  }

  /// As `print`, `str` and interpolation show it: a Str is bare, a tensor its elements only.
  package var printText: String {
    switch self {
    case .string(let text): text
    case .tensor(let tensor): tensor.arrayText()
    case .traced: primal.printText
    case .none, .bool, .int, .float, .complex, .tuple, .record, .map, .range, .function, .module,
      .external:
      ValueLayout().text(of: self)
    }
  }
}

extension Signature {
  /// `(x, n = 2, rest...)`
  package var text: String {
    let parts = parameters.map { parameter in
      switch parameter.kind {
      case .required: parameter.name
      case .optional(let text), .named(let text): "\(parameter.name) = \(text)"
      case .rest, .namedRest: "\(parameter.name)..."
      }
    }
    return "(" + parts.joined(separator: ", ") + ")"
  }
}

/// Turns values into text within a width.
struct ValueLayout {
  /// Columns before a long tuple, record or map is broken over lines.
  var width = 80
  /// Elements of one collection before the middle is elided.
  var elementLimit = 1000
  /// Elements shown at each end of an elided collection.
  var edgeCount = 3
  /// Brackets deeper than this are shown as `...`.
  static let deepest = 100
  /// Pieces shown of one value, so that shared structure (`t = (t, t)` many times) stays short.
  static let pieceLimit = 20_000

  func text(of value: Value) -> String {
    var budget = ValueLayout.pieceLimit
    let piece = piece(of: value, depth: 0, budget: &budget)
    var lines = LineWriter(width: width)
    lines.write(piece, indent: 0, reserved: 0)
    return lines.text
  }

  // MARK: - Values to pieces

  private func piece(of value: Value, depth: Int, budget: inout Int) -> Piece {
    budget -= 1
    if budget < 0 { return .text("...") }
    switch value {
    case .none: return .text("none")
    case .bool(let flag): return .text(flag ? "true" : "false")
    case .int(let number): return .text(String(number))
    case .float(let number): return .text(formatFloat(number))
    case .complex(let number): return .text(formatFloat(number))
    case .string(let text): return .text(text.quoted)
    case .tensor(let tensor): return .text(tensor.inlineDescription)
    case .range(let range): return .text(range.text)
    case .function(let function):
      return .text("fn " + (function.name ?? "") + function.signature.text)
    case .module(let module): return .text("module " + module.name)
    case .external(let external): return .text(external.summary)
    case .traced:
      budget += 1
      return piece(of: value.primal, depth: depth, budget: &budget)
    case .tuple(let values): return tuple(values, depth, &budget)
    case .record(let record): return self.record(record, depth, &budget)
    case .map(let map): return self.map(map, depth, &budget)
    }
  }

  private func tuple(_ values: TupleValue, _ depth: Int, _ budget: inout Int) -> Piece {
    guard depth < ValueLayout.deepest else { return .text("(...)") }
    var items: [Piece] = []
    for position in shownPositions(of: values.count) {
      guard let position else {
        items.append(.text("..."))
        continue
      }
      if budget < 0 { break }
      items.append(piece(of: values[position], depth: depth + 1, budget: &budget))
    }
    if values.count == 1 { return .group("(", items, ",)", fills: true) }
    return .group("(", items, ")", fills: true)
  }

  private func record(_ record: RecordValue, _ depth: Int, _ budget: inout Int) -> Piece {
    guard depth < ValueLayout.deepest else { return .text("(...)") }
    let names = record.names
    let values = record.values
    return entries("(", ")", count: names.count, &budget) { position, budget in
      .labelled(
        "\(names[position]) = ", piece(of: values[position], depth: depth + 1, budget: &budget))
    }
  }

  private func map(_ map: MapValue, _ depth: Int, _ budget: inout Int) -> Piece {
    guard depth < ValueLayout.deepest else { return .text("{...}") }
    if map.count == 0 { return .text("{:}") }
    let entries = map.entries
    return self.entries("{", "}", count: entries.count, &budget) { position, budget in
      let key = ValueLayout(width: .max).text(of: entries[position].key)
      return .labelled(
        key + ": ", piece(of: entries[position].value, depth: depth + 1, budget: &budget))
    }
  }

  private func entries(
    _ open: String, _ close: String, count: Int, _ budget: inout Int,
    _ entry: (Int, inout Int) -> Piece
  ) -> Piece {
    var items: [Piece] = []
    for position in shownPositions(of: count) {
      guard let position else {
        items.append(.text("..."))
        continue
      }
      if budget < 0 { break }
      items.append(entry(position, &budget))
    }
    return .group(open, items, close, fills: false)
  }

  /// Positions to show; nil stands for the elided middle.
  private func shownPositions(of count: Int) -> [Int?] {
    guard count > elementLimit, count > 2 * edgeCount else { return (0..<count).map { $0 } }
    return (0..<edgeCount).map { $0 } + [nil] + (count - edgeCount..<count).map { $0 }
  }
}

/// A part of a value's text before it is broken into lines.
private indirect enum Piece {
  case text(String)
  /// `name = piece`
  case labelled(String, Piece)
  /// Bracketed items; `fills` packs as many on a line as fit, otherwise each has its own.
  case group(String, [Piece], String, fills: Bool)

  /// Columns when written on one line; stops counting past `limit`.
  func columns(upTo limit: Int) -> Int {
    switch self {
    case .text(let text): return text.count
    case .labelled(let label, let piece): return label.count + piece.columns(upTo: limit)
    case .group(let open, let items, let close, _):
      var total = open.count + close.count + 2 * max(items.count - 1, 0)
      for item in items where total <= limit { total += item.columns(upTo: limit - total) }
      return total
    }
  }
}

/// Writes pieces, breaking the groups that do not fit.
private struct LineWriter {
  let width: Int
  private(set) var text = ""
  private var column = 0

  init(width: Int) { self.width = width }

  /// - Parameter reserved: columns that must stay free after the piece (a comma, closing brackets).
  mutating func write(_ piece: Piece, indent: Int, reserved: Int) {
    switch piece {
    case .text(let part): append(part)
    case .labelled(let label, let inner):
      append(label)
      write(inner, indent: indent, reserved: reserved)
    case .group(let open, let items, let close, let fills):
      append(open)
      let room = width - column - close.count - reserved
      if fits(items, in: room) {
        for (position, item) in items.enumerated() {
          if position > 0 { append(", ") }
          write(item, indent: indent, reserved: 0)
        }
      } else if fills {
        writeFilled(items, indent: indent + 1)
      } else {
        writeStacked(items, indent: indent + 2)
        breakLine(indent)
      }
      append(close)
    }
  }

  private func fits(_ items: [Piece], in room: Int) -> Bool {
    if width == .max { return true }
    var total = 2 * max(items.count - 1, 0)
    for item in items {
      if total > room { return false }
      total += item.columns(upTo: room - total)
    }
    return total <= room
  }

  private mutating func writeFilled(_ items: [Piece], indent: Int) {
    for (position, item) in items.enumerated() {
      if position > 0 {
        append(",")
        if column + 1 + item.columns(upTo: width) + 1 > width {
          breakLine(indent)
        } else {
          append(" ")
        }
      }
      write(item, indent: indent, reserved: 1)
    }
  }

  private mutating func writeStacked(_ items: [Piece], indent: Int) {
    for (position, item) in items.enumerated() {
      breakLine(indent)
      write(item, indent: indent, reserved: 1)
      if position < items.count - 1 { append(",") }
    }
  }

  private mutating func append(_ part: String) {
    text += part
    column += part.count
  }

  private mutating func breakLine(_ indent: Int) {
    text += "\n" + String(repeating: " ", count: min(indent, width / 2))
    column = min(indent, width / 2)
  }
}

extension RangeValue {
  /// `0..5`, `0..10 by 2`
  package var text: String { "\(start)..\(end)" + (step == 1 ? "" : " by \(step)") }
}
