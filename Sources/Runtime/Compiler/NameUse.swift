internal import Syntax

/// Which names a function (or a cell) assigns, and which it reads from outside.
///
/// Names bound by comprehensions, `match` arms and `try … else e` belong to those alone and count
/// as neither.
struct NameUse {
  /// Assigned here, in order of first appearance.
  private(set) var assigned: [String] = []
  /// Read here or in functions made here, not bound by a comprehension or arm; in order of first
  /// appearance.
  private(set) var read: [String] = []
  private var assignedSet: Set<String> = []
  private var readSet: Set<String> = []
  private var bound: [Set<String>] = []

  /// The use of a cell's or module's statements.
  init(of statements: [Statement]) {
    for statement in statements { visit(statement) }
  }

  /// The use of a function's body and defaults; `read` then leaves out its parameters and what it
  /// assigns.
  init(of function: Function) {
    for parameter in function.parameters {
      if let value = parameter.defaultValue { visit(value) }
    }
    visit(function.body)
    var own = assignedSet.union(function.parameters.map(\.name.text))
    for contract in function.parameters.map(\.contract) + [function.result] {
      for case .name(let name)? in contract?.dimensions?.map({ Optional($0) }) ?? [] {
        own.insert(name.text)
      }
    }
    read.removeAll { own.contains($0) }
  }

  /// The names a pattern binds, in order.
  static func names(of pattern: Pattern) -> [String] {
    switch pattern.kind {
    case .name(let name): [name]
    case .wildcard, .literal: []
    case .rest(let name): [name.text]
    case .tuple(let parts): parts.flatMap(names(of:))
    case .record(let fields): fields.flatMap { names(of: $0.pattern) }
    }
  }

  private mutating func assign(_ name: String) {
    if assignedSet.insert(name).inserted { assigned.append(name) }
  }

  private mutating func reading(_ name: String) {
    if bound.contains(where: { $0.contains(name) }) { return }
    if readSet.insert(name).inserted { read.append(name) }
  }

  // MARK: - Statements

  private mutating func visit(_ statement: Statement) {
    switch statement.kind {
    case .expression(let expression): visit(expression)
    case .assign(let target, let value):
      visit(value)
      visit(target)
    case .compoundAssign(_, let target, let value):
      visit(value)
      visit(target)
    case .function(let function):
      if let name = function.name { assign(name.text) }
      visit(function)
    case .forLoop(let pattern, let iterable, let body):
      visit(iterable)
      NameUse.names(of: pattern).forEach { assign($0) }
      body.forEach { visit($0) }
    case .whileLoop(let condition, let body):
      visit(condition)
      body.forEach { visit($0) }
    case .breakLoop, .continueLoop: break
    case .returnValue(let value): if let value { visit(value) }
    case .assert(let condition, let message):
      visit(condition)
      if let message { visit(message) }
    case .use(_, _, let name): assign(name.text)
    }
  }

  private mutating func visit(_ target: Statement.Target) {
    switch target {
    case .pattern(let pattern): NameUse.names(of: pattern).forEach { assign($0) }
    case .index(let base, let items, _):
      visit(base)
      items.forEach { visit($0) }
    case .field(let base, _, _): visit(base)
    }
  }

  private mutating func visit(_ function: Function) {
    for name in NameUse(of: function).read { reading(name) }
  }

  // MARK: - Expressions

  private mutating func visit(_ item: IndexItem) {
    switch item {
    case .expression(let expression): visit(expression)
    case .slice(let lower, let upper, let step, _):
      [lower, upper, step].forEach { if let part = $0 { visit(part) } }
    case .ellipsis, .newAxis: break
    }
  }

  private mutating func visit(_ arguments: [Argument]) {
    for argument in arguments {
      switch argument {
      case .positional(let value), .named(_, let value), .splat(let value): visit(value)
      }
    }
  }

  private mutating func within(_ names: [String], _ body: (inout NameUse) -> Void) {
    bound.append(Set(names))
    body(&self)
    bound.removeLast()
  }

