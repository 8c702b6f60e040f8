internal import CMachine
internal import Diagnostics
internal import Syntax

extension Compiler {
  /// Compiles statements of which the last expression is the value; the register that holds it.
  func body(_ statements: [Statement]) -> Int {
    for statement in statements.dropLast() { effect(statement) }
    guard let last = statements.last else { return noneRegister(at: Span.zero) }
    if case .expression(let expression) = last.kind { return value(expression) }
    effect(last)
    return noneRegister(at: last.span)
  }

  private func noneRegister(at span: Span) -> Int {
    let register = function.temporary()
    function.emit(LM_OP_none, register, at: span)
    return register
  }

  /// Compiles a statement for what it does; temporaries are given back.
  func effect(_ statement: Statement) {
    let mark = function.top
    defer { function.top = mark }
    switch statement.kind {
    case .expression(let expression): effect(expression)
    case .assign(let target, let value): assign(target, value, at: statement.span)
    case .compoundAssign(let operation, let target, let value):
      compoundAssign(operation, target, value, at: statement.span)
    case .function(let declared): declare(declared)
    case .forLoop(let pattern, let iterable, let body):
      forLoop(pattern, iterable, body, at: statement.span)
    case .whileLoop(let condition, let body): whileLoop(condition, body, at: statement.span)
    case .breakLoop: leave(at: statement.span) { $0.breaks.append($1) }
    case .continueLoop: leave(at: statement.span) { $0.continues.append($1) }
    case .returnValue(let expression): returnValue(expression, at: statement.span)
    case .assert(let condition, let message): assertion(condition, message, at: statement.span)
    case .use(let path, let pathSpan, let name):
      guard let register = function.locals[name.text] else { return }
      let module = function.temporary()
      function.emit(
        host: .module, module, function.descriptor(.userModule(path: path)), at: pathSpan)
      function.emit(LM_OP_take, register, module, at: name.span)
      markAssigned(register)
    }
  }

  func markAssigned(_ register: Int) {
    function.definite.insert(register)
    function.possible.insert(register)
  }

  private func declare(_ declared: Function) {
    guard let name = declared.name, let register = function.locals[name.text] else { return }
    let mark = function.top
    let made = function.temporary()
    closure(declared, into: made)
    function.emit(LM_OP_take, register, made, at: declared.span)
    function.top = mark
    markAssigned(register)
  }

  private func returnValue(_ expression: Expression?, at span: Span) {
    let register: Int
    if let contract = function.resultContract {
      register = function.temporary()
      if let expression {
        assignValue(expression, to: register)
      } else {
        function.emit(LM_OP_none, register, at: span)
      }
      checkContract(contract, of: nil, in: register)
    } else {
      register = expression.map { value($0) } ?? noneRegister(at: span)
    }
    for _ in 0..<function.tryDepth { function.emit(LM_OP_end_try, at: span) }
    function.emit(LM_OP_return, register, at: span)
    function.isUnreachable = true
  }

  private func assertion(_ condition: Expression, _ message: Expression?, at span: Span) {
    let fine = jump(on: condition, when: true)
    let register = function.temporary()
    if let message {
      _ = value(message, into: register)
    } else {
      function.emit(LM_OP_unbind, register, at: span)
    }
    function.emit(host: .assertionFailed, register, at: condition.span)
    function.patch(fine)
  }

  // MARK: - Loops

  private func leave(at span: Span, _ record: (inout FunctionBuilder.Loop, Int) -> Void) {
    guard var loop = function.loops.popLast() else { return }
    for _ in loop.tryDepth..<function.tryDepth { function.emit(LM_OP_end_try, at: span) }
    record(&loop, function.emit(LM_OP_jump, at: span))
    function.loops.append(loop)
    function.isUnreachable = true
  }

  /// Compiles a loop's body: what it assigns is possible afterwards and in the next turn, but not
  /// sure.
  private func loopBody(_ statements: [Statement]) -> FunctionBuilder.Loop {
    function.loops.append(FunctionBuilder.Loop(tryDepth: function.tryDepth))
    for name in NameUse(of: statements).assigned {
      if let register = function.locals[name] { function.possible.insert(register) }
    }
    let before = function.definite
    statements.forEach { effect($0) }
    function.definite = before
    function.isUnreachable = false
    return function.loops.removeLast()
  }

