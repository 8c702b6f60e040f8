internal import CMachine
internal import Diagnostics
internal import Syntax
internal import TensorCore

/// Runs compiled code: owns the registers and frames, and does what the instruction loop in C hands
/// over — every instruction
/// whose operands are not the common case.
///
/// Used from the evaluator's thread only; `interrupt` may be called from any.
final class Machine {
  let raw: UnsafeMutablePointer<lm_machine>
  let limits: Limits
  let library: Library
  let shortcuts: [CellShortcut?]
  /// What builtins may do to the world.
  private(set) var host: (any CallHost & ModuleHost)?
  /// Where time goes, while that is asked.
  var profile: Profile?
  /// The error that ended the last run.
  var failure: Diagnostic?
  /// Where the warning of `Machine+Broadcasting` was given.
  var warnedPlaces: Set<WarnedPlace> = []
  /// Instructions of the host at which native code called back into the language, innermost last.
  var callbacks: [UnsafePointer<lm_instruction>] = []
  /// The frame and the handler below which the innermost run must not unwind.
  private var baseFrame: UnsafeMutablePointer<lm_frame>
  private var baseHandler: UnsafeMutablePointer<lm_handler>
  /// The instruction that ends a run; a return to it writes to register 0 of `caller_registers`.
  private let haltCode: UnsafeMutablePointer<lm_instruction>
  private let haltPrototype: UnsafeMutablePointer<lm_prototype>

  init?(limits: Limits, library: Library) {
    guard let raw = lm_machine_make(Int64(limits.stackCells), Int64(limits.callDepth)) else {
      return nil
    }
    self.raw = raw
    self.limits = limits
    self.library = library
    shortcuts = CellShortcuts.table(for: library)
    let builder = FunctionBuilder(
      parent: nil, source: SourceText(name: "", text: ""), name: nil, isTopLevel: false)
    builder.emit(LM_OP_none, at: .zero)
    builder.emit(LM_OP_halt, at: .zero)
    haltPrototype = builder.finish(
      signature: Signature([]), documentation: nil, parameterCount: 0, requiredCount: 0,
      isSimple: true)
    haltCode = UnsafeMutablePointer(mutating: haltPrototype.pointee.code)
    baseFrame = raw.pointee.frames
    baseHandler = raw.pointee.handlers
    raw.pointee.frames.pointee.prototype = UnsafePointer(haltPrototype)
    precondition(HostObjects.areReleasable, "the machine knows how to let go of host objects")
    raw.pointee.slow = { machine in
      guard let machine, let host = machine.pointee.host else { return false }
      return Unmanaged<Machine>.fromOpaque(host).takeUnretainedValue().runSlowly()
    }
    raw.pointee.host = Unmanaged.passUnretained(self).toOpaque()
  }

  deinit { lm_machine_free(raw) }

  /// Runs `body` with what builtins may do to the world; nobody holds it afterwards.
  func with<Result>(
    _ host: any CallHost & ModuleHost, _ body: () throws(CallFailure) -> Result
  ) throws(CallFailure) -> Result {
    let outer = self.host
    self.host = host
    defer { self.host = outer }
    return try body()
  }

  /// - Throws: `.raised` outside `with`.
  var currentHost: any CallHost & ModuleHost {
    get throws(CallFailure) {
      guard let host else { throw .raised }
      return host
    }
  }

  // MARK: - Registers

  func register(_ number: some BinaryInteger) -> UnsafeMutablePointer<lm_cell> {
    raw.pointee.registers + Int(number)
  }

  /// Writes a register; takes over the cell's count.
  func set(_ target: UnsafeMutablePointer<lm_cell>, _ cell: lm_cell) {
    let old = target.pointee
    target.pointee = cell
    lm_release(old)
  }

  func set(_ target: UnsafeMutablePointer<lm_cell>, _ value: Value) {
    set(target, Cells.cell(of: value))
  }