  private mutating func visit(_ expression: Expression) {
    switch expression.kind {
    case .none, .bool, .int, .float, .imaginary, .quantity, .invalid: break
    case .string(let parts):
      for case .interpolation(let value, _) in parts { visit(value) }
    case .name(let name): reading(name)
    case .tensor(let elements), .tuple(let elements): elements.forEach { visit($0) }
    case .record(let fields): fields.forEach { visit($0.value) }
    case .map(let entries):
      for entry in entries {
        visit(entry.key)
        visit(entry.value)
      }
    case .comprehension(let comprehension): visit(comprehension)
    case .range(let lower, let upper, let step, _):
      visit(lower)
      visit(upper)
      if let step { visit(step) }
    case .unary(_, let operand), .not(let operand), .transpose(let operand): visit(operand)
    case .binary(_, let left, let right), .and(let left, let right), .or(let left, let right),
      .membership(let left, let right, _), .pipe(let left, let right):
      visit(left)
      visit(right)
    case .comparison(let first, let rest):
      visit(first)
      rest.forEach { visit($0.operand) }
    case .call(let callee, let arguments):
      // `x.f(y)` may be `f(x, y)`: a use of the name `f`, if there is such a name.
      if case .field(let base, let name) = callee.kind {
        visit(base)
        reading(name.text)
      } else {
        visit(callee)
      }
      visit(arguments)
    case .field(let base, _): visit(base)
    case .index(let base, let items):
      visit(base)
      items.forEach { visit($0) }
    case .lambda(let function): visit(function)
    case .ifElse(let condition, let then, let otherwise):
      visit(condition)
      visit(then)
      if let otherwise { visit(otherwise) }
    case .block(let statements): statements.forEach { visit($0) }
    case .match(let subject, let arms):
      visit(subject)
      for arm in arms {
        within(NameUse.names(of: arm.pattern)) { use in
          if let condition = arm.condition { use.visit(condition) }
          use.visit(arm.body)
        }
      }
    case .tryElse(let body, let error, let fallback):
      visit(body)
      within(error.map { [$0.text] } ?? []) { $0.visit(fallback) }
    case .with(let base, let fields):
      visit(base)
      fields.forEach { visit($0.value) }
    }
  }

  private mutating func visit(_ comprehension: Comprehension) {
    visit(comprehension, from: comprehension.clauses.startIndex)
  }

  private mutating func visit(_ comprehension: Comprehension, from index: Int) {
    guard index < comprehension.clauses.endIndex else {
      visit(comprehension.element)
      return
    }
    switch comprehension.clauses[index] {
    case .each(let pattern, let iterable):
      visit(iterable)
      within(NameUse.names(of: pattern)) { $0.visit(comprehension, from: index + 1) }
    case .condition(let condition):
      visit(condition)
      visit(comprehension, from: index + 1)
    }
  }
}

extension Expression {
  /// Whether evaluating this may assign a name of the function it stands in: it holds a block.
  var mayAssign: Bool {
    switch kind {
    case .none, .bool, .int, .float, .imaginary, .quantity, .invalid, .name, .lambda: false
    case .block: true
    case .string(let parts):
      parts.contains { part in
        if case .interpolation(let value, _) = part { return value.mayAssign }
        return false
      }
    case .tensor(let elements), .tuple(let elements): elements.contains(where: \.mayAssign)
    case .record(let fields): fields.contains(where: \.value.mayAssign)
    case .map(let entries): entries.contains { $0.key.mayAssign || $0.value.mayAssign }
    case .comprehension(let comprehension):
      comprehension.element.mayAssign
        || comprehension.clauses.contains { clause in
          switch clause {
          case .each(_, let iterable): iterable.mayAssign
          case .condition(let condition): condition.mayAssign
          }
        }
    case .range(let lower, let upper, let step, _):
      lower.mayAssign || upper.mayAssign || step?.mayAssign ?? false
    case .unary(_, let operand), .not(let operand), .transpose(let operand), .field(let operand, _):
      operand.mayAssign
    case .binary(_, let left, let right), .and(let left, let right), .or(let left, let right),
      .membership(let left, let right, _), .pipe(let left, let right):
      left.mayAssign || right.mayAssign
    case .comparison(let first, let rest):
      first.mayAssign || rest.contains(where: \.operand.mayAssign)
    case .call(let callee, let arguments):
      callee.mayAssign
        || arguments.contains { argument in
          switch argument {
          case .positional(let value), .named(_, let value), .splat(let value): value.mayAssign
          }
        }
    case .index(let base, let items):
      base.mayAssign
        || items.contains { item in
          switch item {
          case .expression(let expression): expression.mayAssign
          case .slice(let lower, let upper, let step, _):
            [lower, upper, step].contains { $0?.mayAssign ?? false }
          case .ellipsis, .newAxis: false
          }
        }
    case .ifElse, .match, .tryElse: true
    case .with(let base, let fields):
      base.mayAssign || fields.contains(where: \.value.mayAssign)
    }
  }
}
