internal import CMachine
internal import Diagnostics
internal import Syntax

extension Compiler {
  /// Compiles an expression; the register that holds its value: `target` when given, else a name's
  /// own register or a
  /// temporary.
  @discardableResult
  func value(_ expression: Expression, into target: Int? = nil) -> Int {
    let span = expression.span
    if case .name(let name) = expression.kind { return nameValue(name, span, target) }
    if case .unary(.negate, _) = expression.kind, let number = numericConstant(expression) {
      let result = target ?? function.temporary()
      function.emit(LM_OP_constant, result, number & 0xFFFF, number >> 16, at: span)
      return result
    }
    if isElementwise(expression) { return elementwise(expression, into: target) }
    let result = target ?? function.temporary()
    let mark = function.top
    defer { function.top = mark }
    switch expression.kind {
    case .none, .invalid: function.emit(LM_OP_none, result, at: span)
    case .bool(let flag): constant(.bool(flag), Cells.bool(flag), into: result, at: span)
    case .int(let number): int(number, into: result, at: span)
    case .float(let number):
      constant(.float(number.bitPattern), Cells.float(number), into: result, at: span)
    case .imaginary(let number):
      constant(.float(number.bitPattern), Cells.float(number), into: result, at: span)
      function.emit(host: .imaginary, result, at: span)
    case .quantity(_, let unit): report(.unsupportedUnit(unit.text), at: unit.span)
    case .string(let parts): text(parts, into: result, at: span)
    case .tensor(let elements): tensor(elements, into: result, at: span)
    case .tuple(let elements): tuple(elements, into: result, at: span)
    case .record(let fields): record(fields, into: result, at: span)
    case .map(let entries): map(entries, into: result, at: span)
    case .comprehension(let comprehension):
      self.comprehension(comprehension, into: result, at: span)
    case .range(let lower, let upper, let step, let closed):
      range(lower, upper, step, closed, into: result, at: span)
    case .binary(let operation, let left, let right):
      let a = stableValue(left, before: right)
      let b = value(right)
      emitBinary(operation, result, a, b, [left.span, right.span], at: span, releases: true)
    case .and, .or, .not: logic(expression, into: result)
    case .membership(let item, let container, let negated):
      let base = function.temporaries(2)
      value(item, into: base)
      value(container, into: base + 1)
      function.emit(host: .membership, base, negated ? 1 : 0, at: span)
      function.operandSpans[function.position - 1] = [item.span, container.span]
      function.emit(LM_OP_take, result, base, at: span)
    case .transpose(let operand):
      let base = function.temporary()
      value(operand, into: base)
      function.emit(host: .transpose, base, at: span)
      function.operandSpans[function.position - 1] = [operand.span]
      function.emit(LM_OP_take, result, base, at: span)
    case .call(let callee, let arguments): call(callee, arguments, into: result, at: span)
    case .pipe(let left, let right): pipe(left, right, into: result, at: span)
    case .field(let base, let name): field(base, name, into: result, at: span)
    case .index(let base, let items): index(base, items, into: result, at: span)
    case .lambda(let declared): closure(declared, into: result)
    case .ifElse(let condition, let then, let otherwise):
      conditional(condition, then, otherwise, into: result, at: span)
    case .block(let statements): block(statements, into: result, at: span)
    case .match(let subject, let arms): match(subject, arms, into: result, at: span)
    case .tryElse(let body, let error, let fallback):
      tryElse(body, error, fallback, into: result, at: span)
    case .with(let base, let fields): with(base, fields, into: result, at: span)
    case .name, .unary, .comparison: break  // handled above
    }
    return result
  }

  /// A value that stays what it is while `later` is evaluated: a name that `later` may assign is
  /// copied.
  func stableValue(_ expression: Expression, before later: Expression? = nil) -> Int {
    let register = value(expression)
    guard !function.isTemporary(register), later?.mayAssign ?? false else { return register }
    let copy = function.temporary()
    function.emit(LM_OP_move, copy, register, at: expression.span)
    return copy
  }

  func constant(
    _ key: FunctionBuilder.ConstantKey, _ cell: @autoclosure () -> lm_cell, into target: Int,
    at span: Span
  ) {
    let number = function.constant(key, cell)
    function.emit(LM_OP_constant, target, number & 0xFFFF, number >> 16, at: span)
  }

  func int(_ number: Int, into target: Int, at span: Span) {
    constant(.int(number), Cells.int(number), into: target, at: span)
  }

  // MARK: - Names

