internal import TensorCore

/// One side of an arrow in `rearrange`, `reduce` and `repeat`, or one operand of `einsum`: names of
/// axes in order, some of them taken together in parentheses.
struct AxisPattern: Sendable {
  enum Item: Equatable, Sendable {
    case axis(String)
    /// `...`: the axes that have no name.
    case ellipsis
    /// `1`: an axis of size 1.
    case one
    /// `(h w)`: one axis of the tensor made of several.
    case group([Item])
  }

  let items: [Item]

  /// The names in order, those in groups too.
  var names: [String] { items.flatMap(AxisPattern.names) }

  var hasEllipsis: Bool { items.contains(.ellipsis) || items.contains(.group([.ellipsis])) }

  private static func names(_ item: Item) -> [String] {
    switch item {
    case .axis(let name): [name]
    case .ellipsis, .one: []
    case .group(let items): items.flatMap(names)
    }
  }

  /// Reads names between spaces.
  ///
  /// - Throws: `argument`, which quotes what is wrong.
  init(_ text: Substring, of operation: String) throws(TensorError) {
    var stack: [[Item]] = [[]]
    for token in AxisPattern.tokens(text) {
      switch token {
      case "(":
        guard stack.count == 1 else {
          throw AxisPattern.wrong(operation, text, "without parentheses in parentheses")
        }
        stack.append([])
      case ")":
        guard stack.count == 2, let group = stack.popLast() else {
          throw AxisPattern.wrong(operation, text, "of matching parentheses")
        }
        stack[0].append(.group(group))
      case "...": stack[stack.count - 1].append(.ellipsis)
      case "1": stack[stack.count - 1].append(.one)
      default:
        guard AxisPattern.isName(token) else {
          throw AxisPattern.wrong(
            operation, token, "a name of letters, digits and _, or 1, ( ) or ...")
        }
        stack[stack.count - 1].append(.axis(String(token)))
      }
    }
    guard stack.count == 1 else {
      throw AxisPattern.wrong(operation, text, "of matching parentheses")
    }
    items = stack[0]
    let names = names
    for (index, name) in names.enumerated() where names[..<index].contains(name) {
      throw AxisPattern.wrong(operation, text, "without the axis `\(name)` twice")
    }
    if names.count + items.count > 64 {
      throw AxisPattern.wrong(operation, text, "of fewer axes")
    }
  }

  /// The two sides of the one arrow.
  ///
  /// - Throws: `argument` when there is none, or more.
  static func sides(_ pattern: String, of operation: String) throws(TensorError) -> (
    left: Substring, right: Substring
  ) {
    guard let arrow = pattern.firstRange(of: "->") else {
      throw wrong(operation, pattern[...], "two sides with `->` between them")
    }
    let (left, right) = (pattern[..<arrow.lowerBound], pattern[arrow.upperBound...])
    guard !right.contains("->") else { throw wrong(operation, pattern[...], "of one `->`") }
    return (left, right)
  }

  static func wrong(_ operation: String, _ text: Substring, _ requirement: String) -> TensorError {
    .argument(
      operation: operation, name: "pattern", value: "\"\(text)\"", requirement: requirement)
  }

  static func isName(_ token: Substring) -> Bool {
    guard let first = token.unicodeScalars.first else { return false }
    guard first.properties.isAlphabetic || first == "_" else { return false }
    return token.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || $0 == "_" || ("0"..."9").contains($0)
    }
  }

  /// Parentheses and `...` need no spaces around them.
  static func tokens(_ text: Substring) -> [Substring] {
    var tokens: [Substring] = []
    var rest = text
    while let first = rest.first {
      if first.isWhitespace {
        rest.removeFirst()
      } else if first == "(" || first == ")" {
        tokens.append(rest.prefix(1))
        rest.removeFirst()
      } else if rest.hasPrefix("...") {
        tokens.append(rest.prefix(3))
        rest.removeFirst(3)
      } else {
        let token = rest.prefix {
          !$0.isWhitespace && $0 != "(" && $0 != ")" && $0 != "."
        }
        let length = max(token.count, 1)
        tokens.append(rest.prefix(length))
        rest.removeFirst(length)
      }
    }
    return tokens
  }
}
