internal import CMachine
internal import Diagnostics
internal import Syntax
internal import TensorCore

extension Compiler {
  /// Makes the closure of a declared function or lambda in `target`.
  func closure(_ declared: Function, into target: Int) {
    let (prototype, captured) = prototype(of: declared)
    for name in captured {
      let register = capturable(name, in: function)
      if let register, function.isTopLevel == false, !function.definite.contains(register),
        !function.overlays.contains(where: { $0[name] != nil })
      {
        function.emit(LM_OP_check_bound, register, at: declared.name?.span ?? declared.span)
      }
    }
    function.emit(LM_OP_closure, target, function.child(prototype), at: declared.span)
  }

  /// The code of a function, and which names it captures from the function being compiled.
  private func prototype(of declared: Function) -> (UnsafeMutablePointer<lm_prototype>, [String]) {
    let outer = function
    let use = NameUse(of: declared)
    let inner = FunctionBuilder(
      parent: outer, source: source, name: declared.name?.text, isTopLevel: false)
    for parameter in declared.parameters {
      let register = inner.temporary()
      inner.locals[parameter.name.text] = register
      inner.possible.insert(register)
      inner.definite.insert(register)
    }
    for name in use.read where name != declared.name?.text {
      guard let register = capturable(name, in: outer) else { continue }
      inner.captures.append(name)
      inner.captureSources.append(register)
      let own = inner.temporary()
      inner.locals[name] = own
      inner.definite.insert(own)
      inner.possible.insert(own)
    }
    for name in use.assigned where inner.locals[name] == nil {
      inner.locals[name] = inner.temporary()
    }
    let contracts = declared.parameters.map(\.contract) + [declared.result]
    for case .name(let name)? in contracts.flatMap({ $0?.dimensions ?? [] }).map({ Optional($0) })
    where inner.locals[name.text] == nil {
      inner.locals[name.text] = inner.temporary()
    }
    inner.firstTemporary = inner.top
    inner.resultContract = declared.result

    function = inner
    prologue(declared, use)
    if let contract = declared.result {
      let result = inner.temporary()
      assignValue(declared.body, to: result)
      if !inner.isUnreachable { checkContract(contract, of: nil, in: result) }
      inner.emit(LM_OP_return, result, at: declared.body.span)
    } else {
      tail(declared.body)
    }
    function = outer
    if inner.isTooLarge { report(.codeTooLarge(what: "the function"), at: declared.span) }

    let required = declared.parameters.prefix { $0.defaultValue == nil && !$0.isRest }.count
    let prototype = inner.finish(
      signature: Signature(of: declared), documentation: declared.documentation,
      parameterCount: declared.parameters.count, requiredCount: required,
      isSimple: !declared.parameters.contains { $0.isRest }
        && !declared.parameters.dropFirst(required).contains { $0.defaultValue == nil })
    return (prototype, inner.captures)
  }

  /// What a function does before its body: fetch captures, fill in defaults, check contracts, mark
  /// names unbound.
  private func prologue(_ declared: Function, _ use: NameUse) {
    let parameters = Set(declared.parameters.map(\.name.text))
    for (number, name) in function.captures.enumerated() {
      if let register = function.locals[name] {
        function.emit(LM_OP_capture, register, number, at: declared.span)
      }
    }
    // What a frame left behind must not look like a value of a name that is not assigned yet.
    for name in use.assigned where !parameters.contains(name) {
      if let register = function.locals[name] {
        function.emit(LM_OP_unbind, register, at: declared.span)
      }
    }
    bindContractNames(declared)
    for parameter in declared.parameters {
      guard let value = parameter.defaultValue, let register = function.locals[parameter.name.text]
      else { continue }
      let skip = function.emit(LM_OP_jump_bound, register, at: value.span)
      let mark = function.top
      assignValue(value, to: register)
      function.top = mark
      function.patch(skip)
    }
    for parameter in declared.parameters {
      guard let contract = parameter.contract, let register = function.locals[parameter.name.text]
      else { continue }
      checkContract(contract, of: parameter.name.text, in: register)
    }
  }

  /// Compiles an expression whose value the function returns: each branch returns its own.
  private func tail(_ expression: Expression) {
    switch expression.kind {
    case .ifElse(let condition, let then, let otherwise?):
      branches(condition, at: expression.span) {
        self.tail(then)
        self.function.isUnreachable = true
      } otherwise: {
        self.tail(otherwise)
        self.function.isUnreachable = true
      }
    case .block(let statements):
      for statement in statements.dropLast() { effect(statement) }
      if case .expression(let last)? = statements.last?.kind {
        tail(last)
      } else {
        function.emit(LM_OP_return, body(Array(statements.suffix(1))), at: expression.span)
      }
    default: function.emit(LM_OP_return, value(expression), at: expression.span)
    }
  }

  // MARK: - Contracts

  private static let plainTypes = [
    "Int", "Float", "Bool", "Str", "Complex", "Tuple", "Record", "Map", "Range", "Fn", "Tensor",
    "Any",
    "Figure", "Key",
  ]

  private func contractNames(_ declared: Function) -> [String] {
    let contracts = declared.parameters.compactMap(\.contract) + [declared.result].compactMap { $0 }
    return contracts.flatMap { contract in
      (contract.dimensions ?? []).compactMap { dimension in
        if case .name(let name) = dimension { return name.text }
        return nil
      }
    }
  }

  private func bindContractNames(_ declared: Function) {
    let parameters = Set(declared.parameters.map(\.name.text))
    for name in Set(contractNames(declared)).sorted() where !parameters.contains(name) {
      guard let register = function.locals[name] else { continue }
      function.emit(LM_OP_unbind, register, at: declared.span)
      function.definite.insert(register)
      function.possible.insert(register)
    }
  }

  func checkContract(_ contract: Contract, of parameter: String?, in register: Int) {
    let dtype = DType(name: contract.type.text)
    if dtype == nil, !Compiler.plainTypes.contains(contract.type.text) {
      report(
        .unknownContractType(
          name: contract.type.text,
          suggestion: Suggestion.nearest(
            to: contract.type.text, among: Compiler.plainTypes + DType.allCases.map(\.name))),
        at: contract.type.span)
      return
    }
    if contract.type.text == "Any", contract.dimensions == nil { return }
    let dimensions = contract.dimensions?.map { dimension -> ContractDescriptor.Dimension in
      switch dimension {
      case .size(let size): .size(size)
      case .name(let name): .name(name.text, register: function.locals[name.text] ?? 0)
      case .any: .any
      case .run: .run
      }
    }
    let descriptor = function.descriptor(
      .contract(
        ContractDescriptor(
          parameter: parameter, type: contract.type.text, dtype: dtype, dimensions: dimensions,
          span: contract.span)))
    function.emit(host: .contract, register, descriptor, at: contract.span)
  }
}
