internal import CMachine
internal import Diagnostics
internal import Syntax

// Conditions, and what branches on them.
extension Compiler {
  /// Compiles a condition; the positions of jumps, still to be patched, that are taken when it is
  /// `wanted`.
  func jump(on condition: Expression, when wanted: Bool) -> [Int] {
    let mark = function.top
    defer { function.top = mark }
    switch condition.kind {
    case .not(let operand): return jump(on: operand, when: !wanted)
    case .and(let left, let right):
      if !wanted { return jump(on: left, when: false) + jump(on: right, when: false) }
      let skip = jump(on: left, when: false)
      let taken = jump(on: right, when: true)
      function.patch(skip)
      return taken
    case .or(let left, let right):
      if wanted { return jump(on: left, when: true) + jump(on: right, when: true) }
      let skip = jump(on: left, when: true)
      let taken = jump(on: right, when: false)
      function.patch(skip)
      return taken
    case .comparison(let left, let rest) where rest.count == 1:
      return [comparisonJump(left, rest[0].op, rest[0].operand, wanted, at: condition.span)]
    case .bool(let flag):
      return flag == wanted ? [function.emit(LM_OP_jump, at: condition.span)] : []
    default:
      let register = value(condition)
      return [
        function.emit(
          wanted ? LM_OP_jump_if : LM_OP_jump_unless, register, at: condition.span)
      ]
    }
  }

  private func comparisonJump(
    _ left: Expression, _ operation: ComparisonOperator, _ right: Expression, _ wanted: Bool,
    at span: Span
  ) -> Int {
    let spans = [left.span, right.span]
    if let number = numericConstant(right) ?? stringConstant(right),
      let op = Compiler.constantJump(operation, wanted)
    {
      let a = value(left)
      let position = function.emit(op, a, number, at: span)
      function.operandSpans[position] = spans
      return position
    }
    var a = stableValue(left, before: right)
    var b = value(right)
    var operandSpans = spans
    let op: lm_opcode
    switch operation {
    case .equal: op = wanted ? LM_OP_jump_equal : LM_OP_jump_not_equal
    case .notEqual: op = wanted ? LM_OP_jump_not_equal : LM_OP_jump_equal
    case .less, .greater: op = wanted ? LM_OP_jump_less : LM_OP_jump_not_less
    case .lessOrEqual, .greaterOrEqual:
      op = wanted ? LM_OP_jump_less_equal : LM_OP_jump_not_less_equal
    }
    if operation == .greater || operation == .greaterOrEqual {
      swap(&a, &b)
      operandSpans.reverse()
    }
    let position = function.emit(op, a, b, at: span)
    function.operandSpans[position] = operandSpans
    return position
  }

  private static func constantJump(_ operation: ComparisonOperator, _ wanted: Bool) -> lm_opcode? {
    switch (operation, wanted) {
    case (.equal, true), (.notEqual, false): LM_OP_jump_equal_k
    case (.equal, false), (.notEqual, true): LM_OP_jump_not_equal_k
    case (.less, false): LM_OP_jump_not_less_k
    case (.lessOrEqual, false): LM_OP_jump_not_less_equal_k
    case (.greater, false): LM_OP_jump_not_greater_k
    case (.greaterOrEqual, false): LM_OP_jump_not_greater_equal_k
    case (.less, true), (.lessOrEqual, true), (.greater, true), (.greaterOrEqual, true): nil
    }
  }

  /// The constant's number when the expression is a number literal.
  func numericConstant(_ expression: Expression) -> Int? {
    switch expression.kind {
    case .int(let number): return function.constant(.int(number)) { Cells.int(number) }
    case .float(let number):
      return function.constant(.float(number.bitPattern)) { Cells.float(number) }
    case .unary(.negate, let operand):
      if case .int(let number) = operand.kind, number != Int.min {
        return function.constant(.int(-number)) { Cells.int(-number) }
      }
      if case .float(let number) = operand.kind {
        return function.constant(.float((-number).bitPattern)) { Cells.float(-number) }
      }
      return nil
    default: return nil
    }
  }

  private func stringConstant(_ expression: Expression) -> Int? {
    guard case .string(let parts) = expression.kind, parts.count == 1,
      case .text(let text) = parts[0]
    else { return nil }
    return function.constant(.string(Array(text.utf8))) { Cells.string(text) }
  }

