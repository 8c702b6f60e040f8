internal import CMachine
internal import Diagnostics
internal import Syntax
internal import TensorCore

// Elementwise expressions. Every maximal one is compiled twice: as scalar instructions, and as a
// fused tree that the host
// evaluates at once when one of those instructions meets a tensor. So that it can begin anew, all
// leaves are evaluated first
// and no instruction of the tree writes a leaf's register before the last.
extension Compiler {
  private indirect enum Node {
    case leaf(Int)
    case step(ElementwiseOperation, [Node], Form, spans: [Span], span: Span)
  }

  /// How a step is done for scalars.
  private enum Form {
    case binary(BinaryOperator)
    case comparison(ComparisonOperator)
    case unary(UnaryOperator)
    case square
    case math1(Int)
    case math2(Int)
    case builtin(Int)
  }

  private enum Source {
    case register(Int)
    case constant(number: Int, Scalar)
  }

  /// Whether the expression is an elementwise operation (a leaf is not).
  func isElementwise(_ expression: Expression) -> Bool {
    switch expression.kind {
    case .binary(let operation, _, _): operation != .matmul
    case .comparison, .unary: true
    case .call(let callee, let arguments): elementwiseCall(callee, arguments) != nil
    default: false
    }
  }

  private func elementwiseCall(_ callee: Expression, _ arguments: [Argument]) -> (
    operation: ElementwiseOperation, builtin: Int, operands: [Expression]
  )? {
    guard case .name(let name) = callee.kind, case .builtin(let number) = meaning(of: name),
      let operation = library.elementwise[number], arguments.count == operation.arity
    else { return nil }
    var operands: [Expression] = []
    for argument in arguments {
      guard case .positional(let operand) = argument else { return nil }
      operands.append(operand)
    }
    return (operation, number, operands)
  }

  func elementwise(_ expression: Expression, into target: Int?) -> Int {
    let result = target ?? function.temporary()
    let mark = function.top
    defer { function.top = mark }
    let compiled = compileTree(expression, into: result)
    // Of one step, what the machine's own instructions leave to builtins.
    let isCall = if case .call = expression.kind { true } else { false }
    if compiled.steps.count > 1 || isCall && compiled.steps.count == 1 {
      addTree(compiled, target: result, reduction: nil)
    }
    return result
  }

  /// `sum(a * b)` and its like: on tensors the elements are reduced as they are computed, and never
  /// stored.
  ///
  /// - Parameter base: where the call is laid out: its argument goes to `base + 1`, its result
  ///   comes to `base`.
  func reduction(
    _ reduction: Reduction, builtin number: Int, _ argument: Expression, _ base: Int, at span: Span
  ) {
    let compiled = compileTree(argument, into: base + 1)
    let count = library.builtins[number].signature.parameters.count
    for parameter in 1..<max(count, 1) {
      function.emit(LM_OP_unbind, base + 1 + parameter, at: span)
    }
    let position = function.emit(LM_OP_call_builtin, base, number, count, at: span)
    function.operandSpans[position] = [argument.span]
    addTree(compiled, target: base, reduction: reduction)
  }

  private struct CompiledTree {
    let start: Int
    let leaves: [FusedTree.Leaf]
    let steps: [FusedExpression.Step]
    let instructions: [Int]
  }

  /// Emits the scalar instructions of a tree, whose result goes to `target`.
  private func compileTree(_ expression: Expression, into target: Int) -> CompiledTree {
    var leaves: [Expression] = []
    let root = node(expression, &leaves)
    let sources = evaluate(leaves)
    let start = function.position
    var steps: [FusedExpression.Step] = []
    var instructions: [Int] = []
    let numbering = number(sources)
    _ = emit(root, into: target, sources, numbering, &steps, &instructions)
    return CompiledTree(
      start: start, leaves: numbering.leaves, steps: steps, instructions: instructions)
  }