  private func whileLoop(_ condition: Expression, _ body: [Statement], at span: Span) {
    for name in NameUse(of: body).assigned {
      if let register = function.locals[name] { function.possible.insert(register) }
    }
    let start = function.position
    let exits = jump(on: condition, when: false)
    let loop = loopBody(body)
    loop.continues.forEach { function.patch($0, to: start) }
    let back = function.emit(LM_OP_loop, at: span)
    function.patch(back, to: start)
    function.patch(exits + loop.breaks)
  }

  private func forLoop(
    _ pattern: Pattern, _ iterable: Expression, _ body: [Statement], at span: Span
  ) {
    each(of: iterable, pattern, at: span) {
      // Functions made in a top-level loop see the variable as it is in their turn.
      guard function.isTopLevel else { return loopBody(body) }
      var variables: [String: Int] = [:]
      for name in NameUse.names(of: pattern) { variables[name] = function.locals[name] }
      return withOverlay(variables) { loopBody(body) }
    } bind: { name in
      function.locals[name]
    }
  }

  /// The loop over an iterable: takes each element apart by the pattern and runs the body.
  ///
  /// - Parameter bind: the register of a name that the pattern binds.
  func each(
    of iterable: Expression, _ pattern: Pattern, at span: Span,
    body: () -> FunctionBuilder.Loop, bind: (String) -> Int?
  ) {
    let mark = function.top
    defer { function.top = mark }
    if case .range(let lower, let upper, let step, let closed) = iterable.kind,
      !closed || step?.signOfLiteral != 0
    {
      countedLoop(lower, upper, step, closed, iterable.span, pattern, body, bind)
      return
    }
    let state = function.temporaries(2)
    _ = value(iterable, into: state)
    function.emit(LM_OP_iterate, state, at: iterable.span)
    let start = function.position
    let (element, isDirect) = loopVariable(pattern, bind)
    let next = function.emit(LM_OP_next, state, element, at: iterable.span)
    let before = function.definite
    if !isDirect { destructure(pattern, element, bind) } else { markAssigned(element) }
    let loop = body()
    function.definite = before
    loop.continues.forEach { function.patch($0, to: function.position) }
    let back = function.emit(LM_OP_loop, at: span)
    function.patch(back, to: start)
    function.patch([next] + loop.breaks)
    function.isUnreachable = false
  }

  /// The register for a loop's element: the variable itself when the pattern is a plain name.
  private func loopVariable(_ pattern: Pattern, _ bind: (String) -> Int?) -> (Int, Bool) {
    if case .name(let name) = pattern.kind, let register = bind(name) { return (register, true) }
    return (function.temporary(), false)
  }

  private func countedLoop(
    _ lower: Expression, _ upper: Expression, _ step: Expression?, _ closed: Bool, _ span: Span,
    _ pattern: Pattern, _ body: () -> FunctionBuilder.Loop, _ bind: (String) -> Int?
  ) {
    let state = function.temporaries(3)
    rangeParts(lower, upper, step, closed, span, state)
    let (element, isDirect) = loopVariable(pattern, bind)
    let prepare = function.emit(LM_OP_for_prepare, state, element, at: span)
    function.operandSpans[prepare] = [lower.span, upper.span, step?.span]
    let before = function.definite
    let start = function.position
    if !isDirect { destructure(pattern, element, bind) } else { markAssigned(element) }
    let loop = body()
    function.definite = before
    loop.continues.forEach { function.patch($0, to: function.position) }
    let next = function.emit(LM_OP_for_next, state, element, at: span)
    function.patch(next, to: start)
    function.patch([prepare] + loop.breaks)
    function.isUnreachable = false
  }

  /// Start, half-open end and step of a range in three registers.
  ///
  /// - Precondition: of a closed range the step's sign is known.
  func rangeParts(
    _ lower: Expression, _ upper: Expression, _ step: Expression?, _ closed: Bool, _ span: Span,
    _ first: Int
  ) {
    _ = value(lower, into: first)
    _ = value(upper, into: first + 1)
    if let step { _ = value(step, into: first + 2) } else { int(1, into: first + 2, at: span) }
    if closed {
      let direction = step?.signOfLiteral ?? 1
      let one = function.constant(.int(direction)) { Cells.int(direction) }
      let add = function.emit(LM_OP_add_k, first + 1, first + 1, one, at: upper.span)
      function.operandSpans[add] = [upper.span, nil]
    }
  }
}

extension Expression {
  /// 1 or -1 for an Int literal by its sign; 0 for anything else.
  var signOfLiteral: Int {
    switch kind {
    case .int: 1
    case .unary(.negate, let operand): -operand.signOfLiteral
    default: 0
    }
  }
}