  private func nameValue(_ name: String, _ span: Span, _ target: Int?) -> Int {
    let found = meaning(of: name)
    if case .register(let register, let isDefinite) = found {
      if !isDefinite { function.emit(LM_OP_check_bound, register, at: span) }
      guard let target, target != register else { return register }
      function.emit(LM_OP_move, target, register, at: span)
      return target
    }
    let result = target ?? function.temporary()
    switch found {
    case .register: break
    case .running: function.emit(LM_OP_self, result, at: span)
    case .global(let slot): function.emit(LM_OP_global, result, slot, at: span)
    case .builtin(let number):
      let builtin = library.builtins[number]
      constant(
        .named(name), Cells.cell(of: .function(FunctionValue(target: .builtin(builtin)))),
        into: result, at: span)
    case .constant(let name, let value):
      constant(.named(name), Cells.cell(of: value), into: result, at: span)
    case .module(let name):
      function.emit(host: .module, result, function.descriptor(.module(name)), at: span)
    case .unassigned: report(.readBeforeAssignment(name: name), at: span)
    case .unbound: reportUnbound(name, at: span)
    }
    return result
  }

  private func field(_ base: Expression, _ name: Name, into result: Int, at span: Span) {
    let module = module(base, of: name.text)
    if let module { checkMember(name, of: module) }
    let record =
      module.map { moduleValue($0, into: function.temporary(), at: base.span) }
      ?? value(base)
    function.emit(LM_OP_field, result, record, function.cache(name.text), at: name.span)
    function.operandSpans[function.position - 1] = [base.span, name.span]
  }

  /// The module that `base` names when `member` is asked of it: also one with the name of a builtin,
  /// such as `fft`, when it has the member.
  func module(_ base: Expression, of member: String) -> String? {
    guard case .name(let name) = base.kind else { return nil }
    switch meaning(of: name) {
    case .module: return name
    case .builtin:
      guard library.modules.contains(name), let exports = moduleExports(name) else { return nil }
      return exports[member] == nil ? nil : name
    case .register, .running, .global, .constant, .unassigned, .unbound: return nil
    }
  }

  @discardableResult
  func moduleValue(_ name: String, into result: Int, at span: Span) -> Int {
    function.emit(host: .module, result, function.descriptor(.module(name)), at: span)
    return result
  }

  func checkMember(_ name: Name, of module: String) {
    guard let exports = moduleExports(module), exports[name.text] == nil else { return }
    report(
      .unknownMember(
        name: name.text, module: module,
        suggestion: Suggestion.nearest(to: name.text, among: exports.keys.sorted())), at: name.span)
  }

  // MARK: - Literals

  private func text(_ parts: [StringPart], into result: Int, at span: Span) {
    if parts.isEmpty || parts.count == 1, case .text(let text)? = parts.first ?? .text("") {
      constant(.string(Array(text.utf8)), Cells.string(text), into: result, at: span)
      return
    }
    let first = function.temporaries(parts.count)
    for (index, part) in parts.enumerated() {
      let mark = function.top
      switch part {
      case .text(let text):
        constant(.string(Array(text.utf8)), Cells.string(text), into: first + index, at: span)
      case .interpolation(let expression, let spec):
        if let spec {
          value(expression, into: first + index)
          function.emit(
            host: .format, first + index, function.descriptor(.formatSpec(spec.text)),
            at: expression.span)
          function.operandSpans[function.position - 1] = [spec.span]
        } else {
          value(expression, into: first + index)
        }
      }
      function.top = mark
    }
    function.emit(LM_OP_concat, result, first, parts.count, at: span)
  }

  /// Values in consecutive registers; the first.
  private func consecutive(_ expressions: [Expression]) -> Int {
    let first = function.temporaries(expressions.count)
    for (index, expression) in expressions.enumerated() {
      let mark = function.top
      value(expression, into: first + index)
      function.top = mark
    }
    return first
  }

  /// Long literals are built in parts, so that registers do not run out.
  private static let literalPart = 200

  private func tensor(_ elements: [Expression], into result: Int, at span: Span) {
    if elements.count > Compiler.literalPart {
      longTuple(elements, into: result, at: span)
      let base = function.temporary()
      function.emit(LM_OP_take, base, result, at: span)
      function.emit(host: .stack, base, at: span)
      function.emit(LM_OP_take, result, base, at: span)
      return
    }
    let first = elements.isEmpty ? function.temporary() : consecutive(elements)
    function.emit(host: .tensor, first, elements.count, at: span)
    function.operandSpans[function.position - 1] = elements.map(\.span)
    function.emit(LM_OP_take, result, first, at: span)
  }

  private func tuple(_ elements: [Expression], into result: Int, at span: Span) {
    if elements.count > Compiler.literalPart {
      longTuple(elements, into: result, at: span)
      return
    }
    let first = consecutive(elements)
    function.emit(LM_OP_tuple, result, elements.count, first, at: span)
  }

  private func longTuple(_ elements: [Expression], into result: Int, at span: Span) {
    let growing = function.temporary()
    function.emit(LM_OP_tuple, growing, 0, 0, at: span)
    for element in elements {
      let mark = function.top
      let item = value(element)
      function.emit(LM_OP_push, growing, item, at: element.span)
      function.top = mark
    }
    function.emit(LM_OP_take, result, growing, at: span)
  }

