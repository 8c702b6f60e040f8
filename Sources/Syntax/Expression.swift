package import Diagnostics

/// A name as written, with where.
package struct Name: Sendable {
  package let text: String
  package let span: Span

  package init(_ text: String, _ span: Span) {
    self.text = text
    self.span = span
  }
}

/// A node of the tree: what it is and where it stands.
package struct Expression: Sendable {
  package let span: Span
  package let kind: Kind

  package init(_ kind: Kind, _ span: Span) {
    self.kind = kind
    self.span = span
  }

  package indirect enum Kind: Sendable {
    case none
    case bool(Bool)
    case int(Int)
    case float(Double)
    /// `2i`: the imaginary part.
    case imaginary(Double)
    /// `70mV`: a number directly followed by a unit.
    case quantity(Double, unit: Name)
    /// Literal text and interpolations in order.
    case string([StringPart])
    case name(String)
    /// `[a, b]`
    case tensor([Expression])
    /// `(a, b)`, `(x,)`, `()`
    case tuple([Expression])
    /// `(lr = 0.1, n = 5)`
    case record([RecordField])
    /// `{"a": 1}`, `{:}`
    case map([MapEntry])
    /// `[f(i) for i in xs if p(i)]` (stacks) or `(f(i) for i in xs)` (a tuple).
    case comprehension(Comprehension)
    /// `a..b`, `a..=b`, `a..b by s`
    case range(lower: Expression, upper: Expression, step: Expression?, closed: Bool)
    case unary(UnaryOperator, Expression)
    case binary(BinaryOperator, Expression, Expression)
    /// `0 < x < 1`: first operand, then operator and operand pairs (at least one).
    case comparison(Expression, [(op: ComparisonOperator, operand: Expression)])
    case and(Expression, Expression)
    case or(Expression, Expression)
    case not(Expression)
    /// `x in xs`, `x not in xs`
    case membership(Expression, Expression, negated: Bool)
    /// `x'`
    case transpose(Expression)
    case call(Expression, [Argument])
    /// `x |> f(y)`: the right side is a call or a callable expression.
    case pipe(Expression, Expression)
    case field(Expression, Name)
    case index(Expression, [IndexItem])
    case lambda(Function)
    case ifElse(condition: Expression, then: Expression, otherwise: Expression?)
    /// `{ … }`; its value is its last expression's.
    case block([Statement])
    case match(Expression, [MatchArm])
    /// `try a else e -> b`, `try a else b`
    case tryElse(Expression, error: Name?, fallback: Expression)
    /// `r with (lr = 0.2)`
    case with(Expression, [RecordField])
    /// What the parser could not read; a diagnostic was given.
    case invalid
  }
}

package enum StringPart: Sendable {
  /// Escapes already resolved.
  case text(String)
  /// `{value}` or `{value:.3f}`; the spec is the text after the colon, checked by the parser.
  case interpolation(Expression, spec: Name?)
}

package struct RecordField: Sendable {
  package let name: Name
  package let value: Expression

  package init(name: Name, value: Expression) {
    self.name = name
    self.value = value
  }
}

package struct MapEntry: Sendable {
  package let key: Expression
  package let value: Expression

  package init(key: Expression, value: Expression) {
    self.key = key
    self.value = value
  }
}

package struct Comprehension: Sendable {
  package enum Clause: Sendable {
    case each(Pattern, in: Expression)
    case condition(Expression)
  }

  /// True for `[…]`, whose elements are stacked; false for `(…)`, a tuple.
  package let stacks: Bool
  package let element: Expression
  /// Begins with `.each`.
  package let clauses: [Clause]

  package init(stacks: Bool, element: Expression, clauses: [Clause]) {
    self.stacks = stacks
    self.element = element
    self.clauses = clauses
  }
}

package enum Argument: Sendable {
  case positional(Expression)
  case named(Name, Expression)
  /// `xs...`: a tuple gives positional arguments, a record named ones.
  case splat(Expression)
}

package enum IndexItem: Sendable {
  /// An integer, mask, integer tensor, map key, or a Range value.
  case expression(Expression)
  /// `a:b:s`, each optional.
  case slice(lower: Expression?, upper: Expression?, step: Expression?, Span)
  /// `...`
  case ellipsis(Span)
  /// `new`: a new axis of size 1.
  case newAxis(Span)

  package var span: Span {
    switch self {
    case .expression(let expression): expression.span
    case .slice(_, _, _, let span), .ellipsis(let span), .newAxis(let span): span
    }
  }
}

package struct MatchArm: Sendable {
  package let pattern: Pattern
  /// `pattern if guard -> …`
  package let condition: Expression?
  package let body: Expression

  package init(pattern: Pattern, condition: Expression?, body: Expression) {
    self.pattern = pattern
    self.condition = condition
    self.body = body
  }
}

/// A lambda or a declared function.
package struct Function: Sendable {
  /// nil for a lambda.
  package let name: Name?
  package let parameters: [Parameter]
  package let result: Contract?
  package let body: Expression
  /// The whole of it.
  package let span: Span
  /// The text of the `##` lines above it, without the marks; nil when there are none.
  package let documentation: String?

  package init(
    name: Name?, parameters: [Parameter], result: Contract?, body: Expression, span: Span,
    documentation: String?
  ) {
    self.name = name
    self.parameters = parameters
    self.result = result
    self.body = body
    self.span = span
    self.documentation = documentation
  }
}

package struct Parameter: Sendable {
  package let name: Name
  package let contract: Contract?
  package let defaultValue: Expression?
  /// `rest...`: takes the remaining positional arguments as a tuple. Only the last may.
  package let isRest: Bool

  package init(name: Name, contract: Contract?, defaultValue: Expression?, isRest: Bool) {
    self.name = name
    self.contract = contract
    self.defaultValue = defaultValue
    self.isRest = isRest
  }
}

/// A shape contract: `f32[heads, d]`, `Float`, `Tensor`, `f64[..., n]`, `Tensor[n, m]`.
package struct Contract: Sendable {
  package enum Dimension: Sendable {
    case size(Int)
    case name(Name)
    /// `_`
    case any
    /// `...`
    case run
  }

  /// A dtype or one of `Int Float Bool Str Complex Tuple Record Map Range Fn Tensor Any`; the
  /// parser accepts any name, the
  /// resolver rejects unknown ones.
  package let type: Name
  /// nil when no brackets were written.
  package let dimensions: [Dimension]?
  package let span: Span

  package init(type: Name, dimensions: [Dimension]?, span: Span) {
    self.type = type
    self.dimensions = dimensions
    self.span = span
  }
}
