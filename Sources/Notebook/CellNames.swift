internal import Syntax

/// The names of a cell that tie it to other cells: what it defines at the top level, and what it
/// mentions.
///
/// `reads` is generous: any name mentioned counts, also a local one of a function. It only decides
/// which cells are left out
/// after a failure, where leaving out one too many is harmless and running one too many is not.
struct CellNames: Sendable {
  private(set) var defines: Set<String> = []
  private(set) var reads: Set<String> = []

  init(_ statements: [Statement]) {
    visit(statements, isTopLevel: true)
  }

  // MARK: - Statements

  private mutating func visit(_ statements: [Statement], isTopLevel: Bool) {
    for statement in statements { visit(statement, isTopLevel: isTopLevel) }
  }

  private mutating func visit(_ statement: Statement, isTopLevel: Bool) {
    switch statement.kind {
    case .expression(let expression):
      visit(expression, isTopLevel: isTopLevel)
    case .assign(let target, let value):
      visit(target, isTopLevel: isTopLevel)
      visit(value, isTopLevel: isTopLevel)
    case .compoundAssign(_, let target, let value):
      visit(target, isTopLevel: isTopLevel)
      reads.formUnion(names(of: target))
      visit(value, isTopLevel: isTopLevel)
    case .function(let function):
      if isTopLevel, let name = function.name { defines.insert(name.text) }
      visit(function)
    case .forLoop(let pattern, let sequence, let body):
      visit(pattern, isTopLevel: isTopLevel)
      visit(sequence, isTopLevel: isTopLevel)
      visit(body, isTopLevel: isTopLevel)
    case .whileLoop(let condition, let body):
      visit(condition, isTopLevel: isTopLevel)
      visit(body, isTopLevel: isTopLevel)
    case .breakLoop, .continueLoop:
      break
    case .returnValue(let value):
      if let value { visit(value, isTopLevel: isTopLevel) }
    case .assert(let condition, let message):
      visit(condition, isTopLevel: isTopLevel)
      if let message { visit(message, isTopLevel: isTopLevel) }
    case .use(_, _, let name):
      if isTopLevel { defines.insert(name.text) }
    }
  }

  private mutating func visit(_ target: Statement.Target, isTopLevel: Bool) {
    switch target {
    case .pattern(let pattern):
      visit(pattern, isTopLevel: isTopLevel)
    case .index(let base, let items, _):
      visit(base, isTopLevel: isTopLevel)
      reads.formUnion(names(of: base))
      for item in items { visit(item, isTopLevel: isTopLevel) }
    case .field(let base, _, _):
      visit(base, isTopLevel: isTopLevel)
      reads.formUnion(names(of: base))
    }
  }

  private func names(of target: Statement.Target) -> Set<String> {
    switch target {
    case .pattern(let pattern):
      if case .name(let name) = pattern.kind { return [name] }
      return []
    case .index(let base, _, _), .field(let base, _, _):
      return names(of: base)
    }
  }

  private mutating func visit(_ pattern: Pattern, isTopLevel: Bool) {
    switch pattern.kind {
    case .name(let name):
      if isTopLevel { defines.insert(name) }
    case .rest(let name):
      if isTopLevel { defines.insert(name.text) }
    case .tuple(let patterns):
      for pattern in patterns { visit(pattern, isTopLevel: isTopLevel) }
    case .record(let fields):
      for field in fields { visit(field.pattern, isTopLevel: isTopLevel) }
    case .wildcard, .literal:
      break
    }
  }

  // MARK: - Expressions

  private mutating func visit(_ function: Function) {
    for parameter in function.parameters {
      if let value = parameter.defaultValue { visit(value, isTopLevel: false) }
    }
    visit(function.body, isTopLevel: false)
  }

  /// Long chains (`a + b + …`) are deep trees, so they are walked without recursion; what nests
  /// statements recurses, and the
  /// parser bounds that.
  private mutating func visit(_ expression: Expression, isTopLevel: Bool) {
    var pending = [expression]
    while let expression = pending.popLast() {
      if CellNames.isPlain(expression) {
        if case .name(let name) = expression.kind { reads.insert(name) }
        pending += CellNames.children(of: expression)
      } else {
        visitSpecial(expression, isTopLevel: isTopLevel)
      }
    }
  }

  private static func isPlain(_ expression: Expression) -> Bool {
    switch expression.kind {
    case .block, .lambda, .comprehension, .match, .index: false
    default: true
    }
  }

