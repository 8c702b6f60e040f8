internal import CMachine
internal import Diagnostics
internal import Syntax
internal import TensorCore

extension Machine {
  func builtin(named name: String) -> Builtin? {
    library.numbers[name].map { library.builtins[$0] }
  }

  /// Calls a builtin with arguments in the order of its parameters.
  func call(_ builtin: Builtin, _ arguments: [Value?]) throws(CallFailure) -> Value {
    var context = CallContext(builtin, arguments, host: try currentHost)
    return try builtin.body(&context)
  }

  // MARK: - Instructions

  func callBuiltin(_ i: lm_instruction) throws(MachineFailure) {
    if try runTree() { return }
    if raw.pointee.interrupt != 0 { throw .runtime(interruption) }
    let builtin = library.builtins[Int(i.b)]
    let first = register(i.a) + 1
    if let shortcut = shortcuts[Int(i.b)], let result = shortcut(first) {
      for index in 0..<Int(i.c) { lm_release(take(first + index)) }
      set(register(i.a), result)
      return
    }
    var arguments: [Value?] = []
    arguments.reserveCapacity(Int(i.c))
    for index in 0..<Int(i.c) {
      let cell = take(first + index)
      arguments.append(cell.tag == Cells.unboundTag ? nil : Cells.value(of: cell))
      lm_release(cell)
    }
    do throws(CallFailure) {
      var context = CallContext(builtin, arguments, host: try currentHost)
      arguments.removeAll()
      let result = try builtin.body(&context)
      set(register(i.a), result)
    } catch {
      throw .call(error.pointing(intoCallOf: builtin), operation: builtin.name)
    }
    try checkMemory()
  }

  func callGlobal(_ i: lm_instruction) throws(MachineFailure) {
    let callee = global(Int(i.b)).pointee
    guard callee.tag != Cells.unboundTag else {
      throw .runtime(.notYetBound(name: calleeText))
    }
    lm_retain(callee)
    set(register(i.a), callee)
    try call(at: i.a, count: Int(i.c))
  }

  /// The callee as the user wrote it.
  private var calleeText: String {
    let information = information
    let text = information.source.text(of: information.spans[position])
    return String(text.prefix { $0 != "(" })
  }

  /// Calls what stands in a register with the positional arguments that follow it.
  func call(at base: UInt16, count: Int) throws(MachineFailure) {
    try call(at: base, arguments: [ArgumentKind](repeating: .positional, count: count))
  }

  func callGeneral(_ i: lm_instruction) throws(MachineFailure) {
    guard case .call(let kinds) = information.descriptors[Int(i.b)] else { return }
    try call(at: i.a, arguments: kinds)
  }

  /// The one way of a call that is not plain: spreads splats, arranges arguments by the callee's
  /// parameters, and calls.
  func call(at base: UInt16, arguments kinds: [ArgumentKind]) throws(MachineFailure) {
    if raw.pointee.interrupt != 0 { throw .runtime(interruption) }
    let callee = register(base)
    switch callee.pointee.tag {
    case Cells.functionTag: break
    case Cells.boxTag:
      if case .function(let function) = Cells.value(of: callee.pointee),
        case .builtin(let builtin) = function.target
      {
        try callBuiltinValue(builtin, base, kinds)
        return
      }
      throw .runtime(
        .notCallable(type: Cells.value(of: callee.pointee).summary), operand: 0)
    default:
      throw .runtime(.notCallable(type: Cells.value(of: callee.pointee).summary), operand: 0)
    }
    let function = callee.pointee.function
    guard let function, let prototype = function.pointee.prototype else { return }
    let cells = try arrangedCells(
      FunctionInformation.of(prototype).signature,
      FunctionInformation.of(prototype).name ?? RuntimeError.unnamedFunction, base, kinds)
    let registers = callee + 1
    guard
      registers + max(cells.count, Int(prototype.pointee.register_count)) < raw.pointee.stack_end
    else {
      cells.forEach { lm_release($0) }
      throw .runtime(.recursionTooDeep(depth: limits.callDepth))
    }
    for (index, cell) in cells.enumerated() { set(registers + index, cell) }
    guard
      lm_machine_enter(
        raw, function, false, registers, Int32(cells.count), raw.pointee.pc, raw.pointee.registers)
    else {
      for index in cells.indices { set(registers + index, Cells.none) }
      throw .runtime(.recursionTooDeep(depth: limits.callDepth))
    }
  }

