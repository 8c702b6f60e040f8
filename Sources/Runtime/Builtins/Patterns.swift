internal import _StringProcessing

/// Regular expressions, in the syntax that Perl, Python and Swift share.
let patternBuiltins: [Builtin] = [
  Builtin(
    "match_re", [.required("text"), .required("pattern")],
    "The whole text matched: a tuple of the match and its groups (`none` for a group not taken); `none` when it does not match.",
    examples: [
      ("match_re(\"3x40\", r\"(\\d+)x(\\d+)\")", "(\"3x40\", \"3\", \"40\")"),
      ("match_re(\"3x\", r\"\\d+\") == none", "true"),
    ], body: Patterns.match),
  Builtin(
    "find_re", [.required("text"), .required("pattern")],
    "All matches, from left to right, as a tuple of Str.",
    examples: [("find_re(\"a1b22\", r\"[0-9]+\")", "(\"1\", \"22\")")], body: Patterns.find),
  Builtin(
    "replace_re", [.required("text"), .required("pattern"), .required("new")],
    "The text with every match replaced by `new`, in which `$1` stands for the first group and `$0` for the match.",
    examples: [
      ("replace_re(\"a1b22\", r\"[0-9]+\", \"#\")", "\"a#b#\""),
      ("replace_re(\"3x40\", r\"(\\d+)x(\\d+)\", \"$2x$1\")", "\"40x3\""),
    ], body: Patterns.replace),
  Builtin(
    "split_re", [.required("text"), .required("pattern")],
    "The parts of the text between the matches.",
    examples: [("split_re(\"a, b;c\", r\"[,;] *\")", "(\"a\", \"b\", \"c\")")], body: Patterns.split
  ),
]

private enum Patterns {
  typealias Expression = Regex<AnyRegexOutput>

  static let longestPattern = 10_000

  /// The pattern, compiled; positions are Unicode scalars, as everywhere in a Str.
  private static func expression(_ context: CallContext) throws(CallFailure) -> Expression {
    let pattern = try context.string(1)
    guard pattern.utf8.count <= longestPattern else {
      throw context.malformedPattern("it has more than \(longestPattern) bytes")
    }
    do {
      return try Expression(pattern).matchingSemantics(.unicodeScalar)
    } catch {
      throw context.malformedPattern(String(describing: error))
    }
  }

  /// Calls `body` for each match from the left; looks for a wish to stop between matches.
  private static func forEachMatch(
    _ text: String, _ expression: Expression, _ context: CallContext,
    _ body: (Expression.Match) -> Void
  ) throws(CallFailure) {
    var start = text.startIndex
    var round = 0
    while true {
      try context.poll(round)
      round += 1
      let found: Expression.Match?
      do {
        found = try expression.firstMatch(in: text[start...])
      } catch {
        throw context.malformedPattern(String(describing: error))
      }
      guard let found else { return }
      body(found)
      if found.range.isEmpty {
        guard found.range.upperBound < text.endIndex else { return }
        start = text.unicodeScalars.index(after: found.range.upperBound)
      } else {
        start = found.range.upperBound
      }
    }
  }

  static func match(_ context: inout CallContext) throws(CallFailure) -> Value {
    let text = try context.string(0)
    let expression = try expression(context)
    let found: Expression.Match?
    do {
      found = try expression.wholeMatch(in: text)
    } catch {
      throw context.malformedPattern(String(describing: error))
    }
    guard let found else { return .none }
    let groups = found.output.map { group in
      group.substring.map { Value.string(String($0)) } ?? .none
    }
    return .tuple(TupleValue(groups))
  }

  static func find(_ context: inout CallContext) throws(CallFailure) -> Value {
    let text = try context.string(0)
    var matches: [Value] = []
    try forEachMatch(text, try expression(context), context) {
      matches.append(.string(String(text[$0.range])))
    }
    return .tuple(TupleValue(matches))
  }

  static func replace(_ context: inout CallContext) throws(CallFailure) -> Value {
    let text = try context.string(0)
    let template = try context.string(2)
    var result = ""
    var end = text.startIndex
    try forEachMatch(text, try expression(context), context) { match in
      result += text[end..<match.range.lowerBound]
      result += filled(template, match)
      end = match.range.upperBound
    }
    return .string(result + text[end...])
  }

  /// The template with `$0` … `$9` filled in and `$$` as a dollar sign.
  private static func filled(_ template: String, _ match: Expression.Match) -> String {
    guard template.contains("$") else { return template }
    var result = ""
    var rest = Substring(template)
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[rest.index(after: dollar)...]
      guard let next = rest.first else { return result + "$" }
      if next == "$" {
        result += "$"
        rest = rest.dropFirst()
      } else if next.isASCII, let number = next.wholeNumberValue, number < match.output.count {
        result += match.output[number].substring ?? ""
        rest = rest.dropFirst()
      } else {
        result += "$"
      }
    }
    return result + rest
  }

  static func split(_ context: inout CallContext) throws(CallFailure) -> Value {
    let text = try context.string(0)
    var parts: [Value] = []
    var end = text.startIndex
    try forEachMatch(text, try expression(context), context) { match in
      guard !match.range.isEmpty else { return }
      parts.append(.string(String(text[end..<match.range.lowerBound])))
      end = match.range.upperBound
    }
    parts.append(.string(String(text[end...])))
    return .tuple(TupleValue(parts))
  }
}
