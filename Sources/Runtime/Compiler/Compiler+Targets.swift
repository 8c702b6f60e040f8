internal import CMachine
internal import Diagnostics
internal import Syntax

// What stands left of `=`.
extension Compiler {
  func assign(_ target: Statement.Target, _ expression: Expression, at span: Span) {
    switch target {
    case .pattern(let pattern):
      if case .name(let name) = pattern.kind {
        guard let register = function.locals[name] else { return }
        assignName(name, register, expression)
        return
      }
      let whole = value(expression)
      destructure(pattern, whole) { function.locals[$0] }
    case .index, .field:
      guard let (base, steps) = path(of: target) else { return }
      let path = evaluate(steps)
      if case .index(let key) = path, let number = plainConstant(expression) {
        let position = function.emit(LM_OP_set_index_k, base, key, number, at: span)
        function.operandSpans[position] = [span, stepSpan(steps.last), expression.span]
        return
      }
      let new = value(expression)
      store(new, in: base, path, last: steps.last, valueSpan: expression.span, at: span)
    }
  }

  /// The constant's number when the expression is a number, true or false.
  private func plainConstant(_ expression: Expression) -> Int? {
    if case .bool(let flag) = expression.kind {
      return function.constant(.bool(flag)) { Cells.bool(flag) }
    }
    return numericConstant(expression)
  }

  /// `name = expression`, in place where that is safe and saves a copy.
  private func assignName(_ name: String, _ register: Int, _ expression: Expression) {
    if let pushed = pushedValue(expression, to: name), function.definite.contains(register) {
      let item = value(pushed)
      let position = function.emit(LM_OP_push, register, item, at: expression.span)
      function.operandSpans[position] = [expression.span, pushed.span]
      return
    }
    assignValue(expression, to: register)
    markAssigned(register)
  }

  /// `v` when the expression is `push(name, v)` with the builtin.
  private func pushedValue(_ expression: Expression, to name: String) -> Expression? {
    guard case .call(let callee, let arguments) = expression.kind, case .name("push") = callee.kind,
      case .builtin = meaning(of: "push"), arguments.count == 2,
      case .positional(let first) = arguments[0], case .name(name) = first.kind,
      case .positional(let second) = arguments[1], !second.mayAssign
    else { return nil }
    return second
  }

  /// Evaluates into a register that may be a name the expression itself reads: nothing is written
  /// before all is read.
  func assignValue(_ expression: Expression, to register: Int) {
    switch expression.kind {
    case .int, .float, .bool, .none, .name, .ifElse, .block, .binary, .unary, .index, .field:
      _ = value(expression, into: register)
    case .string, .imaginary, .quantity, .tensor, .tuple, .record, .map, .comprehension, .range,
      .comparison, .and, .or, .not, .membership, .transpose, .call, .pipe, .lambda, .match,
      .tryElse,
      .with, .invalid:
      let mark = function.top
      let made = function.temporary()
      _ = value(expression, into: made)
      function.emit(LM_OP_take, register, made, at: expression.span)
      function.top = mark
    }
  }

  func compoundAssign(
    _ operation: BinaryOperator, _ target: Statement.Target, _ expression: Expression, at span: Span
  ) {
    switch target {
    case .pattern(let pattern):
      guard case .name(let name) = pattern.kind, let register = function.locals[name] else {
        return
      }
      let current = Expression(.name(name), pattern.span)
      let combined = Expression(.binary(operation, current, expression), span)
      assignValue(combined, to: register)
      markAssigned(register)
    case .index(_, _, let targetSpan), .field(_, _, let targetSpan):
      guard let (base, steps) = path(of: target) else { return }
      let path = evaluate(steps)
      let current = load(base, path, last: steps.last, at: targetSpan)
      let operand = value(expression)
      let result = function.temporary()
      emitBinary(
        operation, result, current, operand, [targetSpan, expression.span], at: span,
        releases: false)
      store(result, in: base, path, last: steps.last, valueSpan: expression.span, at: span)
    }
  }

  // MARK: - Paths

  private enum Step {
    case field(Name)
    case index([IndexItem], Span)
  }

  /// The name at the root of a target and the steps from it; reports a root that has no value.
  private func path(of target: Statement.Target) -> (base: Int, steps: [Step])? {
    switch target {
    case .pattern(let pattern):
      guard case .name(let name) = pattern.kind, let register = boundRegister(name, pattern.span)
      else { return nil }
      return (register, [])
    case .index(let base, let items, let span):
      guard let (register, steps) = path(of: base) else { return nil }
      return (register, steps + [.index(items, span)])
    case .field(let base, let name, _):
      guard let (register, steps) = path(of: base) else { return nil }
      return (register, steps + [.field(name)])
    }
  }

