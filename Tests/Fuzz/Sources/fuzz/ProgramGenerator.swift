import Runtime

/// Programs that mean something more often than mutated ones: names are bound before they are read,
/// brackets match, and
/// every builtin is called, with arguments of any type.
struct ProgramGenerator {
  var random: RandomSource
  private var names = ["x", "y", "t", "r", "m", "s", "q", "w"]
  /// Functions defined, with their number of parameters.
  private var functions: [(name: String, count: Int)] = []
  private var loopDepth = 0
  private var functionDepth = 0

  /// What would only wait, or draw a picture.
  private static let builtins = BuiltinTable.all.filter { !["time_it"].contains($0.name) }

  init(_ random: RandomSource) { self.random = random }

  /// Gives every name a value, so that few statements are refused before they run. One line.
  static let prelude = """
    x = [1.0, 2.0, 3.0]; y = arange(6).reshape(2, 3); t = (1, (2, "a"), [3, 4]); r = (a = 1, b = (c = [1, 2], x = (1, 2))); \
    m = {"a": {"b": 1}, 2: (3, 4)}; s = "añb"; q = 3; w = (a, b) -> a
    fn f0(a) = a
    fn f1(a, b = 2) { a[0] = b; a }
    fn f2(a, others...) = (a, others)
    fn f3(a, b, c = 1) = try { a + b } else e -> c

    """

  /// A statement a line.
  mutating func program() -> String {
    functions = [("f0", 1), ("f1", 2), ("f2", 2), ("f3", 3)]
    let first = (0...random.below(6)).map { _ in statement(1 + random.below(3)) }
    let second = (0...random.below(8)).map { _ in statement(1 + random.below(3)) }
    // What one name holds must not change by what is done to others.
    let lines =
      first + ["kept = (x, y, t, r, m, s, q); mark = \"{kept}\""] + second
      + ["if \"{kept}\" != mark { error(\"\(LanguageTarget.aliasing)\") }"]
    return ProgramGenerator.prelude + lines.joined(separator: "\n") + "\n"
  }

  /// Many calls of one builtin with flat arguments, extreme ones among them.
  mutating func calls() -> String {
    let builtin = random.pick(ProgramGenerator.builtins)
    let lines = (0..<30).map { _ -> String in
      var arguments: [String] = []
      for parameter in builtin.signature.parameters {
        switch parameter.kind {
        case .required: arguments.append(plainArgument(parameter.name))
        case .optional, .named:
          if random.chance(50) {
            arguments.append("\(parameter.name) = \(plainArgument(parameter.name))")
          }
        case .rest, .namedRest:
          if arguments.allSatisfy({ !$0.contains(" = ") }) {
            for _ in 0..<random.below(3) { arguments.append(plainArgument("")) }
          }
        }
      }
      return "p = try \(builtin.name)(\(arguments.joined(separator: ", "))) else e -> e.message"
    }
    return ProgramGenerator.prelude + lines.joined(separator: "\n") + "\n"
  }

  private mutating func plainArgument(_ name: String) -> String {
    if random.chance(25) { return extremeInteger() }
    if random.chance(30) { return argument(name, 1) }
    if random.chance(50) { return tensor() }
    switch random.below(8) {
    case 0: return "(\(extremeInteger()), \(extremeInteger()))"
    case 1: return "(\(extremeInteger()),)"
    case 2: return "[\(extremeInteger()), \(extremeInteger())]"
    case 3: return "(\(tensor()), \(tensor()))"
    case 4: return value(1)
    case 5: return number()
    case 6: return "(\(extremeInteger())..\(extremeInteger()) by \(extremeInteger()))"
    default: return literal()
    }
  }

  private mutating func extremeInteger() -> String {
    random.pick([
      "-9223372036854775807 - 1", "9223372036854775807", "-9223372036854775807", "-1", "0", "1",
      "2", "3",
      "4294967296", "-4294967296", "4611686018427387904", "-4611686018427387905", "2147483648",
      "65536", "-2", "-3",
      "8", "100000",
    ])
  }

  // MARK: - Statements

  private mutating func newName() -> String {
    "\(random.pick(["x", "y", "t", "r", "m", "s", "q", "w"]))\(random.chance(60) ? "" : "\(random.below(3))")"
  }

  private mutating func bound() -> String {
    names.isEmpty ? value(0) : random.pick(names)
  }

  private mutating func assigned() -> String {
    let name = newName()
    if !names.contains(name) { names.append(name) }
    return name
  }

  private mutating func block(_ depth: Int) -> String {
    let count = random.below(4)
    let known = names
    let body = (0..<count).map { _ in statement(depth - 1) } + [expression(depth - 1)]
    if random.chance(70) { names = known }
    return "{ " + body.joined(separator: "; ") + " }"
  }