  private func record(_ fields: [RecordField], into result: Int, at span: Span) {
    let first = consecutive(fields.map(\.value))
    function.emit(
      LM_OP_record, result, function.shape(fields.map(\.name.text)), first, at: span)
  }

  private func map(_ entries: [MapEntry], into result: Int, at span: Span) {
    let base = function.temporary()
    function.emit(host: .map, base, 0, at: span)
    for entry in entries {
      let mark = function.top
      let key = stableValue(entry.key, before: entry.value)
      let value = value(entry.value)
      let position = function.emit(LM_OP_set_index, base, key, value, at: entry.key.span)
      function.operandSpans[position] = [span, entry.key.span, entry.value.span]
      function.top = mark
    }
    function.emit(LM_OP_take, result, base, at: span)
  }

  private func range(
    _ lower: Expression, _ upper: Expression, _ step: Expression?, _ closed: Bool, into result: Int,
    at span: Span
  ) {
    let first = function.temporaries(3)
    rangeParts(lower, upper, step, false, span, first)
    let position = function.emit(LM_OP_range, result, first, closed ? 1 : 0, at: span)
    function.operandSpans[position] = [lower.span, upper.span, step?.span]
  }

  private func with(_ base: Expression, _ fields: [RecordField], into result: Int, at span: Span) {
    let first = consecutive([base] + fields.map(\.value))
    function.emit(
      host: .with, first, function.descriptor(.names(fields.map(\.name.text))), at: span)
    function.operandSpans[function.position - 1] = [base.span] + fields.map(\.name.span)
    function.emit(LM_OP_take, result, first, at: span)
  }

  // MARK: - Comprehensions

  private func comprehension(_ comprehension: Comprehension, into result: Int, at span: Span) {
    let growing = function.temporary()
    function.emit(LM_OP_tuple, growing, 0, 0, at: span)
    clause(comprehension, 0, growing, at: span)
    if comprehension.stacks {
      function.emit(host: .stack, growing, at: span)
      function.operandSpans[function.position - 1] = [comprehension.element.span]
    }
    function.emit(LM_OP_take, result, growing, at: span)
  }

  private func clause(_ comprehension: Comprehension, _ number: Int, _ growing: Int, at span: Span)
  {
    guard number < comprehension.clauses.count else {
      let mark = function.top
      let item = value(comprehension.element)
      function.emit(LM_OP_push, growing, item, at: comprehension.element.span)
      function.top = mark
      return
    }
    switch comprehension.clauses[number] {
    case .condition(let condition):
      let skip = jump(on: condition, when: false)
      clause(comprehension, number + 1, growing, at: span)
      function.patch(skip)
    case .each(let pattern, let iterable):
      var variables: [String: Int] = [:]
      for name in NameUse.names(of: pattern) { variables[name] = function.temporary() }
      each(of: iterable, pattern, at: span) {
        withOverlay(variables) { clause(comprehension, number + 1, growing, at: span) }
        return FunctionBuilder.Loop(tryDepth: function.tryDepth)
      } bind: {
        variables[$0]
      }
    }
  }

  // MARK: - Indexing

  private func index(_ base: Expression, _ items: [IndexItem], into result: Int, at span: Span) {
    let container = value(base)
    if case .expression(let key)? = items.first, items.count == 1 {
      let register = value(key)
      let position = function.emit(LM_OP_index, result, container, register, at: span)
      function.operandSpans[position] = [base.span, key.span]
      return
    }
    let descriptor = indexDescriptor(items, span)
    let position = function.emit(
      LM_OP_index_n, result, container, function.index(descriptor), at: span)
    function.operandSpans[position] =
      [base.span, descriptor.span ?? span] + descriptor.spansOfAxes
  }

  /// Evaluates the parts of an index into consecutive registers.
  func indexDescriptor(_ items: [IndexItem], _ span: Span) -> IndexDescriptor {
    let count = items.reduce(0) { sum, item in
      switch item {
      case .expression: sum + 1
      case .slice: sum + 3
      case .ellipsis, .newAxis: sum
      }
    }
    let first = function.temporaries(count)
    var next = first
    var spans: [Span] = []
    let components = items.map { item -> IndexDescriptor.Component in
      let mark = function.top
      defer { function.top = mark }
      switch item {
      case .expression(let expression):
        value(expression, into: next)
        spans.append(expression.span)
        next += 1
        return .expression
      case .slice(let lower, let upper, let step, let span):
        for (offset, part) in [lower, upper, step].enumerated() {
          if let part {
            value(part, into: next + offset)
          } else {
            function.emit(LM_OP_none, next + offset, at: span)
          }
        }
        spans.append(span)
        next += 3
        return .slice
      case .ellipsis(let span):
        spans.append(span)
        return .ellipsis
      case .newAxis(let span):
        spans.append(span)
        return .newAxis
      }
    }
    return IndexDescriptor(first: first, components: components, spans: spans)
  }
}