  /// What a register held, leaving `none`.
  func take(_ source: UnsafeMutablePointer<lm_cell>) -> lm_cell {
    let cell = source.pointee
    source.pointee.tag = Cells.noneTag
    return cell
  }

  func global(_ slot: Int) -> UnsafeMutablePointer<lm_cell> { raw.pointee.stack + slot }

  // MARK: - Where the machine is

  var prototype: UnsafePointer<lm_prototype> { raw.pointee.frame.pointee.prototype }

  var information: FunctionInformation { FunctionInformation.of(prototype) }

  /// The number of the instruction the host is running.
  var position: Int { raw.pointee.pc - prototype.pointee.code - 1 }

  // MARK: - Running

  /// Runs a cell's top-level code; a count of its result.
  func run(_ cell: CompiledCell) throws(CallFailure) -> lm_cell {
    guard let function = lm_function_make(UnsafePointer(cell.prototype), 0) else {
      throw .tensor(.outOfMemory(bytes: MemoryLayout<lm_function>.size))
    }
    // Top-level code has its registers at the bottom of the stack, also when another cell's code is
    // running already (a
    // module is loaded in the middle of it): what stands there is put aside meanwhile.
    let first = raw.pointee.stack + LM_GLOBAL_LIMIT
    let used = max(0, nextFreeRegister - first)
    let aside = UnsafeMutablePointer<lm_cell>.allocate(capacity: max(used, 1))
    aside.update(from: first, count: used)
    first.update(repeating: lm_cell(), count: used)
    defer {
      first.update(from: aside, count: used)
      aside.deallocate()
    }
    return try run(function, at: raw.pointee.stack, arguments: [])
  }

  /// The first register above the running frame's.
  var nextFreeRegister: UnsafeMutablePointer<lm_cell> {
    raw.pointee.registers + Int(prototype.pointee.register_count)
  }

  /// Calls a closure; takes over the counts of function and arguments; a count of the result.
  func run(
    _ function: UnsafeMutablePointer<lm_function>, at registers: UnsafeMutablePointer<lm_cell>,
    arguments: [lm_cell]
  ) throws(CallFailure) -> lm_cell {
    guard callbacks.count < limits.nativeDepth,
      registers + max(arguments.count, Int(function.pointee.prototype.pointee.register_count))
        < raw.pointee.stack_end
    else {
      lm_release_object(Cells.object(function))
      arguments.forEach { lm_release($0) }
      throw .diagnostic(RuntimeError.recursionTooDeep(depth: callbacks.count).diagnostic)
    }
    for (index, argument) in arguments.enumerated() { set(registers + index, argument) }
    let saved = (
      pc: raw.pointee.pc, registers: raw.pointee.registers, frame: raw.pointee.frame,
      baseFrame: baseFrame, baseHandler: baseHandler
    )
    let result = UnsafeMutablePointer<lm_cell>.allocate(capacity: 1)
    result.initialize(to: lm_cell())
    defer { result.deallocate() }
    if let pc = saved.pc { callbacks.append(pc) }
    if let frame = saved.frame { baseFrame = frame }
    if let handler = raw.pointee.handler { baseHandler = handler }
    failure = nil
    guard
      lm_machine_enter(raw, function, true, registers, Int32(arguments.count), haltCode + 1, result)
    else {
      lm_release_object(Cells.object(function))
      for index in arguments.indices { set(registers + index, Cells.none) }
      baseFrame = saved.baseFrame
      baseHandler = saved.baseHandler
      if saved.pc != nil { callbacks.removeLast() }
      throw .diagnostic(RuntimeError.recursionTooDeep(depth: limits.callDepth).diagnostic)
    }
    lm_machine_run(raw)
    raw.pointee.pc = saved.pc
    raw.pointee.registers = saved.registers
    raw.pointee.frame = saved.frame
    baseFrame = saved.baseFrame
    baseHandler = saved.baseHandler
    if saved.pc != nil { callbacks.removeLast() }
    if failure != nil {
      lm_release(result.pointee)
      throw .raised
    }
    return result.pointee
  }

