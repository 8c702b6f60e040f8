internal import Runtime

/// Joins the lines typed at the prompts to entries: what is evaluated, remembered and recalled as
/// one.
final class EntryReader {
  enum Entry: Equatable {
    case code(String)
    /// A line that begins with `:` or `?`, as it was typed.
    case command(String)
    /// Nothing but blanks, or dropped by Ctrl-C.
    case nothing
    case end
    case terminated
  }

  /// The lines of the entry so far, for completion; each ends with a line end.
  private(set) var pending = ""
  private let prompt: Prompt
  private let readLine: (_ prompt: String, _ indentation: String) -> LineEditor.Line
  private let completeness: (String) -> Completeness

  init(
    prompt: Prompt,
    readLine: @escaping (_ prompt: String, _ indentation: String) -> LineEditor.Line,
    completeness: @escaping (String) -> Completeness
  ) {
    self.prompt = prompt
    self.readLine = readLine
    self.completeness = completeness
  }

  /// Reads lines until they make an entry that can be evaluated, or one that never will.
  ///
  /// Ctrl-D within an entry hands over what there is, so that its error says what was still open.
  func next() -> Entry {
    pending = ""
    defer { pending = "" }
    while true {
      let isFirst = pending.isEmpty
      let line = readLine(
        isFirst ? prompt.primary : prompt.continuation, Self.indentation(after: pending))
      switch line {
      case .text(let text):
        if isFirst, let command = Self.command(text) { return .command(command) }
        let entry = pending + text
        if Self.isBlank(entry) { return .nothing }
        switch completeness(entry) {
        case .complete, .malformed: return .code(entry)
        case .incomplete: pending = entry + "\n"
        }
      case .cancelled: return .nothing
      case .end: return isFirst ? .end : .code(String(pending.dropLast()))
      case .terminated: return .terminated
      }
    }
  }

  /// A new line's indentation: that of the line before, and a step more after an opening bracket.
  static func indentation(after lines: String) -> String {
    let last = lines.split(separator: "\n").last ?? ""
    let indentation = last.prefix { $0 == " " }
    let opens = last.last { $0 != " " }.map { "{([".contains($0) } ?? false
    return indentation + (opens ? "  " : "")
  }

  private static func command(_ line: String) -> String? {
    let text = line.drop { $0 == " " || $0 == "\t" }
    guard let first = text.first, first == ":" || first == "?" else { return nil }
    var trimmed = text
    while trimmed.last?.isWhitespace == true { trimmed.removeLast() }
    return String(trimmed)
  }

  private static func isBlank(_ text: String) -> Bool { text.allSatisfy(\.isWhitespace) }
}
