internal import CMachine
internal import Diagnostics
internal import Syntax
internal import TensorCore

/// The code of one function (or of a cell's top level) while it is made: instructions, constants,
/// registers and names.
final class FunctionBuilder {
  let parent: FunctionBuilder?
  let source: SourceText
  /// nil for a lambda and for top-level code.
  let name: String?
  let isTopLevel: Bool
  /// Names of this function by register; of top-level code, by global cell.
  var locals: [String: Int] = [:]
  /// Names bound by comprehensions, arms, handlers, and top-level loops: innermost last.
  var overlays: [[String: Int]] = []
  /// The captured names in order, and the maker's registers they come from.
  var captures: [String] = []
  var captureSources: [Int] = []
  /// Registers that surely have a value here, and those that may.
  var definite: Set<Int> = []
  var possible: Set<Int> = []
  /// Whether the code at this point cannot be reached.
  var isUnreachable = false
  var firstTemporary = 0
  var top = 0
  private(set) var registerCount = 0
  /// Checked at each `return`.
  var resultContract: Contract?
  var loops: [Loop] = []
  /// How many `try` blocks of this function stand around this point.
  var tryDepth = 0

  struct Loop {
    var breaks: [Int] = []
    var continues: [Int] = []
    let tryDepth: Int
  }

  private(set) var code: [lm_instruction] = []
  private(set) var spans: [Span] = []
  var operandSpans: [Int: [Span?]] = [:]
  private(set) var constants: [lm_cell] = []
  private var constantNumbers: [ConstantKey: Int] = [:]
  private(set) var caches: [lm_cache] = []
  private(set) var shapes: [UnsafePointer<lm_shape>?] = []
  private(set) var indices: [lm_index_form] = []
  private(set) var children: [UnsafeMutablePointer<lm_prototype>?] = []
  private(set) var descriptors: [Descriptor] = []
  private(set) var trees: [FusedTree] = []
  private var treeRanges: [(start: Int, end: Int)] = []
  var methods: [Int: MethodDescriptor] = [:]

  enum ConstantKey: Hashable {
    case int(Int)
    case float(UInt64)
    /// By its bytes: `==` of `String` takes equivalent spellings for one.
    case string([UInt8])
    case bool(Bool)
    case none
    case named(String)
  }

  init(parent: FunctionBuilder?, source: SourceText, name: String?, isTopLevel: Bool) {
    self.parent = parent
    self.source = source
    self.name = name
    self.isTopLevel = isTopLevel
    if isTopLevel {
      firstTemporary = LM_GLOBAL_LIMIT
      top = firstTemporary
    }
  }

  // MARK: - Registers

  func temporary() -> Int {
    top += 1
    registerCount = max(registerCount, top)
    return top - 1
  }

  func temporaries(_ count: Int) -> Int {
    let first = top
    top += count
    registerCount = max(registerCount, top)
    return first
  }

  func isTemporary(_ register: Int) -> Bool { register >= firstTemporary }

  /// Whether the function fits the instruction format.
  var isTooLarge: Bool {
    registerCount > 65_000 || constants.count > 65_000 || caches.count > 65_000
      || descriptors.count > 65_000 || children.count > 65_000 || shapes.count > 65_000
      || indices.count > 65_000 || hasLongJump
  }

  private var hasLongJump = false

  // MARK: - Instructions

  @discardableResult
  func emit(
    _ op: lm_opcode, _ a: Int = 0, _ b: Int = 0, _ c: Int = 0, x: Int = 0, at span: Span
  ) -> Int {
    code.append(
      lm_instruction(
        op: UInt8(op.rawValue), x: UInt8(truncatingIfNeeded: x), a: UInt16(truncatingIfNeeded: a),
        b: UInt16(truncatingIfNeeded: b), c: UInt16(truncatingIfNeeded: c)))
    spans.append(span)
    return code.count - 1
  }

  func emit(
    host operation: HostOperation, _ base: Int, _ descriptor: Int = 0, x: Int = 0, at span: Span
  ) {
    emit(LM_OP_host, Int(operation.rawValue), base, descriptor, x: x, at: span)
  }

  /// Makes the jump at `position` lead here.
  func patch(_ position: Int) { patch(position, to: code.count) }

