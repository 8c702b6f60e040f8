internal import CMachine
package import Diagnostics
internal import Glibc
internal import Syntax
package import TensorCore

/// The language, as front ends meet it: evaluates cells one after another, and remembers what they
/// define.
///
/// Used from one thread at a time; `interrupt` may be called from any.
package final class Session: @unchecked Sendable {
  // Safe because evaluation is synchronous, one cell at a time, and `interrupt` only sets a flag.
  package let options: SessionOptions
  let library: Library
  let allocator = SlotAllocator()
  var namespace = Namespace()
  private(set) var modules: ModuleLoader
  private(set) var machine: Machine?
  /// Machines for the items of `pmap`.
  let workers = WorkerMachines()
  /// What the running cell does to the world.
  private var emit: (SessionEvent) -> Void = { _ in }
  private var request = DisplayRequest()
  private var stream = PhiloxStream(key: (0, 0))

  package init(_ options: SessionOptions) {
    self.options = options
    let names = StandardLibrary.moduleNames(in: options.standardLibraryFolder)
    library = Library(
      builtins: BuiltinTable.all + options.kits.flatMap(\.builtins),
      constants: Dictionary(
        BuiltinConstants.all.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first }),
      elementwise: OperationBuiltins.elementwiseNames, modules: Set(names))
    modules = ModuleLoader(folder: options.standardLibraryFolder)
    Session.setMemoryLimit(options.limits)
    SharedObjects.noteNewSession()
    machine = Machine(limits: options.limits, library: library)
  }

  /// Promises that one thread alone uses the language's values, which makes counting them cheaper.
  /// Holds until a second session is made, and not while `pmap` runs; called before the first value
  /// is.
  package static func keepToOneThread() { SharedObjects.keepToOneThread() }

  private static func setMemoryLimit(_ limits: Limits) {
    var bytes = limits.memoryBytes
    if bytes <= 0 {
      bytes = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)) / 5 * 4
    }
    lm_set_memory_limit(Int64(bytes))
    Storage.setLimit(bytes: bytes)
  }

  // MARK: - Checking

  /// Static checks only: cells in order, each seeing the names that the earlier ones define.
  /// Nothing runs.
  package func check(_ sources: [SourceText]) -> [[Diagnostic]] {
    var results: [[Diagnostic]] = []
    BigStack.run {
      var names = namespace
      let slots = SlotAllocator(next: allocator.next)
      for source in sources {
        let parsed = Parser.parse(source)
        guard parsed.errors.isEmpty else {
          // What a cell with a syntax error would define counts as defined: one mistake, one error.
          for name in NameUse(of: parsed.statements).assigned {
            _ = names.declare(name, in: slots)
          }
          results.append(parsed.errors.map { $0.diagnostic(in: source) })
          continue
        }
        let compiler = makeCompiler(source, names, slots)
        _ = compiler.compile(parsed.statements) { _ in true }
        names = compiler.namespace
        results.append(compiler.errors)
      }
    }
    return results
  }

  func makeCompiler(_ source: SourceText, _ names: Namespace, _ slots: SlotAllocator) -> Compiler {
    Compiler(
      source: source, library: library, namespace: names, allocator: slots,
      moduleExports: { [modules] in modules.exports(of: $0) })
  }

  // MARK: - Evaluating

  /// Runs one cell.
  ///
  /// - Parameters:
  ///   - cell: its identity for the random stream: the label or ordinal.
  ///   - emit: called for output and the like, on the evaluator's thread.
  package func evaluate(
    _ source: SourceText, cell: String, request: DisplayRequest,
    emit: @escaping @Sendable (SessionEvent) -> Void
  ) -> Outcome {
    var outcome = Outcome(value: nil, display: nil, errors: [], isStatic: false)
    BigStack.run { outcome = evaluateHere(source, cell: cell, request: request, emit: emit) }
    return outcome
  }

  private func evaluateHere(
    _ source: SourceText, cell: String, request: DisplayRequest,
    emit: @escaping @Sendable (SessionEvent) -> Void
  ) -> Outcome {
    func failed(_ errors: [Diagnostic], isStatic: Bool) -> Outcome {
      Outcome(value: nil, display: nil, errors: errors, isStatic: isStatic)
    }
    let parsed = Parser.parse(source)
    guard parsed.errors.isEmpty else {
      return failed(parsed.errors.map { $0.diagnostic(in: source) }, isStatic: true)
    }
    guard let machine else {
      return failed([RuntimeError.outOfMemory.diagnostic], isStatic: false)
    }
    let compiler = makeCompiler(source, namespace, allocator)
    let compiled = compiler.compile(parsed.statements) {
      machine.global($0).pointee.tag != Cells.unboundTag
    }
    guard compiler.errors.isEmpty else { return failed(compiler.errors, isStatic: true) }
    namespace = compiler.namespace
    self.emit = emit
    self.request = request
    stream = PhiloxStream(key: Session.streamKey(seed: options.seed, cell: cell))
    clearInterrupt()
    Interruption.observe(lm_machine_interrupt_flag(machine.raw))
    defer {
      self.emit = { _ in }
      Interruption.observe(nil)
    }
    do throws(CallFailure) {
      let result = try machine.with(self) { () throws(CallFailure) in try machine.run(compiled) }
      defer { lm_release(result) }
      let value = Cells.value(of: result)
      guard compiled.hasValue else {
        return Outcome(value: nil, display: nil, errors: [], isStatic: false)
      }
      if case .none = value {} else { bind("_", to: value) }
      return shown(value, compiled, source, request, parsed.statements.last?.span)
    } catch {
      return failed([located(error, source)], isStatic: false)
    }
  }

  private func shown(
    _ value: Value, _ compiled: CompiledCell, _ source: SourceText, _ request: DisplayRequest,
    _ span: Span?
  ) -> Outcome {
    guard compiled.showsValue else {
      return Outcome(value: value, display: nil, errors: [], isStatic: false)
    }
    do throws(Diagnostic) {
      let item = try value.display(request)
      return Outcome(value: value, display: item, errors: [], isStatic: false)
    } catch {
      var diagnostic = error
      if diagnostic.location == nil, let span { diagnostic.location = Location(source, span) }
      return Outcome(value: value, display: nil, errors: [diagnostic], isStatic: false)
    }
  }

  /// The diagnostic of a run that ended outside any instruction, or the one the machine kept.
  private func located(_ failure: CallFailure, _ source: SourceText) -> Diagnostic {
    let whole = Location(source, Span(0, 0))
    switch failure {
    case .raised: return machine?.failure ?? RuntimeError.interrupted.diagnostic
    case .tensor(let error): return error.diagnostic(operation: "the cell", at: whole)
    case .diagnostic(var diagnostic, _):
      if diagnostic.location == nil { diagnostic.location = whole }
      return diagnostic
    }
  }

  /// A key of the seed and the cell's identity: FNV-1a of the name, mixed with the seed by
  /// SplitMix64 steps.
  private static func streamKey(seed: UInt64, cell: String) -> (UInt64, UInt64) {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in cell.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    func mixed(_ word: UInt64) -> UInt64 {
      var z = word &+ 0x9E37_79B9_7F4A_7C15
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
    return (mixed(seed ^ mixed(hash)), mixed(hash &+ mixed(seed)))
  }

  // MARK: - Names

  /// Gives a top-level name a value: a notebook's parameter.
  package func bind(_ name: String, to value: Value) {
    guard let machine, let slot = namespace.declare(name, in: allocator) else { return }
    namespace.signatures[name] = nil
    machine.set(machine.global(slot), value)
  }

  /// The user's top-level names that have a value, in order of definition.
  package var bindings: [(name: String, value: Value)] {
    guard let machine else { return [] }
    return namespace.names.compactMap { name -> (name: String, value: Value)? in
      guard name != "_", let slot = namespace.slots[name] else { return nil }
      let cell = machine.global(slot).pointee
      return cell.tag == Cells.unboundTag ? nil : (name, Cells.value(of: cell))
    }
  }

  /// The value of a top-level name.
  func binding(_ name: String) -> Value? {
    guard let machine, let slot = namespace.slots[name] else { return nil }
    let cell = machine.global(slot).pointee
    return cell.tag == Cells.unboundTag ? nil : Cells.value(of: cell)
  }

  package func display(_ value: Value, _ request: DisplayRequest) -> Result<
    DisplayItem?, Diagnostic
  > {
    do throws(Diagnostic) {
      return .success(try value.display(request))
    } catch {
      return .failure(error)
    }
  }

  // MARK: - Stopping

  /// Ends the running evaluation with E0503 (or E0504 for a timeout). From any thread.
  package func interrupt(as code: DiagnosticCode = .interrupted) {
    guard let machine else { return }
    let reason: Int32 = code == .timedOut ? 2 : 1
    lm_machine_interrupt(machine.raw, reason)
    workers.interrupt(reason: reason)
  }

  private func clearInterrupt() {
    if let machine { lm_machine_resume(machine.raw) }
  }
}

