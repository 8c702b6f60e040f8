package import Diagnostics

package struct Statement: Sendable {
  package let span: Span
  package let kind: Kind
  /// Ended by `;`: at the end of a cell this suppresses display.
  package let isSilenced: Bool

  package init(_ kind: Kind, _ span: Span, isSilenced: Bool = false) {
    self.kind = kind
    self.span = span
    self.isSilenced = isSilenced
  }

  package indirect enum Kind: Sendable {
    case expression(Expression)
    /// `target = value`; see `Target`.
    case assign(Target, Expression)
    /// `x += 1`, `x[i] *= 2`, `r.a -= 1`; never a destructuring target.
    case compoundAssign(BinaryOperator, Target, Expression)
    case function(Function)
    case forLoop(Pattern, in: Expression, body: [Statement])
    case whileLoop(Expression, body: [Statement])
    case breakLoop
    case continueLoop
    case returnValue(Expression?)
    case assert(Expression, message: Expression?)
    /// `use "lib/mine.lam" as mine`
    case use(path: String, pathSpan: Span, name: Name)
  }

  /// What stands left of `=`.
  package indirect enum Target: Sendable {
    /// A name or a destructuring pattern.
    case pattern(Pattern)
    /// `x[i, :] = v`, `r.a[0] = v`: the base is again a name, field or index.
    case index(base: Target, [IndexItem], Span)
    /// `r.a = v`
    case field(base: Target, Name, Span)
  }
}

/// What a value is taken apart by: in `=`, `for`, comprehensions and `match`.
package struct Pattern: Sendable {
  package let span: Span
  package let kind: Kind

  package init(_ kind: Kind, _ span: Span) {
    self.kind = kind
    self.span = span
  }

  package indirect enum Kind: Sendable {
    /// Binds the value.
    case name(String)
    /// `_`: matches anything, binds nothing.
    case wildcard
    /// `(a, b)`; one may be `rest...`, which takes what the others leave.
    case tuple([Pattern])
    /// `rest...` inside a tuple pattern.
    case rest(Name)
    /// `(lr = rate, n = _)`: the record has these fields (others are allowed) and they match.
    case record([(field: Name, pattern: Pattern)])
    /// A literal (number with sign, string without interpolation, true, false, none); only in
    /// `match`.
    case literal(Expression)
  }
}

/// A parsed text: what was read, and everything that was wrong with it.
package struct ParseResult: Sendable {
  package let statements: [Statement]
  /// In source order; empty when the text is well formed.
  package let errors: [SyntaxError]

  package init(statements: [Statement], errors: [SyntaxError]) {
    self.statements = statements
    self.errors = errors
  }
}