  // MARK: - Values of conditions

  /// `and`, `or`, `not` as a Bool.
  func logic(_ expression: Expression, into result: Int) {
    let span = expression.span
    if case .not(let operand) = expression.kind {
      let register = function.temporary()
      value(operand, into: register)
      function.emit(host: .condition, register, at: operand.span)
      function.emit(LM_OP_not, result, register, at: span)
      return
    }
    // Into a temporary: the operands may read the name that `result` is.
    let made = function.temporary()
    let otherwise = jump(on: expression, when: false)
    constant(.bool(true), Cells.bool(true), into: made, at: span)
    let end = function.emit(LM_OP_jump, at: span)
    function.patch(otherwise)
    constant(.bool(false), Cells.bool(false), into: made, at: span)
    function.patch(end)
    function.emit(LM_OP_take, result, made, at: span)
  }

  // MARK: - if

  /// What is sure after two branches: what is sure after each that can be left at its end.
  private func merge(
    _ first: (definite: Set<Int>, ends: Bool), _ second: (definite: Set<Int>, ends: Bool)
  ) {
    function.isUnreachable = first.ends && second.ends
    if first.ends {
      function.definite = second.definite
    } else if second.ends {
      function.definite = first.definite
    } else {
      function.definite = first.definite.intersection(second.definite)
    }
  }

  private func branch(_ body: () -> Void) -> (definite: Set<Int>, ends: Bool) {
    let before = function.definite
    body()
    let state = (definite: function.definite, ends: function.isUnreachable)
    function.definite = before
    function.isUnreachable = false
    return state
  }

  func conditional(
    _ condition: Expression, _ then: Expression, _ otherwise: Expression?, into result: Int,
    at span: Span
  ) {
    branches(condition, at: span) {
      _ = self.value(then, into: result)
    } otherwise: {
      if let otherwise {
        self.value(otherwise, into: result)
      } else {
        self.function.emit(LM_OP_none, result, at: span)
      }
    }
  }

  func branches(
    _ condition: Expression, at span: Span, then: () -> Void, otherwise: (() -> Void)?
  ) {
    let toElse = jump(on: condition, when: false)
    let first = branch(then)
    guard let otherwise else {
      function.patch(toElse)
      merge(first, (function.definite, false))
      return
    }
    let toEnd = first.ends ? nil : function.emit(LM_OP_jump, at: span)
    function.patch(toElse)
    let second = branch(otherwise)
    if let toEnd { function.patch(toEnd) }
    merge(first, second)
  }

  /// An expression for what it does: branches make no values that nobody reads.
  func effect(_ expression: Expression) {
    let mark = function.top
    defer { function.top = mark }
    switch expression.kind {
    case .ifElse(let condition, let then, let otherwise):
      branches(condition, at: expression.span) {
        effect(then)
      } otherwise: {
        if let otherwise { self.effect(otherwise) }
      }
    case .block(let statements): statements.forEach { effect($0) }
    default: value(expression)
    }
  }

  func block(_ statements: [Statement], into result: Int, at span: Span) {
    for statement in statements.dropLast() { effect(statement) }
    if case .expression(let last)? = statements.last?.kind {
      value(last, into: result)
    } else {
      if let last = statements.last { effect(last) }
      function.emit(LM_OP_none, result, at: span)
    }
  }

  // MARK: - try

  func tryElse(
    _ body: Expression, _ error: Name?, _ fallback: Expression, into result: Int, at span: Span
  ) {
    let made = function.temporary()
    let caught = function.temporary()
    let attempt = function.emit(LM_OP_try, caught, at: span)
    function.tryDepth += 1
    let first = branch { value(body, into: made) }
    function.tryDepth -= 1
    function.emit(LM_OP_end_try, at: span)
    let toEnd = function.emit(LM_OP_jump, at: span)
    function.patch(attempt)
    let second = branch {
      withOverlay(error.map { [$0.text: caught] } ?? [:]) { _ = value(fallback, into: made) }
    }
    function.patch(toEnd)
    merge((function.definite.intersection(first.definite), first.ends), second)
    function.emit(LM_OP_take, result, made, at: span)
  }
}