  private func callBuiltinValue(_ builtin: Builtin, _ base: UInt16, _ kinds: [ArgumentKind])
    throws(MachineFailure)
  {
    let cells = try arrangedCells(builtin.signature, builtin.name, base, kinds)
    let arguments = cells.map { cell -> Value? in
      defer { lm_release(cell) }
      return cell.tag == Cells.unboundTag ? nil : Cells.value(of: cell)
    }
    do throws(CallFailure) {
      set(register(base), try call(builtin, arguments))
    } catch {
      throw .call(
        error.pointing(intoCallOf: builtin), operation: builtin.name, firstOperand: 1)
    }
    try checkMemory()
  }

  // MARK: - Arguments

  /// The arguments in the order of the parameters, as counts the caller owns; unbound where left
  /// out.
  private func arrangedCells(
    _ signature: Signature, _ function: String, _ base: UInt16, _ kinds: [ArgumentKind]
  ) throws(MachineFailure) -> [lm_cell] {
    let (values, names) = try spread(base, kinds)
    let arrangement: ArgumentArrangement
    do throws(ArrangementFailure) {
      arrangement = try ArgumentArrangement(signature, names: names, function: function)
    } catch {
      values.forEach { lm_release($0) }
      let hasSplat = kinds.contains { if case .splat = $0 { true } else { false } }
      throw .runtime(error.error, operand: hasSplat ? nil : error.argument.map { $0 + 1 })
    }
    return arrangement.sources.map { source -> lm_cell in
      switch source {
      case .argument(let number): return values[number]
      case .missing:
        var cell = lm_cell()
        cell.tag = Cells.unboundTag
        return cell
      case .rest(let numbers):
        let tuple = Memory.required(lm_tuple_make(Int64(numbers.count)))
        for (index, number) in numbers.enumerated() {
          Cells.items(of: tuple)[index] = values[number]
        }
        return Cells.owning(Cells.tupleTag, tuple)
      case .named(let numbers):
        let shape = Symbols.shape(of: numbers.map { names[$0] ?? "" })
        let record = Memory.required(lm_record_make(shape.pointer))
        for (index, number) in numbers.enumerated() {
          Cells.items(of: record)[index] = values[number]
        }
        return Cells.owning(Cells.recordTag, record)
      }
    }
  }

  /// Takes the arguments out of their registers, with splats spread.
  private func spread(_ base: UInt16, _ kinds: [ArgumentKind]) throws(MachineFailure) -> (
    [lm_cell], [String?]
  ) {
    var values: [lm_cell] = []
    var names: [String?] = []
    for (index, kind) in kinds.enumerated() {
      let cell = take(register(base) + 1 + index)
      switch kind {
      case .positional:
        values.append(cell)
        names.append(nil)
      case .named(let name):
        values.append(cell)
        names.append(name)
      case .splat:
        defer { lm_release(cell) }
        switch Cells.value(of: cell) {
        case .tuple(let tuple):
          values += tuple.map { Cells.cell(of: $0) }
          names += [String?](repeating: nil, count: tuple.count)
        case .record(let record):
          values += record.values.map { Cells.cell(of: $0) }
          names += record.names.map { Optional($0) }
        case let other:
          values.forEach { lm_release($0) }
          throw .runtime(.splatType(type: other.summary), operand: index + 1)
        }
      }
    }
    return (values, names)
  }

  // MARK: - Methods