  private mutating func inLoop(_ depth: Int) -> String {
    loopDepth += 1
    defer { loopDepth -= 1 }
    return block(depth)
  }

  private mutating func statement(_ depth: Int) -> String {
    guard depth > 0 else { return assignment(1) }
    switch random.below(18) {
    case 0...3: return assignment(depth)
    case 4...6: return change(depth)
    case 7:
      let iterable = iterable(depth)
      let known = names
      let pattern = pattern()
      let text = "for \(pattern) in \(iterable) \(inLoop(depth))"
      if random.chance(50) { names = known }
      return text
    case 8:
      let counter = assigned()
      return
        "\(counter) = 0; while \(counter) < \(random.below(9)) { \(counter) += 1; _z = \(inLoop(depth)) }"
    case 9: return "if \(expression(depth - 1)) \(block(depth)) else \(block(depth))"
    case 10: return functionDefinition(depth)
    case 11: return random.chance(50) ? expression(depth) : expression(depth) + ";"
    case 12 where loopDepth > 0:
      return "if \(expression(1)) { \(random.pick(["break", "continue"])) }"
    case 13 where functionDepth > 0: return "return \(expression(depth - 1))"
    case 14 where loopDepth > 0:
      return
        "\(assigned()) = try { \(statement(depth - 1)); \(random.pick(["break", "continue", "error(\"e\")"])) } else e -> \(expression(1))"
    case 15: return "\(assigned()) = try \(block(depth)) else e -> \(expression(depth - 1))"
    case 16: return "assert \(expression(depth - 1)), \"no\""
    default:
      return
        "(\(pair())) = \(random.chance(70) ? "(\(expression(depth - 1)), \(expression(depth - 1)))" : expression(depth - 1))"
    }
  }

  private mutating func assignment(_ depth: Int) -> String {
    let right = expression(depth)
    return "\(assigned()) = \(right)"
  }

  /// A change in place, through a path.
  private mutating func change(_ depth: Int) -> String {
    let name = bound()
    guard names.contains(name) else { return assignment(depth) }
    var path = name
    for _ in 0...random.below(3) {
      path +=
        random.chance(60) ? "[\(indices(depth - 1))]" : ".\(random.pick(ProgramGenerator.fields))"
    }
    switch random.below(5) {
    case 0: return "\(name) = push(\(name), \(expression(depth - 1)))"
    case 1: return "\(path) \(random.pick(["+=", "-=", "*=", "/=", "^="])) \(expression(depth - 1))"
    case 2: return "\(path) = \(name)"
    case 3: return "\(name) += \(expression(depth - 1))"
    default: return "\(path) = \(expression(depth - 1))"
    }
  }

  /// Two different names.
  private mutating func pair() -> String {
    let first = assigned()
    var second = assigned()
    while second == first { second = assigned() }
    return "\(first), \(second)"
  }

  private mutating func pattern() -> String {
    switch random.below(5) {
    case 0: "(\(pair()))"
    case 1: "(\(pair())...)"
    case 2: "(a = \(assigned()))"
    default: assigned()
    }
  }

  private mutating func functionDefinition(_ depth: Int) -> String {
    let name = "f\(random.below(4))"
    let count = random.below(4)
    let known = names
    let loops = loopDepth
    loopDepth = 0
    functionDepth += 1
    let parameters = ["a", "b", "c", "d"].prefix(count)
    names = random.chance(50) ? names + parameters : Array(parameters)
    var list = parameters.enumerated().map { index, name in
      index == count - 1 && random.chance(30)
        ? "\(name) = \(literal())"
        : random.chance(12)
          ? "\(name): \(random.pick(["f64[n]", "f32[n, m]", "Int", "Any", "Tuple"]))" : name
    }
    if random.chance(20) { list.append("others...") }
    let body = random.chance(40) ? "= " + expression(depth) : block(depth)
    names = known
    loopDepth = loops
    functionDepth -= 1
    functions.append((name, count))
    return "fn \(name)(\(list.joined(separator: ", "))) \(body)"
  }

  // MARK: - Expressions

  private static let fields = ["a", "b", "c", "x", "message"]
  private static let operators = [
    "+", "-", "*", "/", "//", "%", "^", "@", "==", "!=", "<", "<=", ">", ">=", "and", "or", "&",
    "|", "in", "|>",
  ]

  mutating func expression(_ depth: Int) -> String {
    guard depth > 0 else { return random.chance(60) ? bound() : literal() }
    switch random.below(26) {
    case 0...2:
      return
        "(\(expression(depth - 1)) \(random.pick(ProgramGenerator.operators)) \(expression(depth - 1)))"
    case 3: return "\(random.pick(["-", "!", "-"]))\(expression(depth - 1))"
    case 4...9: return call(depth)
    case 10: return "\(bound())[\(indices(depth - 1))]"
    case 11:
      return
        "(if \(expression(depth - 1)) { \(expression(depth - 1)) } else { \(expression(depth - 1)) })"
    case 12:
      return
        "(try \(expression(depth - 1)) else e -> \(random.chance(40) ? "e.message" : expression(depth - 1)))"
    case 13:
      let open = random.chance(50)
      let name = assigned()
      let filter = random.chance(30) ? " if \(expression(1))" : ""
      return
        "\(open ? "[" : "(")\(expression(depth - 1)) for \(name) in \(iterable(depth - 1))\(filter)\(open ? "]" : ")")"
    case 14: return lambda(depth)
    case 15:
      return
        "(match \(expression(depth - 1)) { 0 -> 1, (p, q...) -> q, (a = p) -> p, _ -> \(expression(depth - 1)) })"
    case 16: return userCall(depth)
    case 17: return "(\(bound()) with (a = \(expression(depth - 1))))"
    case 18: return "\(bound()).\(random.pick(ProgramGenerator.fields))"
    case 19: return method(depth)
    case 20: return "\(expression(depth - 1))'"
    case 21: return "\"<{\(bound())\(random.pick(["", ":.3f", ":>10", ":x", ":e", ":09d"]))}>\""
    default: return value(depth)
    }
  }

  private mutating func lambda(_ depth: Int) -> String {
    let known = names
    let isPair = random.chance(50)
    names += isPair ? ["a", "b"] : ["a"]
    functionDepth += 1
    let body = random.chance(70) ? expression(depth - 1) : block(depth - 1)
    functionDepth -= 1
    names = known
    return isPair ? "((a, b) -> \(body))" : "(a -> \(body))"
  }

  private mutating func userCall(_ depth: Int) -> String {
    guard !functions.isEmpty else { return "\(lambda(depth))(\(expression(depth - 1)))" }
    let (name, count) = random.pick(functions)
    let given = random.chance(80) ? count : random.below(5)
    var arguments = (0..<given).map { _ in expression(depth - 1) }
    if random.chance(15) { arguments.append("\(bound())...") }
    if random.chance(10) { arguments.append("a = \(literal())") }
    return "\(name)(\(arguments.joined(separator: ", ")))"
  }

  private mutating func method(_ depth: Int) -> String {
    let builtin = random.pick(ProgramGenerator.builtins)
    let name = random.chance(75) ? builtin.name : random.pick(ProgramGenerator.fields)
    return
      "\(bound()).\(name)(\((0..<random.below(3)).map { _ in expression(depth - 1) }.joined(separator: ", ")))"
  }

  private mutating func call(_ depth: Int) -> String {
    let builtin = random.pick(ProgramGenerator.builtins)
    var arguments: [String] = []
    var isNamed = false
    for parameter in builtin.signature.parameters {
      switch parameter.kind {
      case .required: arguments.append(argument(parameter.name, depth))
      case .optional:
        guard random.chance(45) else { isNamed = true; continue }
        arguments.append((isNamed ? parameter.name + " = " : "") + argument(parameter.name, depth))
      case .rest: for _ in 0..<random.below(3) { arguments.append(argument("", depth)) }
      case .named:
        if random.chance(40) {
          arguments.append("\(parameter.name) = \(argument(parameter.name, depth))"); isNamed = true
        }
      case .namedRest:
        if random.chance(50) { arguments.append("a = \(argument("", depth))"); isNamed = true }
      }
    }
    if random.chance(4) { arguments.append("\(bound())...") }
    if random.chance(4), !arguments.isEmpty { arguments.removeLast() }
    return "\(builtin.name)(\(arguments.joined(separator: ", ")))"
  }

  /// Mostly what the parameter's name asks for.
  private mutating func argument(_ name: String, _ depth: Int) -> String {
    guard random.chance(75) else { return expression(depth - 1) }
    switch name {
    case "axis", "axes":
      return random.pick([
        "0", "1", "-1", "2", "(0, 1)", "none", "(-1, 0)", "()", "7", "-9223372036854775808",
      ])
    case "dtype":
      return random.pick(["f32", "f64", "i64", "u8", "bool", "c64", "c128", "i8", "i32", "f64"])
    case "shape", "sizes":
      return random.pick([
        "(2, 3)", "(0,)", "()", "(-1, 2)", "4", "(1, 1, 2)", "(3, 0)", "(9223372036854775807, 2)",
      ])
    case "f", "function", "predicate": return random.chance(70) ? lambda(depth) : bound()
    case "n", "k", "count", "size", "width": return integer()
    case "keepdims": return random.pick(["true", "false"])
    default: return random.chance(55) ? tensor() : expression(depth - 1)
    }
  }

  private mutating func indices(_ depth: Int) -> String {
    (0...(random.chance(70) ? 0 : random.below(3))).map { _ in
      switch random.below(10) {
      case 0...3: return random.pick(["0", "1", "-1", "2", "-3"])
      case 4:
        return random.pick([
          ":", "::2", "::-1", "1:", ":-1", "5:1", "0:9223372036854775807", "::9223372036854775807",
          "::-9223372036854775808", "-9223372036854775808:",
        ])
      case 5: return random.pick(["...", "new"])
      case 6: return "\"\(random.pick(ProgramGenerator.fields))\""
      case 7:
        return random.pick([
          "[0, 1]", "[true, false]", "[0, 0, 0]", "[]", "0..2", "(0, 1)",
          "0..9223372036854775807 by 9223372036854775807", "[[0], [1]]",
        ])
      default: return expression(depth - 1)
      }
    }.joined(separator: ", ")
  }

  private mutating func iterable(_ depth: Int) -> String {
    switch random.below(8) {
    case 0: "0..\(random.below(6))"
    case 1: "\(random.below(4))..=\(random.below(6))"
    case 2: "(5..0 by -\(1 + random.below(3)))"
    case 3: "enumerate(\(expression(depth - 1)))"
    case 4: "zip(\(expression(depth - 1)), \(expression(depth - 1)))"
    case 5: tensor()
    default: expression(depth - 1)
    }
  }

  // MARK: - Values

  private mutating func integer() -> String {
    random.pick([
      "0", "1", "2", "3", "-1", "5", "64", "1000", "9223372036854775807", "-9223372036854775808",
      "4294967296", "-2", "65",
    ])
  }

  private mutating func number() -> String {
    random.chance(50)
      ? integer()
      : random.pick([
        "0.0", "-0.0", "1.5", "nan", "inf", "-inf", "1e300", "1e-320", "-2.5", "3i", "0.1", "pi",
      ])
  }

  private mutating func literal() -> String {
    switch random.below(9) {
    case 0...3: number()
    case 4: random.pick(["true", "false", "none"])
    case 5:
      random.pick([
        "\"\"", "\"abc\"", "\"é∑𝒳\"", "\"a,b,,c\"", "\"(a+)+$\"", "r\"\\d*\"", "\"1.5\"", "\"{{\"",
      ])
    case 6: random.pick(["()", "(1,)", "{:}", "[]", "(a = 1)", "0..3", "{\"a\": 1}"])
    default: tensor()
    }
  }

  mutating func tensor() -> String {
    let shapes = [
      "3", "2, 3", "0", "2, 0", "1", "1, 3", "3, 1", "2, 2", "4, 4", "2, 3, 4", "0, 3", "17", "33",
      "100", "5, 1, 2",
    ]
    let dtypes = ["f32", "f64", "i64", "u8", "bool", "c64", "c128", "i8", "i32"]
    switch random.below(10) {
    case 0: return "zeros(\(random.pick(shapes)))"
    case 1: return "ones(\(random.pick(shapes)), dtype = \(random.pick(dtypes)))"
    case 2: return "\(random.pick(["randn", "rand"]))(\(random.pick(shapes)))"
    case 3:
      return
        "\(random.pick(dtypes))(\(random.pick(["[1, 2, 3]", "[[1, 0], [0, 1]]", "0", "[]", "arange(12).reshape(3, 4)"])))"
    case 4: return "[\((0..<random.below(4)).map { _ in number() }.joined(separator: ", "))]"
    case 5: return "[[\(number()), \(number())], [\(number()), \(number())]]"
    case 6:
      return
        "arange(\(random.pick(["6", "0", "12", "24", "2, 9, 3"]))).reshape(\(random.pick(["-1", "2, -1", "-1, 3", "1, -1"])))"
    case 7: return "eye(\(random.below(4)))"
    case 8: return "full((\(random.pick(shapes)),), \(number()))"
    default: return "(\(bound()))[\(random.pick(["::-1", "::2", "...", "new", "1:"]))]"
    }
  }

  private mutating func value(_ depth: Int) -> String {
    guard depth > 0 else { return literal() }
    switch random.below(8) {
    case 0:
      let items = (0..<random.below(4)).map { _ in expression(depth - 1) }
      return items.count == 1 ? "(\(items[0]),)" : "(\(items.joined(separator: ", ")))"
    case 1: return "(a = \(expression(depth - 1)), b = \(expression(depth - 1)))"
    case 2: return "{\"a\": \(expression(depth - 1)), \(literal()): \(expression(depth - 1))}"
    case 3: return "[\(expression(depth - 1)), \(expression(depth - 1))]"
    case 4: return "(\(integer())..\(integer())\(random.chance(50) ? " by \(integer())" : ""))"
    case 5: return tensor()
    default: return literal()
    }
  }
}
