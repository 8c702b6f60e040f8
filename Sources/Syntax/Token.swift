package import Diagnostics

/// The words with a meaning of their own. `use` and `new` are not among them: they mean something
/// in one place only.
package enum Keyword: String, CaseIterable, Sendable {
  case `fn`, `if`, `else`, `for`, `in`, `while`, `break`, `continue`, `return`
  case and, or, not, `true`, `false`, none, `try`, with, assert, `as`, by, match
}

/// Operators and punctuation; the raw value is the spelling.
package enum Symbol: String, CaseIterable, Sendable {
  case leftParen = "("
  case rightParen = ")"
  case leftBracket = "["
  case rightBracket = "]"
  case leftBrace = "{"
  case rightBrace = "}"
  case comma = ","
  case semicolon = ";"
  case colon = ":"
  case dot = "."
  case rangeTo = ".."
  case rangeThrough = "..="
  case ellipsis = "..."
  case arrow = "->"
  case pipe = "|>"
  case bar = "|"
  case ampersand = "&"
  case plus = "+"
  case minus = "-"
  case star = "*"
  case slash = "/"
  case doubleSlash = "//"
  case percent = "%"
  case at = "@"
  case caret = "^"
  case bang = "!"
  case quote = "'"
  case assign = "="
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case plusAssign = "+="
  case minusAssign = "-="
  case starAssign = "*="
  case slashAssign = "/="
  case doubleSlashAssign = "//="
  case percentAssign = "%="
  case atAssign = "@="
  case caretAssign = "^="
  case ampersandAssign = "&="
  case barAssign = "|="
  // Other languages' spellings, read so that the error can name ours and reading goes on.
  case foreignAnd = "&&"
  case foreignOr = "||"
  case foreignPower = "**"
  case foreignArrow = "=>"
  case foreignAssign = ":="

  /// The operator that a compound assignment applies; nil for every other symbol.
  package var compoundOperator: BinaryOperator? {
    guard rawValue.hasSuffix("="), rawValue.count > 1 else { return nil }
    return BinaryOperator(rawValue: String(rawValue.dropLast()))
  }

  /// What a foreign spelling is called here; nil for our own symbols.
  package var replacement: String? {
    switch self {
    case .foreignAnd: "and"
    case .foreignOr: "or"
    case .foreignPower: "^"
    case .foreignArrow: "->"
    case .foreignAssign: "="
    default: nil
    }
  }
}

/// A piece of the text that means something, comments and layout aside.
package struct Token: Sendable {
  package enum Kind: Equatable, Sendable {
    /// The magnitude; at most 2⁶³, which only a minus before it makes an Int.
    case int(UInt64)
    case float(Double)
    case imaginary(Double)
    /// The unit's text begins at the byte offset `unitStart`.
    case quantity(Double, unit: String, unitStart: Int)
    case name(String)
    case keyword(Keyword)
    case symbol(Symbol)
    /// A string is a run of tokens: start, then text and interpolations, then end.
    case stringStart
    /// Escapes already resolved.
    case stringText(String)
    case interpolationStart
    /// The text after the colon of `{v:.4f}`.
    case formatSpec(String)
    case interpolationEnd
    case stringEnd
    case end
  }

  package let kind: Kind
  package let span: Span
  /// A line end lies between this token and the one before.
  package let startsLine: Bool
  /// Blank space or a comment lies directly before it.
  package let hasSpaceBefore: Bool
}

/// A `#` comment, up to but not including its line end.
package struct Comment: Sendable {
  package let span: Span
  /// Nothing but blank space stands before it on its line.
  package let standsAlone: Bool
}
