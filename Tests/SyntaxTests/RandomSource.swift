/// Writes random well-formed programs with careless spacing, the same for the same seed.
struct RandomSource {
  private var state: UInt64
  private var depth = 0

  init(seed: UInt64) {
    state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
  }

  // xorshift64*
  private mutating func below(_ bound: Int) -> Int {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return Int((state &* 0x2545_F491_4F6C_DD1D) >> 33) % bound
  }

  private mutating func pick(_ choices: [String]) -> String { choices[below(choices.count)] }

  /// Some blanks, or none.
  private mutating func gap() -> String { pick(["", "", " ", "  ", "\t"]) }

  /// Some blanks, at least one.
  private mutating func space() -> String { pick([" ", " ", "  ", "\t "]) }

  private mutating func lineEnd() -> String {
    pick(["\n", "\n", "\n\n\n", " # note\n", "\n  # alone\n", ";\n"])
  }

  mutating func program() -> String {
    var text = ""
    for _ in 0...below(5) { text += statement() + lineEnd() }
    return text
  }

  private mutating func block() -> String {
    depth += 1
    defer { depth -= 1 }
    let separator = pick([";", "\n", " ; "])
    var statements: [String] = []
    for _ in 0...below(2) { statements.append(statement()) }
    return "{" + pick([" ", "\n", ""]) + statements.joined(separator: separator)
      + pick([" ", "\n"]) + "}"
  }

  private mutating func statement() -> String {
    let name = pick(["a", "b", "σ"])
    switch below(depth > 2 ? 5 : 9) {
    case 0, 1: return name + gap() + "=" + pick([" ", "", "\n  "]) + expression()
    case 2: return "(a," + gap() + "rest" + gap() + "...)" + gap() + "=" + gap() + expression()
    case 3:
      return name + "[" + indexItem() + "]" + gap() + pick(["+=", "^=", "="]) + gap() + expression()
    case 4: return expression()
    case 5:
      return "for" + space() + name + space() + "in" + space() + expression() + gap() + block()
    case 6: return "while" + space() + expression() + gap() + block()
    case 7:
      return pick(["", "## doc\n"]) + "fn" + space() + "f" + gap() + "(" + gap() + name + gap()
        + ":" + gap()
        + "f32[n," + gap() + "_])" + pick(["", " ->Int "])
        + pick([block(), "=" + gap() + expression()])
    default: return "assert" + space() + expression() + gap() + "," + pick([" ", "\n"]) + "\"m\""
    }
  }

  private mutating func indexItem() -> String {
    switch below(5) {
    case 0: return gap() + ":" + gap()
    case 1: return expression() + gap() + ":" + gap() + expression()
    case 2: return pick(["...", " new ", "::2", "-1"])
    default: return expression()
    }
  }

  private mutating func expression() -> String {
    depth += 1
    defer { depth -= 1 }
    if depth > 4 { return leaf() }
    switch below(22) {
    case 0...3:
      let operation = pick([
        "+", "-", "*", "/", "//", "%", "@", "^", "&", "|", "==", "<", "and", "or", "in",
      ])
      let isWord = operation.first?.isLetter == true
      return operand() + (isWord ? space() : gap()) + operation
        + (isWord ? space() : pick([" ", "", "\n"]))
        + operand()
    case 4: return pick(["-", "!", "- "]) + operand()
    case 5: return "(" + gap() + expression() + pick(["", "\n"]) + ")"
    case 6:
      return "[" + gap() + expression() + gap() + "," + pick([" ", "\n"]) + expression() + "]"
    case 7:
      return "f" + gap() + "(" + expression() + ", k" + gap() + "=" + gap() + expression() + ")"
    case 8: return "x" + "[" + indexItem() + gap() + "," + gap() + indexItem() + "]"
    case 9: return "x" + gap() + "." + gap() + "field" + pick(["'", "", "()"])
    case 10: return "x" + pick([" ", "\n"]) + "|>" + gap() + "f"
    case 11: return "(a" + gap() + "->" + gap() + operand() + ")"
    case 12: return "{" + gap() + "\"k\"" + gap() + ":" + gap() + expression() + gap() + "}"
    case 13:
      return "if" + space() + operand() + gap() + block() + pick([" ", "\n", ""]) + "else" + gap()
        + block()
    case 14:
      return "try" + space() + operand() + space() + "else" + space() + "e" + gap() + "->" + gap()
        + operand()
    case 15:
      return "match" + space() + "x" + gap() + "{" + gap() + "0" + gap() + "->" + gap() + operand()
        + "\n_->2}"
    case 16: return "(" + operand() + gap() + ".." + gap() + operand() + space() + "by 2)"
    case 17: return "(a" + gap() + "=" + gap() + operand() + ")"
    case 18: return "[" + operand() + space() + "for i in" + space() + operand() + "]"
    case 19: return "\"s{" + pick(["x", "1.5", "f(x)"]) + ":.2f}\""
    case 20: return "(not" + space() + operand() + ")"
    default: return leaf()
    }
  }

  /// Something an operator may stand beside.
  private mutating func operand() -> String {
    let text = expression()
    return text.contains("\n") || text.hasPrefix("if") || text.hasPrefix("try")
      || text.hasPrefix("match")
      ? "(" + text + ")" : text
  }

  private mutating func leaf() -> String {
    pick([
      "1", "2.5", "1.", ".5", "x", "y'", "none", "true", "\"t\"", "3i", "70mV", "()", "{:}", "[]",
      "0xff",
    ])
  }
}