  /// Notes the instructions emitted since the tree's start as one fused expression.
  private func addTree(_ tree: CompiledTree, target: Int, reduction: Reduction?) {
    let expression = FusedExpression(leafCount: tree.leaves.count, steps: tree.steps)
    function.add(
      FusedTree(
        expression: expression, leaves: tree.leaves, target: target, end: function.position,
        instructionOfStep: tree.instructions, reduction: reduction), from: tree.start)
  }

  // MARK: - The tree

  private func node(_ expression: Expression, _ leaves: inout [Expression]) -> Node {
    switch expression.kind {
    case .binary(let operation, let left, let right) where operation != .matmul:
      if operation == .power, case .int(2) = right.kind {
        return .step(
          .square, [node(left, &leaves)], .square, spans: [left.span], span: expression.span)
      }
      return .step(
        operation.elementwiseOperation, [node(left, &leaves), node(right, &leaves)],
        .binary(operation), spans: [left.span, right.span], span: expression.span)
    case .unary(let operation, let operand):
      if numericConstant(expression) != nil { return leaf(expression, &leaves) }
      return .step(
        operation == .negate ? .negate : .invert, [node(operand, &leaves)], .unary(operation),
        spans: [operand.span], span: expression.span)
    case .comparison(let first, let rest): return comparison(first, rest, expression.span, &leaves)
    case .call(let callee, let arguments):
      guard let call = elementwiseCall(callee, arguments) else { return leaf(expression, &leaves) }
      let operands = call.operands.map { node($0, &leaves) }
      return .step(
        call.operation, operands, Compiler.form(call.operation, call.builtin),
        spans: call.operands.map(\.span), span: expression.span)
    default: return leaf(expression, &leaves)
    }
  }

  private func leaf(_ expression: Expression, _ leaves: inout [Expression]) -> Node {
    leaves.append(expression)
    return .leaf(leaves.count - 1)
  }

  /// `a < b < c` is `(a < b) & (b < c)` with `b` evaluated once.
  private func comparison(
    _ first: Expression, _ rest: [(op: ComparisonOperator, operand: Expression)], _ span: Span,
    _ leaves: inout [Expression]
  ) -> Node {
    if rest.count == 1 {
      return .step(
        rest[0].op.elementwiseOperation, [node(first, &leaves), node(rest[0].operand, &leaves)],
        .comparison(rest[0].op), spans: [first.span, rest[0].operand.span], span: span)
    }
    let operands = [leaf(first, &leaves)] + rest.map { leaf($0.operand, &leaves) }
    let all = [first] + rest.map(\.operand)
    let pairs = rest.indices.map { index -> Node in
      .step(
        rest[index].op.elementwiseOperation, [operands[index], operands[index + 1]],
        .comparison(rest[index].op), spans: [all[index].span, all[index + 1].span], span: span)
    }
    return pairs.dropFirst().reduce(pairs[0]) { joined, pair in
      .step(.and, [joined, pair], .binary(.elementwiseAnd), spans: [span, span], span: span)
    }
  }

  private static func form(_ operation: ElementwiseOperation, _ builtin: Int) -> Form {
    let one: lm_math1? =
      switch operation {
      case .sqrt: LM_MATH1_sqrt
      case .exp: LM_MATH1_exp
      case .log: LM_MATH1_log
      case .sin: LM_MATH1_sin
      case .cos: LM_MATH1_cos
      case .tan: LM_MATH1_tan
      case .tanh: LM_MATH1_tanh
      case .abs: LM_MATH1_abs
      case .floor: LM_MATH1_floor
      case .ceil: LM_MATH1_ceil
      case .log2: LM_MATH1_log2
      case .log10: LM_MATH1_log10
      case .square: LM_MATH1_square
      default: nil
      }
    if let one { return .math1(Int(one.rawValue)) }
    let two: lm_math2? =
      switch operation {
      case .maximum: LM_MATH2_maximum
      case .minimum: LM_MATH2_minimum
      case .atan2: LM_MATH2_atan2
      case .hypot: LM_MATH2_hypot
      default: nil
      }
    return two.map { .math2(Int($0.rawValue)) } ?? .builtin(builtin)
  }

