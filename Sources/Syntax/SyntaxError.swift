package import Diagnostics

/// A fault of a text, without sentences: those stand in `SyntaxError+Diagnostics.swift`.
package struct SyntaxError: Error, Sendable {
  package let kind: Kind
  package let span: Span

  package init(_ kind: Kind, at span: Span) {
    self.kind = kind
    self.span = span
  }

  package enum Kind: Sendable {
    case unexpectedCharacter(Unicode.Scalar)
  }
}
