package import Diagnostics

/// A fault of a text, without sentences: those stand in `SyntaxError+Diagnostics.swift`.
package struct SyntaxError: Error, Sendable {
  package let kind: Kind
  package let span: Span
  /// More text could still make it well formed: an open bracket, a trailing operator.
  package let isAtEnd: Bool

  package init(_ kind: Kind, at span: Span, isAtEnd: Bool = false) {
    self.kind = kind
    self.span = span
    self.isAtEnd = isAtEnd
  }

  package enum Kind: Equatable, Sendable {
    case unexpectedCharacter(Unicode.Scalar)
    /// `'text'`, with its quotes.
    case singleQuotedString(String)
    case unterminatedString(isMultiline: Bool)
    case malformedNumber(String, NumberFault)
    /// The escape as written, with its backslash.
    case unknownEscape(String)
    /// A lone `}` in a string.
    case strayBrace
    case emptyInterpolation
    case unclosedInterpolation
    case malformedFormatSpec(String)
    case unexpectedToken(found: Found, expected: Expectation)
    /// The span is the opening bracket's; `found` is where the closing one was looked for.
    case unclosedBracket(String, found: Span)
    /// A closing bracket that nothing opened.
    case strayBracket(String)
    /// `&&`, `elif`: another language's spelling.
    case foreignSpelling(found: String, instead: String)
    /// `if x = 3 { … }`
    case assignmentInCondition
    /// `x, y = …` without parentheses.
    case bareTuple
    case notAssignable(Assignee)
    /// `0` or `"a"` in a pattern outside `match`.
    case literalInPattern
    case positionalAfterNamed
    /// `(a = 1, 2)`
    case mixedRecord
    case duplicateName(String, NameRole, first: Span)
    case misplacedRest
    case outsideLoop(String)
    case returnOutsideFunction
    /// `x = while …`: a statement where a value is wanted.
    case statementAsValue(String)
    case nestingTooDeep(limit: Int)
    case chainTooLong(limit: Int)
  }

  package enum NumberFault: Equatable, Sendable {
    case noDigits, underscore, secondPoint, tooLarge
    case digit(Unicode.Scalar, radix: Int)
    case keywordDirectlyAfter(String)
  }

  /// What stands where something else was wanted.
  package enum Found: Equatable, Sendable {
    case text(String)
    case string
    case lineEnd
    case end
  }

  /// What was wanted.
  package enum Expectation: Equatable, Sendable {
    case expression, statement, statementEnd, name, pattern, contract, dimension, string
    case symbols([String])
    /// `{` after the header of what is named.
    case body(of: String)
    case functionBody
  }

  package enum Assignee: Equatable, Sendable {
    case call(name: String?)
    case literal
    case tensor
    case keyword(String)
    case other
  }

  package enum NameRole: Equatable, Sendable {
    case parameter, field, argument, variable
  }
}