  /// The register of a name that is changed in part: it must have a value already and belong to
  /// this function.
  private func boundRegister(_ name: String, _ span: Span) -> Int? {
    switch meaning(of: name) {
    case .register(let register, let isDefinite):
      if !isDefinite { function.emit(LM_OP_check_bound, register, at: span) }
      return register
    case .global, .running, .unassigned:
      report(.readBeforeAssignment(name: name), at: span)
    case .builtin, .constant, .module, .unbound: reportUnbound(name, at: span)
    }
    return nil
  }

  /// A path with its index values in registers.
  private enum EvaluatedPath {
    case field(cache: Int)
    case index(register: Int)
    case indexForm(Int)
    case steps(descriptor: Int, [PathStep])
  }

  private func evaluate(_ steps: [Step]) -> EvaluatedPath {
    if steps.count == 1 {
      switch steps[0] {
      case .field(let name): return .field(cache: function.cache(name.text))
      case .index(let items, let span):
        if case .expression(let key)? = items.first, items.count == 1 {
          return .index(register: stableValue(key))
        }
        return .indexForm(function.index(indexDescriptor(items, span)))
      }
    }
    let path = steps.map { step -> PathStep in
      switch step {
      case .field(let name): .field(name.text, name.span)
      case .index(let items, let span): .index(indexDescriptor(items, span))
      }
    }
    return .steps(descriptor: function.descriptor(.path(path)), path)
  }

  private func load(_ base: Int, _ path: EvaluatedPath, last: Step?, at span: Span) -> Int {
    let result = function.temporary()
    switch path {
    case .field(let cache): function.emit(LM_OP_field, result, base, cache, at: span)
    case .index(let register): function.emit(LM_OP_index, result, base, register, at: span)
    case .indexForm(let form): function.emit(LM_OP_index_n, result, base, form, at: span)
    case .steps(_, let steps):
      var current = base
      for step in steps {
        switch step {
        case .field(let name, let fieldSpan):
          function.emit(LM_OP_field, result, current, function.cache(name), at: fieldSpan)
        case .index(let index):
          function.emit(LM_OP_index_n, result, current, function.index(index), at: span)
        }
        current = result
      }
    }
    function.operandSpans[function.position - 1] = [span, stepSpan(last)]
    return result
  }

  private func store(
    _ new: Int, in base: Int, _ path: EvaluatedPath, last: Step?, valueSpan: Span, at span: Span
  ) {
    let position: Int
    switch path {
    case .field(let cache): position = function.emit(LM_OP_set_field, base, cache, new, at: span)
    case .index(let register):
      position = function.emit(LM_OP_set_index, base, register, new, at: span)
    case .indexForm(let form):
      position = function.emit(LM_OP_set_index_n, base, form, new, at: span)
    case .steps(let descriptor, _):
      position = function.emit(LM_OP_set_path, base, descriptor, new, at: span)
    }
    function.operandSpans[position] = [span, stepSpan(last), valueSpan]
  }

  private func stepSpan(_ step: Step?) -> Span? {
    switch step {
    case .field(let name)?: name.span
    case .index(let items, let span)?:
      items.map(\.span).reduce(items.first?.span ?? span) { $0.union($1) }
    case nil: nil
    }
  }

  // MARK: - Destructuring

  /// Binds the names of a pattern to the parts of the value in a register.
  func destructure(_ pattern: Pattern, _ register: Int, _ bind: (String) -> Int?) {
    switch pattern.kind {
    case .name(let name):
      guard let target = bind(name) else { return }
      function.emit(LM_OP_move, target, register, at: pattern.span)
      markAssigned(target)
    case .wildcard, .literal, .rest: break
    case .tuple(let parts):
      let mark = function.top
      let whole = function.temporaries(parts.count + 1)
      function.emit(LM_OP_move, whole, register, at: pattern.span)
      function.emit(
        host: .destructureTuple, whole, tupleDescriptor(parts), at: pattern.span)
      for (index, part) in parts.enumerated() { destructurePart(part, whole + 1 + index, bind) }
      function.top = mark
    case .record(let fields):
      let mark = function.top
      let whole = function.temporaries(fields.count + 1)
      function.emit(LM_OP_move, whole, register, at: pattern.span)
      function.emit(
        host: .destructureRecord, whole, function.descriptor(.names(fields.map(\.field.text))),
        at: pattern.span)
      for (index, field) in fields.enumerated() {
        destructurePart(field.pattern, whole + 1 + index, bind)
      }
      function.top = mark
    }
  }

  func tupleDescriptor(_ parts: [Pattern]) -> Int {
    let rest = parts.firstIndex { part in
      if case .rest = part.kind { return true }
      return false
    }
    return function.descriptor(.tuplePattern(count: parts.count, rest: rest))
  }

  private func destructurePart(_ part: Pattern, _ register: Int, _ bind: (String) -> Int?) {
    if case .rest(let name) = part.kind {
      destructure(Pattern(.name(name.text), part.span), register, bind)
    } else {
      destructure(part, register, bind)
    }
  }
}