  /// Expressions that hold statements, patterns or subscripts.
  private mutating func visitSpecial(_ expression: Expression, isTopLevel: Bool) {
    switch expression.kind {
    case .block(let statements):
      visit(statements, isTopLevel: isTopLevel)
    case .lambda(let function):
      visit(function)
    case .comprehension(let comprehension):
      visit(comprehension.element, isTopLevel: false)
      for clause in comprehension.clauses {
        switch clause {
        case .each(_, let sequence): visit(sequence, isTopLevel: false)
        case .condition(let condition): visit(condition, isTopLevel: false)
        }
      }
    case .match(let value, let arms):
      visit(value, isTopLevel: isTopLevel)
      for arm in arms {
        if let condition = arm.condition { visit(condition, isTopLevel: isTopLevel) }
        visit(arm.body, isTopLevel: isTopLevel)
      }
    case .index(let base, let items):
      visit(base, isTopLevel: isTopLevel)
      for item in items { visit(item, isTopLevel: isTopLevel) }
    default:
      break
    }
  }

  private mutating func visit(_ item: IndexItem, isTopLevel: Bool) {
    switch item {
    case .expression(let expression):
      visit(expression, isTopLevel: isTopLevel)
    case .slice(let lower, let upper, let step, _):
      for part in [lower, upper, step].compactMap({ $0 }) { visit(part, isTopLevel: isTopLevel) }
    case .ellipsis, .newAxis:
      break
    }
  }

  /// The direct parts of an expression that has no statements, patterns or subscripts of its own.
  private static func children(of expression: Expression) -> [Expression] {
    switch expression.kind {
    case .none, .bool, .int, .float, .imaginary, .quantity, .name, .invalid, .block, .lambda,
      .comprehension, .match, .index:
      return []
    case .string(let parts):
      return parts.compactMap {
        if case .interpolation(let value, _) = $0 { return value }
        return nil
      }
    case .tensor(let items), .tuple(let items):
      return items
    case .record(let fields):
      return fields.map(\.value)
    case .map(let entries):
      return entries.flatMap { [$0.key, $0.value] }
    case .range(let lower, let upper, let step, _):
      return [lower, upper] + [step].compactMap { $0 }
    case .unary(_, let operand), .not(let operand), .transpose(let operand),
      .field(let operand, _):
      return [operand]
    case .binary(_, let a, let b), .and(let a, let b), .or(let a, let b),
      .membership(let a, let b, _), .pipe(let a, let b):
      return [a, b]
    case .comparison(let first, let rest):
      return [first] + rest.map(\.operand)
    case .call(let callee, let arguments):
      return [callee]
        + arguments.map {
          switch $0 {
          case .positional(let value), .named(_, let value), .splat(let value): value
          }
        }
    case .ifElse(let condition, let then, let otherwise):
      return [condition, then] + [otherwise].compactMap { $0 }
    case .tryElse(let value, _, let fallback):
      return [value, fallback]
    case .with(let base, let fields):
      return [base] + fields.map(\.value)
    }
  }
}

/// Which names can still be trusted after cells have failed.
struct Dependencies {
  /// For a name that no cell could define as it was to: the cell that failed or was left out.
  private var broken: [String: String] = [:]
  /// What the cell that defines a name mentions: a function finds top-level names when it runs.
  private var mentions: [String: Set<String>] = [:]

  /// A name that the cell needs and that is broken; the alphabetically first, with the cell at
  /// fault.
  func brokenName(neededBy names: CellNames) -> (name: String, cell: String)? {
    guard !broken.isEmpty else { return nil }
    var reached = names.reads
    var pending = Array(names.reads)
    while let name = pending.popLast() {
      for next in mentions[name] ?? [] where reached.insert(next).inserted { pending.append(next) }
    }
    guard let name = reached.filter({ broken[$0] != nil }).min(), let cell = broken[name] else {
      return nil
    }
    return (name, cell)
  }

  /// A cell ran to its end: what it defines is good again.
  mutating func succeeded(_ names: CellNames) {
    for name in names.defines {
      broken[name] = nil
      mentions[name] = names.reads
    }
  }

  /// A cell failed or was left out: what it defines is missing or old.
  mutating func failed(_ names: CellNames, cell: String) {
    for name in names.defines {
      broken[name] = cell
      mentions[name] = names.reads
    }
  }
}
