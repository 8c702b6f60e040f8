internal import CMachine
internal import Diagnostics
internal import Syntax
internal import TensorCore

// The compiler turns a parsed cell into code for the machine, and finds on the way what can be
// found before anything runs:
// unbound names, names read before they are assigned, wrong calls of known functions. Read in this
// order: this file (names,
// cells), `Compiler+Functions`, `Compiler+Statements`, `Compiler+Targets`, `Compiler+Expressions`,
// `Compiler+Elementwise`,
// `Compiler+Calls`, `Compiler+Conditions`, `Compiler+Match`.
//
// Registers: a function's parameters, captures and locals come first, temporaries above them in a
// stack discipline. Top-level
// names are cells at the bottom of the machine's stack, which top-level code addresses as
// registers.

/// What a name without a local meaning may stand for.
struct Library: Sendable {
  let builtins: [Builtin]
  let numbers: [String: Int]
  let constants: [String: Value]
  /// Builtins whose plain calls can be steps of a fused expression.
  let elementwise: [Int: ElementwiseOperation]
  /// Builtins that reduce a whole tensor when called with it alone.
  let reductions: [Int: Reduction]
  let modules: Set<String>

  init(
    builtins: [Builtin], constants: [String: Value], elementwise: [String: ElementwiseOperation],
    modules: Set<String>
  ) {
    self.builtins = builtins
    numbers = Dictionary(
      builtins.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { _, later in later })
    self.constants = constants
    var operations: [Int: ElementwiseOperation] = [:]
    for (name, operation) in elementwise {
      if let number = numbers[name] { operations[number] = operation }
    }
    self.elementwise = operations
    var reductions: [Int: Reduction] = [:]
    for reduction in Reduction.allCases {
      if let number = numbers[reduction.name] { reductions[number] = reduction }
    }
    self.reductions = reductions
    self.modules = modules
  }

  var names: [String] { builtins.map(\.name) + constants.keys.sorted() + modules.sorted() }

  /// nil when the name is neither a builtin, a constant nor a standard module.
  func meaning(of name: String) -> Meaning? {
    if let number = numbers[name] { return .builtin(number) }
    if let value = constants[name] { return .constant(name, value) }
    return modules.contains(name) ? .module(name) : nil
  }
}

/// What a name means at a place.
enum Meaning {
  /// A register of the running function, surely assigned or not.
  case register(Int, isDefinite: Bool)
  /// The running function itself.
  case running
  case global(Int)
  case builtin(Int)
  case constant(String, Value)
  case module(String)
  case unassigned
  case unbound
}

/// A cell's code, ready to run.
struct CompiledCell {
  let prototype: UnsafeMutablePointer<lm_prototype>
  /// Whether the last statement is an expression whose value is to be shown.
  let showsValue: Bool
  let hasValue: Bool
}

final class Compiler {
  let source: SourceText
  let library: Library
  let allocator: SlotAllocator
  var namespace: Namespace
  var errors: [Diagnostic] = []
  var function: FunctionBuilder
  /// Functions of this cell that are defined once, and what is not: for the static check of calls.
  private(set) var cellSignatures: [String: Signature] = [:]
  private var cellNames: Set<String> = []
  /// Exported names and signatures of modules, for static checks; nil when unknown.
  let moduleExports: (String) -> [String: Signature?]?

  init(
    source: SourceText, library: Library, namespace: Namespace, allocator: SlotAllocator,
    moduleExports: @escaping (String) -> [String: Signature?]?
  ) {
    self.source = source
    self.library = library
    self.namespace = namespace
    self.allocator = allocator
    self.moduleExports = moduleExports
    function = FunctionBuilder(parent: nil, source: source, name: nil, isTopLevel: true)
  }

  // MARK: - A cell

