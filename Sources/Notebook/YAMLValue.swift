package import Diagnostics
internal import Yams

/// A piece of YAML with its place in the file: the front matter, a cell's options, a file of
/// parameters.
package struct YAMLValue: Sendable {
  package indirect enum Kind: Sendable {
    /// `isPlain`: written without quotes, so `3` is a number and `true` a truth value.
    case scalar(String, isPlain: Bool)
    case sequence([YAMLValue])
    case mapping([(key: YAMLValue, value: YAMLValue)])
  }

  package let kind: Kind
  package let span: Span

  package init(_ kind: Kind, at span: Span) {
    self.kind = kind
    self.span = span
  }

  // MARK: - Reading

  /// Limits on what is given to the YAML reader, which recurses: far above what a notebook needs.
  private enum Limit {
    static let bytes = 65_536
    static let depth = 64
    static let values = 10_000
  }

  /// Reads YAML text; nil when it holds nothing but comments.
  ///
  /// - Parameters:
  ///   - text: the YAML, cut out of a file.
  ///   - offset: maps a 0-based line and a column in Unicode scalars of `text` to a byte offset in
  ///     the file.
  static func read(
    _ text: String, place: NotebookProblem.Place,
    offset: (_ line: Int, _ column: Int) -> Int
  ) throws(NotebookProblem) -> YAMLValue? {
    if let problem = excess(in: text) {
      throw NotebookProblem(
        .malformedYAML(problem: problem, place: place), at: Span(offset(0, 0), offset(0, 0)))
    }
    do {
      guard let node = try Yams.compose(yaml: text) else { return nil }
      var budget = Limit.values
      return try convert(node, in: text, offset: offset, budget: &budget)
    } catch {
      let (problem, line, column) = describe(error)
      let at = offset(line, column)
      throw NotebookProblem(.malformedYAML(problem: problem, place: place), at: Span(at, at))
    }
  }

  /// What is too much in the text, if anything.
  private static func excess(in text: String) -> String? {
    guard text.utf8.count <= Limit.bytes else { return "it is longer than 64 KiB" }
    var depth = 0
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
      default: break
      }
      if depth > Limit.depth { return "it is nested too deeply" }
    }
    for line in text.split(separator: "\n") {
      let indicators = line.prefix { "-?:\t ".contains($0) }.count { $0 != " " && $0 != "\t" }
      let anchors = line.split(separator: " ").count { $0 == "-" || $0 == "?" }
      if indicators > Limit.depth || anchors > Limit.depth { return "it is nested too deeply" }
    }
    return nil
  }

  private static func convert(
    _ node: Node, in text: String, offset: (Int, Int) -> Int, budget: inout Int
  ) throws -> YAMLValue {
    budget -= 1
    guard budget > 0 else { throw YAMLExcess() }
    let start = node.mark.map { offset($0.line - 1, $0.column - 1) } ?? offset(0, 0)
    switch node {
    case .scalar(let scalar):
      let isPlain = scalar.style == .plain || scalar.style == .any
      let length = scalar.string.utf8.count + (isPlain ? 0 : 2)
      return YAMLValue(.scalar(scalar.string, isPlain: isPlain), at: Span(start, start + length))
    case .sequence(let sequence):
      var items: [YAMLValue] = []
      for item in sequence {
        items.append(try convert(item, in: text, offset: offset, budget: &budget))
      }
      return YAMLValue(.sequence(items), at: Span(start, start + 1))
    case .mapping(let mapping):
      var pairs: [(key: YAMLValue, value: YAMLValue)] = []
      for (key, value) in mapping {
        let key = try convert(key, in: text, offset: offset, budget: &budget)
        pairs.append((key, try convert(value, in: text, offset: offset, budget: &budget)))
      }
      return YAMLValue(.mapping(pairs), at: Span(start, start + 1))
    case .alias:
      throw YAMLExcess()
    }
  }

  private struct YAMLExcess: Error {}

  /// The reader's words and the place it names (0-based).
  private static func describe(_ error: any Error) -> (problem: String, line: Int, column: Int) {
    guard let error = error as? YamlError else { return ("it holds too many values", 0, 0) }
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return (problem, mark.line - 1, mark.column - 1)
    case .duplicatedKeysInMapping(let duplicates, let context):
      let keys = duplicates.sorted().map { "`\($0)`" }.joined(separator: ", ")
      return ("\(keys) is given twice", context.mark.line - 1, context.mark.column - 1)
    case .reader(let problem, _, _, _):
      return (problem, 0, 0)
    case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
      return ("it cannot be read", 0, 0)
    @unknown default:
      return ("it cannot be read", 0, 0)
    }
  }

  // MARK: - Typed access

  /// A truth value: `true` or `false`, unquoted.
  var bool: Bool? {
    guard case .scalar(let text, isPlain: true) = kind else { return nil }
    return text == "true" ? true : text == "false" ? false : nil
  }

  /// A whole number, unquoted; `_` may group digits.
  var int: Int? {
    guard case .scalar(let text, isPlain: true) = kind else { return nil }
    return YAMLValue.int(text)
  }

  /// A finite number, unquoted.
  var float: Double? {
    guard case .scalar(let text, isPlain: true) = kind else { return nil }
    return YAMLValue.float(text)
  }

  /// Any scalar's text.
  var string: String? {
    guard case .scalar(let text, _) = kind else { return nil }
    return text
  }

  var sequence: [YAMLValue]? {
    guard case .sequence(let items) = kind else { return nil }
    return items
  }

  var mapping: [(key: YAMLValue, value: YAMLValue)]? {
    guard case .mapping(let pairs) = kind else { return nil }
    return pairs
  }

  /// `3`, `"text"`, `a list`: for messages.
  var summary: String {
    switch kind {
    case .scalar(let text, let isPlain):
      if text.isEmpty, isPlain { return "nothing" }
      let shown = text.count > 40 ? "\(text.prefix(40))…" : text
      return isPlain ? "`\(shown)`" : "the text \"\(shown)\""
    case .sequence: return "a list"
    case .mapping: return "a mapping"
    }
  }

  static func int(_ text: String) -> Int? {
    guard text.first != "_", text.last != "_" else { return nil }
    return Int(text.replacing("_", with: ""))
  }

  static func float(_ text: String) -> Double? {
    guard text.first?.isLetter != true, text.first != "_", text.last != "_",
      !text.lowercased().contains("x"), let value = Double(text.replacing("_", with: "")),
      value.isFinite
    else { return nil }
    return value
  }
}