  // MARK: - Errors

  /// Does the instruction before `pc`; false ends the loop.
  private func runSlowly() -> Bool {
    let (pc, code, frame) = (raw.pointee.pc, prototype, raw.pointee.frame)
    do throws(MachineFailure) {
      try runInstruction(raw.pointee.pc[-1])
      if raw.pointee.poll != 0, raw.pointee.interrupt == 0 { sample(pc, in: code) }
      if isStopping, raw.pointee.frame == frame {
        raw.pointee.pc = pc
        throw .runtime(interruption)
      }
      return true
    } catch {
      // Asked once: the wish may come while the diagnostic is made, and then concerns what follows.
      let isStopping = isStopping
      let failure = isStopping ? stopping(error) : error
      return raise(diagnostic(of: failure), isCatchable: error.isCatchable && !isStopping)
    }
  }

  /// What an instruction says that gave up because it was to stop may be anything.
  private func stopping(_ failure: MachineFailure) -> MachineFailure {
    if case .call(.raised, _, _) = failure { return failure }
    return isStopping ? .runtime(interruption) : failure
  }

  /// Whether the user asked to stop: no handler of the program's may keep it going.
  private var isStopping: Bool { raw.pointee.interrupt != 0 }

  /// Gives an error to the innermost handler, or unwinds the run; false ends the loop.
  private func raise(_ diagnostic: Diagnostic, isCatchable: Bool) -> Bool {
    if isCatchable, let handler = raw.pointee.handler, handler > baseHandler {
      let innermost = handler[-1]
      raw.pointee.handler = handler - 1
      while raw.pointee.frame != innermost.frame { lm_machine_unwind(raw) }
      set(register(innermost.target), errorRecord(diagnostic))
      // What the broken expression had computed so far stands above.
      let count = Int(prototype.pointee.register_count)
      for number in (Int(innermost.target) + 1)..<max(count, Int(innermost.target) + 1) {
        set(register(number), Cells.none)
      }
      raw.pointee.pc = innermost.pc
      // What a function called back left behind is dealt with.
      failure = nil
      return true
    }
    while raw.pointee.frame != baseFrame { lm_machine_unwind(raw) }
    raw.pointee.handler = baseHandler
    failure = diagnostic
    return false
  }

  /// What `try … else e` binds.
  private func errorRecord(_ diagnostic: Diagnostic) -> Value {
    var span: [Value] = []
    if let location = diagnostic.location {
      let start = location.source.position(of: Int(location.span.start))
      span = [.int(start.line), .int(start.column + 1)]
    }
    return .record(
      RecordValue([
        ("message", .string(diagnostic.message)), ("kind", .string(diagnostic.code.rawValue)),
        ("span", .tuple(TupleValue(span))),
      ]))
  }
}

/// Why the host cannot do an instruction.
enum MachineFailure: Error {
  /// `operand`: the operand (of a call: the argument) at fault, whose span is marked.
  case runtime(RuntimeError, operand: Int? = nil)
  /// `position`: the instruction at fault when it is not the one being run.
  case tensor(TensorError, operation: String, position: Int? = nil)
  case call(CallFailure, operation: String, firstOperand: Int = 0)

  var isCatchable: Bool {
    switch self {
    case .runtime(let error, _):
      switch error {
      case .interrupted, .timedOut: return false
      default: return true
      }
    case .tensor(let error, _, _):
      if case .interrupted = error { return false }
      return true
    case .call(let failure, _, _):
      switch failure {
      case .tensor(.interrupted): return false
      case .tensor, .raised: return true
      case .diagnostic(let diagnostic, _): return diagnostic.code != .interrupted
      }
    }
  }
}

/// What the machine needs of the session to load modules.
protocol ModuleHost: AnyObject {
  func standardModule(_ name: String) throws(CallFailure) -> ModuleValue
  func userModule(path: String) throws(CallFailure) -> ModuleValue
  var warningsAreErrors: Bool { get }
}