  /// Compiles a cell. Afterwards `errors` tells what is wrong; with errors, nothing may run.
  ///
  /// - Parameter isBound: whether a global cell has a value now.
  func compile(_ statements: [Statement], isBound: (Int) -> Bool) -> CompiledCell {
    let use = NameUse(of: statements)
    cellNames = Set(use.assigned)
    for (_, slot) in namespace.slots where isBound(slot) {
      function.definite.insert(slot)
      function.possible.insert(slot)
    }
    for name in use.assigned {
      guard let slot = namespace.declare(name, in: allocator) else {
        report(.codeTooLarge(what: "more than \(LM_GLOBAL_LIMIT) top-level names"), at: Span.zero)
        break
      }
      function.locals[name] = slot
    }
    for (name, slot) in namespace.slots { function.locals[name] = slot }
    collectSignatures(statements, use)
    let last = body(statements)
    let end = Span(source.bytes.count, source.bytes.count)
    // Returning empties a register, and this one may be a name's.
    let result = function.temporary()
    function.emit(LM_OP_move, result, last, at: statements.last?.span ?? end)
    function.emit(LM_OP_return, result, at: statements.last?.span ?? end)
    if function.isTooLarge {
      report(.codeTooLarge(what: "the cell"), at: statements.first?.span ?? end)
    }
    for name in use.assigned { namespace.signatures[name] = cellSignatures[name] }
    var hasValue = false
    if case .expression? = statements.last?.kind { hasValue = true }
    return CompiledCell(
      prototype: function.finish(
        signature: Signature([]), documentation: nil, parameterCount: 0, requiredCount: 0,
        isSimple: true),
      showsValue: hasValue && !(statements.last?.isSilenced ?? false), hasValue: hasValue)
  }

  /// The signatures of functions that the cell defines exactly once.
  private func collectSignatures(_ statements: [Statement], _ use: NameUse) {
    var counts: [String: Int] = [:]
    for statement in statements {
      guard case .function(let declared) = statement.kind, let name = declared.name?.text else {
        for name in NameUse(of: [statement]).assigned { counts[name, default: 0] += 2 }
        continue
      }
      counts[name, default: 0] += 1
      cellSignatures[name] = Signature(of: declared)
    }
    for (name, count) in counts where count != 1 { cellSignatures[name] = nil }
  }

  /// The parameters of a top-level function, when they are surely known.
  func knownSignature(_ name: String) -> Signature? {
    cellNames.contains(name) ? cellSignatures[name] : namespace.signatures[name]
  }

  // MARK: - Errors

  func report(_ error: RuntimeError, at span: Span) {
    var diagnostic = error.diagnostic
    diagnostic.location = Location(source, span)
    errors.append(diagnostic)
  }

  // MARK: - Names

  /// What `name` means in the function being compiled.
  func meaning(of name: String) -> Meaning {
    for overlay in function.overlays.reversed() {
      if let register = overlay[name] { return .register(register, isDefinite: true) }
    }
    if let register = function.locals[name] {
      if function.definite.contains(register) { return .register(register, isDefinite: true) }
      if function.possible.contains(register) { return .register(register, isDefinite: false) }
      if !function.isTopLevel { return .unassigned }
      // `mean = mean`, `max = max(x)`: until the cell assigns the name, it means what it meant
      // before.
      if cellNames.contains(name) { return library.meaning(of: name) ?? .unassigned }
      // A name of an earlier cell that has no value: that cell failed before it.
      return .register(register, isDefinite: false)
    }
    if name == function.name, !function.isTopLevel { return .running }
    if !function.isTopLevel, let slot = namespace.slots[name] { return .global(slot) }
    return library.meaning(of: name) ?? .unbound
  }

  /// Whether a function made inside `builder` can capture `name` from it, and from which register.
  func capturable(_ name: String, in builder: FunctionBuilder) -> Int? {
    for overlay in builder.overlays.reversed() {
      if let register = overlay[name] { return register }
    }
    return builder.isTopLevel ? nil : builder.locals[name]
  }

  func reportUnbound(_ name: String, at span: Span) {
    var known = Set(library.names)
    known.formUnion(namespace.names)
    var builder: FunctionBuilder? = function
    while let current = builder {
      known.formUnion(current.locals.keys)
      current.overlays.forEach { known.formUnion($0.keys) }
      builder = current.parent
    }
    let foreign = [
      "True": "`true`", "False": "`false`", "None": "`none`", "null": "`none`", "nil": "`none`",
      "elif": "`else if`", "def": "`fn`", "lambda": "`x -> …`",
      "import": "`use \"file.lam\" as name`",
      "np": "no prefix: NumPy's names are builtins", "let": "`x = …`", "var": "`x = …`",
    ]
    let hint = foreign[name].map { "Lamella writes \($0)" }
    let suggestion = hint == nil ? Suggestion.nearest(to: name, among: known.sorted()) : nil
    report(.unboundName(name: name, suggestion: suggestion, hint: hint), at: span)
  }

  /// Runs `body` with `names` bound for it alone.
  func withOverlay<Result>(_ names: [String: Int], _ body: () -> Result) -> Result {
    function.overlays.append(names)
    defer { function.overlays.removeLast() }
    return body()
  }
}