  /// `x.f(y)`: a field of a record or member of a module called as a function, else `f(x, y)`.
  func method(_ i: lm_instruction) throws(MachineFailure) {
    guard let descriptor = information.methods[Int(i.b)] else { return }
    let receiver = register(i.a) + 1
    if let callee = try fieldToCall(descriptor, receiver.pointee) {
      set(register(i.a), callee)
      lm_release(take(receiver))
      for index in 0..<(Int(i.c) - 1) { receiver[index] = receiver[index + 1] }
      receiver[Int(i.c) - 1].tag = Cells.noneTag
      try call(at: i.a, arguments: Array(descriptor.arguments.dropFirst()))
      return
    }
    switch descriptor.fallback {
    case .builtin(let number):
      try callBuiltinValue(library.builtins[number], i.a, descriptor.arguments)
      return
    case .global(let slot):
      let callee = global(slot).pointee
      guard callee.tag != Cells.unboundTag else {
        throw .runtime(.notYetBound(name: descriptor.name), operand: 0)
      }
      lm_retain(callee)
      set(register(i.a), callee)
    case .register(let number):
      let callee = register(number).pointee
      lm_retain(callee)
      set(register(i.a), callee)
    case .none(let candidates):
      throw .runtime(
        .unknownMethod(
          name: descriptor.name, type: Cells.value(of: receiver.pointee).summary,
          suggestion: Suggestion.nearest(
            to: descriptor.name, among: candidates + fieldNames(of: receiver.pointee))), operand: 0)
    }
    try call(at: i.a, arguments: descriptor.arguments)
  }

  private func fieldNames(of cell: lm_cell) -> [String] {
    if case .record(let record) = Cells.value(of: cell) { return record.names }
    return []
  }

  /// The record's or module's own function of the name; a count of it.
  private func fieldToCall(_ descriptor: MethodDescriptor, _ receiver: lm_cell)
    throws(MachineFailure)
    -> lm_cell?
  {
    switch receiver.tag {
    case Cells.recordTag:
      let position = lm_shape_find(
        receiver.record.pointee.shape, Symbols.number(of: descriptor.name))
      guard position >= 0 else { return nil }
      let cell = Cells.items(of: receiver.record)[Int(position)]
      lm_retain(cell)
      return cell
    case Cells.boxTag:
      guard case .module(let module) = Cells.value(of: receiver) else { return nil }
      guard let member = module.member(descriptor.name) else {
        throw .runtime(
          .unknownMember(
            name: descriptor.name, module: module.name,
            suggestion: Suggestion.nearest(to: descriptor.name, among: module.memberNames)),
          operand: 0)
      }
      return Cells.cell(of: member)
    default: return nil
    }
  }

  // MARK: - Calls from native code

  /// Calls a function value; used by builtins such as `map`.
  func call(_ function: Value, _ arguments: [Value]) throws(CallFailure) -> Value {
    guard case .function(let callable) = function else {
      throw .diagnostic(RuntimeError.notCallable(type: function.summary).diagnostic)
    }
    let arrangement: ArgumentArrangement
    do throws(ArrangementFailure) {
      arrangement = try ArgumentArrangement(
        callable.signature, names: arguments.map { _ in nil },
        function: callable.name ?? RuntimeError.unnamedFunction)
    } catch {
      throw .diagnostic(error.error.diagnostic)
    }
    let ordered = arrangement.sources.map { source -> Value? in
      switch source {
      case .argument(let number): arguments[number]
      case .rest(let numbers): .tuple(TupleValue(numbers.map { arguments[$0] }))
      case .named: .record(RecordValue([]))
      case .missing: nil
      }
    }
    switch callable.target {
    case .builtin(let builtin): return try call(builtin, ordered)
    case .closure(let reference):
      lm_retain_object(reference.pointer)
      let cells = ordered.map { value -> lm_cell in
        if let value { return Cells.cell(of: value) }
        var cell = lm_cell()
        cell.tag = Cells.unboundTag
        return cell
      }
      let result = try run(
        reference.cast(to: lm_function.self), at: nextFreeRegister, arguments: cells)
      defer { lm_release(result) }
      return Cells.value(of: result)
    }
  }
}