  func patch(_ position: Int, to target: Int) {
    let offset = target - position - 1
    let bits = UInt32(bitPattern: Int32(truncatingIfNeeded: offset))
    let low = UInt16(truncatingIfNeeded: bits)
    let high = UInt16(truncatingIfNeeded: bits >> 16)
    switch lm_opcode(UInt32(code[position].op)) {
    case LM_OP_jump, LM_OP_loop:
      code[position].a = low
      code[position].b = high
    case LM_OP_jump_if, LM_OP_jump_unless, LM_OP_jump_bound, LM_OP_try:
      code[position].b = low
      code[position].c = high
    default:
      if offset > Int(Int16.max) || offset < Int(Int16.min) { hasLongJump = true }
      code[position].c = low
    }
  }

  func patch(_ positions: [Int]) { positions.forEach { patch($0) } }

  var position: Int { code.count }

  // MARK: - Tables

  func constant(_ key: ConstantKey, _ make: () -> lm_cell) -> Int {
    if let known = constantNumbers[key] { return known }
    constants.append(make())
    constantNumbers[key] = constants.count - 1
    return constants.count - 1
  }

  func cache(_ field: String) -> Int {
    caches.append(lm_cache(symbol: Symbols.number(of: field), position: 0, shape: nil))
    return caches.count - 1
  }

  func shape(_ names: [String]) -> Int {
    shapes.append(Symbols.shape(of: names).pointer)
    return shapes.count - 1
  }

  func descriptor(_ descriptor: Descriptor) -> Int {
    descriptors.append(descriptor)
    return descriptors.count - 1
  }

  /// An index descriptor has the same number among `indices`, which the loop reads, and among
  /// `descriptors`.
  func index(_ index: IndexDescriptor) -> Int {
    let isPlain = index.components.allSatisfy { component in
      if case .expression = component { return true }
      return false
    }
    while indices.count < descriptors.count {
      indices.append(lm_index_form(first: 0, count: 0, is_plain: 0))
    }
    indices.append(
      lm_index_form(
        first: UInt16(truncatingIfNeeded: index.first),
        count: UInt8(min(index.components.count, 255)),
        is_plain: isPlain ? 1 : 0))
    return descriptor(.index(index))
  }

  func child(_ prototype: UnsafeMutablePointer<lm_prototype>) -> Int {
    children.append(prototype)
    return children.count - 1
  }

  func add(_ tree: FusedTree, from start: Int) {
    trees.append(tree)
    treeRanges.append((start, tree.end))
  }

  // MARK: - The end

  /// The finished code. It lives as long as the process: closures and traces refer to it.
  func finish(
    signature: Signature, documentation: String?, parameterCount: Int, requiredCount: Int,
    isSimple: Bool
  ) -> UnsafeMutablePointer<lm_prototype> {
    var treeOfInstruction: [Int32] = []
    if !trees.isEmpty {
      treeOfInstruction = [Int32](repeating: -1, count: code.count)
      for (number, range) in treeRanges.enumerated() {
        for position in range.start..<range.end { treeOfInstruction[position] = Int32(number) }
      }
    }
    let information = FunctionInformation(
      name: name, signature: signature, documentation: documentation, source: source, spans: spans,
      operandSpans: operandSpans, trees: trees, treeOfInstruction: treeOfInstruction,
      descriptors: descriptors, methods: methods,
      localNames: Dictionary(
        locals.map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first }),
      firstTemporary: firstTemporary)
    let prototype = UnsafeMutablePointer<lm_prototype>.allocate(capacity: 1)
    prototype.initialize(
      to: lm_prototype(
        code: UnsafePointer(permanent(code)), constants: UnsafePointer(permanent(constants)),
        caches: permanent(caches), shapes: UnsafePointer(permanent(shapes)),
        indices: UnsafePointer(permanent(indices)), children: UnsafePointer(permanent(children)),
        capture_sources: UnsafePointer(permanent(captureSources.map { UInt16($0) })),
        capture_count: Int32(captures.count),
        register_count: Int32(max(registerCount, top)),
        first_own: Int32(isTopLevel ? firstTemporary : 0),
        parameter_count: Int32(parameterCount),
        required_count: Int32(requiredCount),
        exact_count: isSimple && requiredCount == parameterCount ? Int32(parameterCount) : -1,
        is_simple: isSimple,
        host: Unmanaged.passRetained(information).toOpaque()))
    return prototype
  }

  private func permanent<Element>(_ elements: [Element]) -> UnsafeMutablePointer<Element> {
    let block = UnsafeMutablePointer<Element>.allocate(capacity: max(elements.count, 1))
    block.initialize(from: elements, count: elements.count)
    return block
  }
}
