/// How tightly an operator binds, loosest first.
package enum Precedence: Int, Comparable, Sendable {
  case pipe, lambda, conditional, or, and, not, comparison, logic, range, additive, multiplicative,
    unary, power, postfix

  package static func < (a: Precedence, b: Precedence) -> Bool { a.rawValue < b.rawValue }
}

/// The infix operators on values. The raw value is the spelling.
package enum BinaryOperator: String, CaseIterable, Sendable {
  case elementwiseOr = "|"
  case elementwiseAnd = "&"
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case floorDivide = "//"
  case remainder = "%"
  case matmul = "@"
  case power = "^"

  package var precedence: Precedence {
    switch self {
    case .elementwiseOr, .elementwiseAnd: .logic
    case .add, .subtract: .additive
    case .multiply, .divide, .floorDivide, .remainder, .matmul: .multiplicative
    case .power: .power
    }
  }

  /// Only `^` groups to the right: `2 ^ 3 ^ 2` is `2 ^ (3 ^ 2)`, and `-2 ^ 2` is `-(2 ^ 2)`.
  package var groupsRight: Bool { self == .power }
}

package enum ComparisonOperator: String, CaseIterable, Sendable {
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
}

package enum UnaryOperator: String, CaseIterable, Sendable {
  case negate = "-"
  /// `!`: elementwise not.
  case invert = "!"
}
