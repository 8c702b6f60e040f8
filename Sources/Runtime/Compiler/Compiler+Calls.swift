internal import CMachine
internal import Diagnostics
internal import Syntax

extension Compiler {
  func pipe(_ left: Expression, _ right: Expression, into result: Int, at span: Span) {
    if case .call(let callee, let arguments) = right.kind {
      call(callee, [.positional(left)] + arguments, into: result, at: span)
    } else {
      call(right, [.positional(left)], into: result, at: span)
    }
  }

  func call(_ callee: Expression, _ arguments: [Argument], into result: Int, at span: Span) {
    switch callee.kind {
    case .name(let name):
      switch meaning(of: name) {
      case .builtin(let number):
        builtinCall(number, arguments, into: result, at: span)
        return
      case .global(let slot):
        checkKnown(name, arguments, at: span)
        if arguments.allSatisfy(\.isPositional) {
          globalCall(slot, callee.span, arguments, into: result, at: span)
          return
        }
      case .register(let register, let isDefinite):
        if function.isTopLevel, function.locals[name] == register {
          checkKnown(name, arguments, at: span)
          if isDefinite, arguments.allSatisfy(\.isPositional) {
            globalCall(register, callee.span, arguments, into: result, at: span)
            return
          }
        }
      case .running, .constant, .module, .unassigned, .unbound: break
      }
    case .field(let base, let name):
      if let module = module(base, of: name.text) {
        checkMember(name, of: module)
        if let exports = moduleExports(module), let signature = exports[name.text] ?? nil {
          check(signature, "\(module).\(name.text)", arguments, at: span)
        }
      }
      method(base, name, arguments, into: result, at: span)
      return
    default: break
    }
    let base = callBase(result)
    value(callee, into: base)
    finishCall(base, arguments, [callee.span], into: result, at: span)
  }

  // MARK: - Arguments

  /// Evaluates arguments into consecutive registers.
  private func place(_ arguments: [Argument]) {
    let first = function.temporaries(arguments.count)
    for (index, argument) in arguments.enumerated() {
      let mark = function.top
      value(argument.expression, into: first + index)
      function.top = mark
    }
  }

  /// The callee is in `base`; arguments follow it.
  private func finishCall(
    _ base: Int, _ arguments: [Argument], _ spans: [Span], into result: Int, at span: Span
  ) {
    place(arguments)
    let position: Int
    if arguments.allSatisfy(\.isPositional) {
      position = function.emit(LM_OP_call, base, arguments.count, at: span)
    } else {
      let descriptor = function.descriptor(.call(arguments.map(\.kind)))
      position = function.emit(LM_OP_call_general, base, descriptor, arguments.count, at: span)
    }
    function.operandSpans[position] = spans + arguments.map(\.expression.span)
    takeResult(result, base, at: span)
  }

  /// Where a call that gives `result` is laid out: from `result` itself when nothing stands above
  /// it.
  private func callBase(_ result: Int) -> Int {
    function.isTemporary(result) && result == function.top - 1 ? result : function.temporary()
  }

  private func takeResult(_ result: Int, _ base: Int, at span: Span) {
    if result != base { function.emit(LM_OP_take, result, base, at: span) }
  }

  private func globalCall(
    _ slot: Int, _ callee: Span, _ arguments: [Argument], into result: Int, at span: Span
  ) {
    let base = callBase(result)
    place(arguments)
    let position = function.emit(LM_OP_call_global, base, slot, arguments.count, at: span)
    function.operandSpans[position] = [callee] + arguments.map(\.expression.span)
    takeResult(result, base, at: span)
  }

  private func method(
    _ receiver: Expression, _ name: Name, _ arguments: [Argument], into result: Int, at span: Span
  ) {
    let base = callBase(result)
    let first = function.temporary()
    if let module = module(receiver, of: name.text) {
      moduleValue(module, into: first, at: receiver.span)
    } else {
      value(receiver, into: first)
    }
    place(arguments)
    let isPlain = arguments.allSatisfy(\.isPositional)
    let cache = function.cache(name.text)
    function.methods[cache] = MethodDescriptor(
      name: name.text, nameSpan: name.span, fallback: methodFallback(name.text),
      arguments: [.positional] + arguments.map(\.kind))
    let position = function.emit(
      LM_OP_method, base, cache, arguments.count + 1, x: isPlain ? 1 : 0, at: span)
    function.operandSpans[position] = [name.span, receiver.span] + arguments.map(\.expression.span)
    takeResult(result, base, at: span)
  }

  private func methodFallback(_ name: String) -> MethodDescriptor.Fallback {
    switch meaning(of: name) {
    case .register(let register, let isDefinite):
      if function.isTopLevel, !function.isTemporary(register) { return .global(register) }
      return isDefinite ? .register(register) : .none(candidates: [])
    case .global(let slot): return .global(slot)
    case .builtin(let number): return .builtin(number)
    case .running, .constant, .module, .unassigned, .unbound:
      return .none(candidates: library.builtins.map(\.name) + namespace.names)
    }
  }

  // MARK: - Builtins