  // MARK: - Leaves

  private func evaluate(_ leaves: [Expression]) -> [Source] {
    leaves.enumerated().map { index, leaf in
      if let number = numericConstant(leaf) {
        let cell = function.constants[number]
        let scalar: Scalar =
          cell.tag == Cells.intTag ? .int(Int(cell.i)) : .float(cell.f)
        return .constant(number: number, scalar)
      }
      let register = value(leaf)
      guard !function.isTemporary(register),
        leaves[(index + 1)...].contains(where: \.mayAssign)
      else { return .register(register) }
      let copy = function.temporary()
      function.emit(LM_OP_move, copy, register, at: leaf.span)
      return .register(copy)
    }
  }

  /// Value numbers of the leaves; a register read twice has one number.
  private func number(_ sources: [Source]) -> (leaves: [FusedTree.Leaf], numbers: [Int]) {
    var leaves: [FusedTree.Leaf] = []
    var known: [Int: Int] = [:]
    let numbers = sources.map { source -> Int in
      switch source {
      case .constant(_, let scalar):
        leaves.append(.constant(scalar))
        return leaves.count - 1
      case .register(let register):
        if let number = known[register] { return number }
        known[register] = leaves.count
        leaves.append(.register(register))
        return leaves.count - 1
      }
    }
    return (leaves, numbers)
  }

  // MARK: - Instructions

  /// Emits a node's instructions; its value number. The result is in `target`.
  private func emit(
    _ node: Node, into target: Int, _ sources: [Source],
    _ numbering: (leaves: [FusedTree.Leaf], numbers: [Int]), _ steps: inout [FusedExpression.Step],
    _ instructions: inout [Int]
  ) -> Int {
    guard case .step(let operation, let operands, let form, let spans, let span) = node else {
      if case .leaf(let leaf) = node { return numbering.numbers[leaf] }
      return 0
    }
    let mark = function.top
    defer { function.top = mark }
    var numbers: [Int] = []
    let places = operands.map { operand -> Source in
      if case .leaf(let leaf) = operand {
        numbers.append(numbering.numbers[leaf])
        return sources[leaf]
      }
      let place = function.temporary()
      numbers.append(emit(operand, into: place, sources, numbering, &steps, &instructions))
      return .register(place)
    }
    let position = emit(form, into: target, places, span)
    function.operandSpans[position] = spans
    steps.append(
      FusedExpression.Step(
        operation, numbers[0], numbers.count > 1 ? numbers[1] : 0,
        numbers.count > 2 ? numbers[2] : 0))
    instructions.append(position)
    return numbering.leaves.count + steps.count - 1
  }

  private func register(of source: Source, _ span: Span) -> Int {
    switch source {
    case .register(let register): return register
    case .constant(let number, _):
      let register = function.temporary()
      function.emit(LM_OP_constant, register, number & 0xFFFF, number >> 16, at: span)
      return register
    }
  }