// MARK: - What builtins may do

extension Session: CallHost, ModuleHost {
  package func call(_ function: Value, _ arguments: [Value]) throws(CallFailure) -> Value {
    guard let machine else { throw .raised }
    return try machine.call(function, arguments)
  }

  package func write(_ text: String) { emit(.output(text)) }

  package func show(_ item: DisplayItem) { emit(.display(item)) }

  package func warn(_ diagnostic: Diagnostic) {
    var located = diagnostic
    if located.location == nil { located.location = currentLocation }
    emit(.warning(located))
  }

  package var displayRequest: DisplayRequest { request }

  package func resolve(path: String) -> String {
    path.hasPrefix("/") ? path : options.workingFolder + "/" + path
  }

  package var standardLibraryFolder: String { options.standardLibraryFolder }

  package var fileFormats: [FileFormat] { options.kits.flatMap(\.fileFormats) }

  package func nextStream(words count: Int) -> PhiloxStream {
    let current = stream
    stream.position &+= UInt64(max(count, 0))
    return current
  }

  package var streamPosition: UInt64 {
    get { stream.position }
    set { stream.position = newValue }
  }

  package func checkInterrupt() throws(CallFailure) {
    if let machine, machine.raw.pointee.interrupt != 0 {
      throw .diagnostic(machine.interruption.diagnostic)
    }
  }

  package var currentLocation: Location? { machine?.currentLocation }

  package func noteEffect(_ description: String) { emit(.effect(description)) }

  func standardModule(_ name: String) throws(CallFailure) -> ModuleValue {
    try modules.load(name, path: modules.path(of: name), in: self)
  }

  func userModule(path: String) throws(CallFailure) -> ModuleValue {
    try modules.load(path, path: resolve(path: path), in: self)
  }
}
