/// The check of raw gnuplot text: what would start a program, run other commands or choose files is
/// refused.
package enum RawCommands {
  /// Commands, at their shortest spelling that gnuplot takes and their full one, that reach out of
  /// the figure.
  private static let forbidden: [(least: String, full: String)] = [
    ("!", "!"), ("she", "shell"), ("sy", "system"), ("l", "load"), ("ca", "call"),
    ("ev", "evaluate"),
    ("cd", "cd"), ("sa", "save"), ("imp", "import"), ("q", "quit"), ("ex", "exit"), ("bi", "bind"),
    ("pau", "pause"), ("f", "fit"), ("upd", "update"),
  ]

  /// What `set` may not touch: where output goes, and what start-up or other files are read.
  private static let forbiddenSettings: [(least: String, full: String)] = [
    ("o", "output"), ("pr", "print"), ("ter", "terminal"), ("ta", "table"), ("loa", "loadpath"),
    ("fontp", "fontpath"), ("mac", "macros"),
  ]

  /// - Throws: `PlotError.shellCommand` with the line and what was found in it.
  package static func check(_ text: String) throws(PlotError) {
    for line in joinedLines(text) {
      if let found = finding(in: line) { throw PlotError.shellCommand(line: line, found: found) }
    }
  }

  /// Lines with continuations joined, comments and the bodies of data blocks left out.
  private static func joinedLines(_ text: String) -> [String] {
    var lines: [String] = []
    var pending = ""
    var terminator: String?
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      if let end = terminator {
        if line == end { terminator = nil }
        continue
      }
      pending += String(line)
      if pending.hasSuffix("\\") {
        pending.removeLast()
        continue
      }
      terminator = dataBlockEnd(pending)
      lines.append(pending)
      pending = ""
    }
    if !pending.isEmpty { lines.append(pending) }
    return lines
  }

  /// The word that ends the block which a line `$name << WORD` begins.
  private static func dataBlockEnd(_ line: String) -> String? {
    let words = line.split(separator: " ").map(String.init)
    guard words.count == 3, words[0].hasPrefix("$"), words[1] == "<<" else { return nil }
    return words[2]
  }

  private static func finding(in line: String) -> String? {
    if line.contains("`") { return "a backquote" }
    let text = Scanned(line)
    if text.code.contains("@") { return "@" }
    for string in text.strings {
      let start = string.drop { $0 == " " || $0 == "\t" }
      if start.hasPrefix("|") || start.hasPrefix("<") { return "\"\(start.prefix(1))…\"" }
      if string.contains("\\") && string.contains(where: { $0 == "<" || $0 == "|" }) { continue }
      if start.hasPrefix("\\") { return "a string that begins with \\" }
    }
    let words = text.words
    if words.contains("system") { return "system" }
    if let word = words.first(where: { ["eval", "evaluate", "shell", "popen"].contains($0) }) {
      return word
    }
    for statement in text.statements {
      guard let command = statement.first else { continue }
      if let found = match(command, forbidden) { return found }
      if match(command, [("se", "set")]) != nil, statement.count > 1,
        let found = match(statement[1], forbiddenSettings)
      {
        return "set \(found)"
      }
    }
    return nil
  }

  /// The full spelling of the entry that a word abbreviates.
  private static func match(_ word: String, _ entries: [(least: String, full: String)]) -> String? {
    if word.hasPrefix("!") { return entries.contains { $0.full == "!" } ? "!" : nil }
    return entries.first { $0.full.hasPrefix(word) && word.count >= $0.least.count }?.full
  }

  /// A line split in code and strings.
  private struct Scanned {
    var code = ""
    var strings: [String] = []

    init(_ line: String) {
      var quote: Character?
      var string = ""
      var isEscaped = false
      for character in line {
        if let open = quote {
          if open == "\"", character == "\\", !isEscaped {
            isEscaped = true
            string.append(character)
            continue
          }
          if character == open, !isEscaped {
            strings.append(string)
            quote = nil
            code.append(" ")
          } else {
            string.append(character)
          }
          isEscaped = false
        } else if character == "\"" || character == "'" {
          quote = character
          string = ""
          code.append(" ")
        } else if character == "#" {
          break
        } else {
          code.append(character)
        }
      }
      if quote != nil { strings.append(string) }
    }

    /// Names in the code, wherever they stand.
    var words: [String] {
      code.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
    }

    /// The words of each statement, and of whatever could be one: a command may follow a brace, a
    /// closing parenthesis
    /// (`if (c) load …`) or `else`.
    var statements: [[String]] {
      code.split { ";{})".contains($0) }.flatMap { part -> [[String]] in
        let words = part.split { $0 == " " || $0 == "\t" }.map(String.init)
        let alternatives = words.indices.filter { words[$0] == "else" }
        return [words] + alternatives.map { Array(words[($0 + 1)...]) }
      }
    }
  }
}