  /// Emits one scalar instruction; its position.
  private func emit(_ form: Form, into target: Int, _ places: [Source], _ span: Span) -> Int {
    switch form {
    case .binary(let operation): return emitBinary(operation, into: target, places, span)
    case .comparison(let operation):
      var a = register(of: places[0], span)
      var b = register(of: places[1], span)
      // `a > b` is `b < a`; x = 1 tells the host that the operands are swapped.
      let isSwapped = operation == .greater || operation == .greaterOrEqual
      if isSwapped { swap(&a, &b) }
      let op: lm_opcode =
        switch operation {
        case .equal: LM_OP_equal
        case .notEqual: LM_OP_not_equal
        case .less, .greater: LM_OP_less
        case .lessOrEqual, .greaterOrEqual: LM_OP_less_equal
        }
      return function.emit(op, target, a, b, x: isSwapped ? 1 : 0, at: span)
    case .unary(let operation):
      return function.emit(
        operation == .negate ? LM_OP_negate : LM_OP_invert, target, register(of: places[0], span),
        at: span)
    case .square:
      return function.emit(
        LM_OP_math1, target, register(of: places[0], span), Int(LM_MATH1_square.rawValue), x: 1,
        at: span)
    case .math1(let function1):
      return function.emit(LM_OP_math1, target, register(of: places[0], span), function1, at: span)
    case .math2(let function2):
      let a = register(of: places[0], span)
      let b = register(of: places[1], span)
      return function.emit(LM_OP_math2, target, a, b, x: function2, at: span)
    case .builtin(let number): return emitBuiltin(number, into: target, places, span)
    }
  }

  private func emitBuiltin(_ number: Int, into target: Int, _ places: [Source], _ span: Span) -> Int
  {
    let parameters = library.builtins[number].signature.parameters
    let base = function.temporaries(parameters.count + 1)
    for (index, place) in places.enumerated() {
      switch place {
      case .register(let register):
        function.emit(LM_OP_move, base + 1 + index, register, at: span)
      case .constant(let constant, _):
        function.emit(LM_OP_constant, base + 1 + index, constant & 0xFFFF, constant >> 16, at: span)
      }
    }
    for index in places.count..<max(parameters.count, places.count) {
      function.emit(LM_OP_unbind, base + 1 + index, at: span)
    }
    let position = function.emit(LM_OP_call_builtin, base, number, parameters.count, at: span)
    function.emit(LM_OP_take, target, base, at: span)
    return position
  }

  private func emitBinary(
    _ operation: BinaryOperator, into target: Int, _ places: [Source], _ span: Span
  ) -> Int {
    if case .constant(let number, _) = places[1] {
      let op: lm_opcode? =
        switch operation {
        case .add: LM_OP_add_k
        case .subtract: LM_OP_subtract_k
        case .multiply: LM_OP_multiply_k
        case .divide: LM_OP_divide_k
        case .remainder: LM_OP_remainder_k
        case .floorDivide, .matmul, .power, .elementwiseAnd, .elementwiseOr: nil
        }
      if let op, case .register(let a) = places[0] {
        return function.emit(op, target, a, number, at: span)
      }
    }
    let a = register(of: places[0], span)
    let b = register(of: places[1], span)
    return function.emit(
      Compiler.opcode(operation), target, a, b, x: Compiler.number(operation), at: span)
  }

  static func opcode(_ operation: BinaryOperator) -> lm_opcode {
    switch operation {
    case .add: LM_OP_add
    case .subtract: LM_OP_subtract
    case .multiply: LM_OP_multiply
    case .divide: LM_OP_divide
    case .floorDivide: LM_OP_floor_divide
    case .remainder: LM_OP_remainder
    case .power: LM_OP_power
    case .matmul, .elementwiseAnd, .elementwiseOr: LM_OP_binary
    }
  }

  /// The operator's number in the `x` of a `binary` instruction; bit 7: the operands may be
  /// released.
  static func number(_ operation: BinaryOperator) -> Int {
    BinaryOperator.allCases.firstIndex(of: operation) ?? 0
  }

  static let releasesOperands = 0x80

  /// A binary operation on registers that is no part of a tree.
  func emitBinary(
    _ operation: BinaryOperator, _ result: Int, _ a: Int, _ b: Int, _ spans: [Span], at span: Span,
    releases: Bool
  ) {
    let x = Compiler.number(operation) | (releases ? Compiler.releasesOperands : 0)
    let position = function.emit(Compiler.opcode(operation), result, a, b, x: x, at: span)
    function.operandSpans[position] = spans
  }
}