  /// Arguments of a builtin are brought in the order of its parameters here, so that the call
  /// itself does no arranging.
  private func builtinCall(_ number: Int, _ arguments: [Argument], into result: Int, at span: Span)
  {
    let builtin = library.builtins[number]
    if fastBuiltin(builtin, arguments, into: result, at: span) { return }
    if let reduction = library.reductions[number], arguments.count == 1,
      case .positional(let argument) = arguments[0], isElementwise(argument),
      numericConstant(argument) == nil
    {
      let base = callBase(result)
      _ = function.temporaries(builtin.signature.parameters.count)
      self.reduction(reduction, builtin: number, argument, base, at: span)
      takeResult(result, base, at: span)
      return
    }
    if arguments.contains(where: \.isSplat) {
      let base = callBase(result)
      constant(
        .named(builtin.name), Cells.cell(of: .function(FunctionValue(target: .builtin(builtin)))),
        into: base, at: span)
      finishCall(base, arguments, [span], into: result, at: span)
      return
    }
    guard let arrangement = check(builtin.signature, builtin.name, arguments, at: span) else {
      return
    }
    let count = builtin.signature.parameters.count
    let base = function.temporaries(count + 1)
    var restSpans: [Span?] = []
    // In the order written, so that effects happen in that order; then moved to their parameters.
    var order: [(argument: Int, parameter: Int)] = []
    var spans = [Span?](repeating: nil, count: count)
    for (parameter, source) in arrangement.sources.enumerated() {
      switch source {
      case .argument(let argument):
        order.append((argument, parameter))
        spans[parameter] = arguments[argument].expression.span
      case .missing: function.emit(LM_OP_unbind, base + 1 + parameter, at: span)
      case .rest(let list), .named(let list):
        spans[parameter] = list.first.map { arguments[$0].expression.span }
        restSpans += list.map { arguments[$0].expression.span }
      }
    }
    for (argument, parameter) in order.sorted(by: { $0.argument < $1.argument }) {
      let mark = function.top
      value(arguments[argument].expression, into: base + 1 + parameter)
      function.top = mark
    }
    for (parameter, source) in arrangement.sources.enumerated() {
      switch source {
      case .argument, .missing: break
      case .rest(let list): collect(list, arguments, into: base + 1 + parameter, at: span)
      case .named(let list):
        collectNamed(list, arguments, into: base + 1 + parameter, at: span)
      }
    }
    let position = function.emit(LM_OP_call_builtin, base, number, count, at: span)
    function.operandSpans[position] = restSpans.count > 1 ? spans + restSpans : spans
    function.emit(LM_OP_take, result, base, at: span)
  }

  private func collect(_ list: [Int], _ arguments: [Argument], into target: Int, at span: Span) {
    let mark = function.top
    let first = function.temporaries(list.count)
    for (index, argument) in list.enumerated() {
      let inner = function.top
      value(arguments[argument].expression, into: first + index)
      function.top = inner
    }
    function.emit(LM_OP_tuple, target, list.count, first, at: span)
    function.top = mark
  }

  private func collectNamed(_ list: [Int], _ arguments: [Argument], into target: Int, at span: Span)
  {
    let mark = function.top
    let first = function.temporaries(list.count)
    var names: [String] = []
    for (index, argument) in list.enumerated() {
      let inner = function.top
      value(arguments[argument].expression, into: first + index)
      function.top = inner
      if case .named(let name, _) = arguments[argument] { names.append(name.text) }
    }
    function.emit(LM_OP_record, target, function.shape(names), first, at: span)
    function.top = mark
  }

  /// Builtins that are instructions.
  private func fastBuiltin(
    _ builtin: Builtin, _ arguments: [Argument], into result: Int, at span: Span
  ) -> Bool {
    guard builtin.name == "len", arguments.count == 1, case .positional(let operand) = arguments[0]
    else { return false }
    let register = value(operand)
    let position = function.emit(LM_OP_length, result, register, at: span)
    function.operandSpans[position] = [operand.span]
    return true
  }

  // MARK: - Checks

  private func checkKnown(_ name: String, _ arguments: [Argument], at span: Span) {
    guard let signature = knownSignature(name) else { return }
    check(signature, name, arguments, at: span)
  }

  /// Reports what is wrong with a call of a known function; the arrangement when nothing is.
  @discardableResult
  func check(_ signature: Signature, _ name: String, _ arguments: [Argument], at span: Span)
    -> ArgumentArrangement?
  {
    guard !arguments.contains(where: \.isSplat) else { return nil }
    do throws(ArrangementFailure) {
      return try ArgumentArrangement(
        signature, names: arguments.map(\.kind.name), function: name)
    } catch {
      let place = error.argument.map { arguments[$0].nameSpan ?? arguments[$0].expression.span }
      report(error.error, at: place ?? span)
      return nil
    }
  }
}

extension Argument {
  var expression: Expression {
    switch self {
    case .positional(let value), .named(_, let value), .splat(let value): value
    }
  }

  var isPositional: Bool {
    if case .positional = self { return true }
    return false
  }

  var isSplat: Bool {
    if case .splat = self { return true }
    return false
  }

  var nameSpan: Span? {
    if case .named(let name, _) = self { return name.span }
    return nil
  }

  var kind: ArgumentKind {
    switch self {
    case .positional: .positional
    case .named(let name, _): .named(name.text)
    case .splat: .splat
    }
  }
}

extension ArgumentKind {
  var name: String? {
    if case .named(let name) = self { return name }
    return nil
  }
}
