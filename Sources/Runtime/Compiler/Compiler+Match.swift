internal import CMachine
internal import Diagnostics
internal import Syntax

extension Compiler {
  func match(_ subject: Expression, _ arms: [MatchArm], into result: Int, at span: Span) {
    let whole = function.temporary()
    let made = function.temporary()
    value(subject, into: whole)
    let before = function.definite
    var ends: [Int] = []
    var after: Set<Int>?
    for arm in arms {
      let mark = function.top
      var variables: [String: Int] = [:]
      for name in NameUse.names(of: arm.pattern) { variables[name] = function.temporary() }
      var misses = test(arm.pattern, whole, variables)
      withOverlay(variables) {
        if let condition = arm.condition { misses += jump(on: condition, when: false) }
        value(arm.body, into: made)
      }
      if !function.isUnreachable {
        after = after?.intersection(function.definite) ?? function.definite
      }
      function.isUnreachable = false
      function.definite = before
      ends.append(function.emit(LM_OP_jump, at: arm.body.span))
      function.patch(misses)
      function.top = mark
    }
    function.emit(host: .noMatch, whole, at: span)
    function.operandSpans[function.position - 1] = [subject.span]
    function.patch(ends)
    function.definite = after ?? before
    function.emit(LM_OP_take, result, made, at: span)
  }

  /// Tests the value in `register` against a pattern and binds its names; the jumps taken when it
  /// does not fit.
  private func test(_ pattern: Pattern, _ register: Int, _ variables: [String: Int]) -> [Int] {
    switch pattern.kind {
    case .wildcard: return []
    case .name(let name):
      if let variable = variables[name] {
        function.emit(LM_OP_move, variable, register, at: pattern.span)
      }
      return []
    case .rest(let name):
      if let variable = variables[name.text] {
        function.emit(LM_OP_move, variable, register, at: pattern.span)
      }
      return []
    case .literal(let literal):
      let pair = function.temporaries(2)
      function.emit(LM_OP_move, pair, register, at: pattern.span)
      value(literal, into: pair + 1)
      function.emit(host: .matchEqual, pair, at: pattern.span)
      return [function.emit(LM_OP_jump_unless, pair, at: pattern.span)]
    case .tuple(let parts):
      let whole = function.temporaries(parts.count + 1)
      function.emit(LM_OP_move, whole, register, at: pattern.span)
      function.emit(host: .matchTuple, whole, tupleDescriptor(parts), at: pattern.span)
      let miss = function.emit(LM_OP_jump_unless, whole, at: pattern.span)
      return [miss] + parts.enumerated().flatMap { test($1, whole + 1 + $0, variables) }
    case .record(let fields):
      let whole = function.temporaries(fields.count + 1)
      function.emit(LM_OP_move, whole, register, at: pattern.span)
      function.emit(
        host: .matchRecord, whole, function.descriptor(.names(fields.map(\.field.text))),
        at: pattern.span)
      let miss = function.emit(LM_OP_jump_unless, whole, at: pattern.span)
      return [miss] + fields.enumerated().flatMap { test($1.pattern, whole + 1 + $0, variables) }
    }
  }
}
