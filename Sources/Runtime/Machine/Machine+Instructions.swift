internal import CMachine
internal import Diagnostics
internal import Syntax
internal import TensorCore

extension Machine {
  /// Does an instruction that the loop handed over.
  func runInstruction(_ i: lm_instruction) throws(MachineFailure) {
    switch lm_opcode(UInt32(i.op)) {
    case LM_OP_add, LM_OP_subtract, LM_OP_multiply, LM_OP_divide, LM_OP_floor_divide,
      LM_OP_remainder, LM_OP_power, LM_OP_binary:
      try arithmetic(i, register(i.c).pointee, BinaryOperator.allCases[Int(i.x & 0x7F)])
    case LM_OP_add_k: try arithmetic(i, constant(i.c), .add)
    case LM_OP_subtract_k: try arithmetic(i, constant(i.c), .subtract)
    case LM_OP_multiply_k: try arithmetic(i, constant(i.c), .multiply)
    case LM_OP_divide_k: try arithmetic(i, constant(i.c), .divide)
    case LM_OP_remainder_k: try arithmetic(i, constant(i.c), .remainder)
    case LM_OP_less: try comparison(i, i.x == 1 ? .greater : .less)
    case LM_OP_less_equal: try comparison(i, i.x == 1 ? .greaterOrEqual : .lessOrEqual)
    case LM_OP_equal: try comparison(i, .equal)
    case LM_OP_not_equal: try comparison(i, .notEqual)
    case LM_OP_negate: try unary(i, .negate)
    case LM_OP_invert: try unary(i, .invert)
    case LM_OP_not: set(register(i.a), .bool(!(try truth(of: register(i.b).pointee))))
    case LM_OP_math1: try math(i, Machine.math1[Int(i.c)], [register(i.b).pointee])
    case LM_OP_math2:
      try math(i, Machine.math2[Int(i.x)], [register(i.b).pointee, register(i.c).pointee])
    case LM_OP_jump_if: try branch(i, when: true, offset: far(i.b, i.c))
    case LM_OP_jump_unless: try branch(i, when: false, offset: far(i.b, i.c))
    case LM_OP_jump_less: try branch(i, .less, register(i.b).pointee, when: true)
    case LM_OP_jump_less_equal: try branch(i, .lessOrEqual, register(i.b).pointee, when: true)
    case LM_OP_jump_equal: try branch(i, .equal, register(i.b).pointee, when: true)
    case LM_OP_jump_not_less: try branch(i, .less, register(i.b).pointee, when: false)
    case LM_OP_jump_not_less_equal: try branch(i, .lessOrEqual, register(i.b).pointee, when: false)
    case LM_OP_jump_not_equal: try branch(i, .equal, register(i.b).pointee, when: false)
    case LM_OP_jump_not_less_k: try branch(i, .less, constant(i.b), when: false)
    case LM_OP_jump_not_less_equal_k: try branch(i, .lessOrEqual, constant(i.b), when: false)
    case LM_OP_jump_not_greater_k: try branch(i, .greater, constant(i.b), when: false)
    case LM_OP_jump_not_greater_equal_k: try branch(i, .greaterOrEqual, constant(i.b), when: false)
    case LM_OP_jump_not_equal_k: try branch(i, .equal, constant(i.b), when: false)
    case LM_OP_jump_equal_k: try branch(i, .equal, constant(i.b), when: true)
    case LM_OP_loop, LM_OP_for_next:
      if raw.pointee.interrupt != 0 { throw .runtime(interruption) }
      // Only looked at: the loop goes on where it was.
      raw.pointee.pc -= 1
    case LM_OP_global, LM_OP_check_bound: throw .runtime(.notYetBound(name: unboundName(i)))
    case LM_OP_for_prepare: try rangeFailure(register(i.a))
    case LM_OP_range: try closedRange(i)
    case LM_OP_iterate:
      if iterateLazily(register(i.a)) { return }
      if try iterateRows(register(i.a)) { return }
      throw .runtime(.notIterable(type: Cells.value(of: register(i.a).pointee).summary))
    case LM_OP_next: try nextElement(i)
    case LM_OP_index: try index(i)
    case LM_OP_index_n: try indexN(i)
    case LM_OP_set_index: try setIndex(i, register(i.c).pointee)
    case LM_OP_set_index_k: try setIndex(i, constant(i.c))
    case LM_OP_concat: try concat(i)
    case LM_OP_set_index_n: try setIndexN(i)
    case LM_OP_set_path: try setPath(i)
    case LM_OP_field: try field(i)
    case LM_OP_set_field: try setField(i)
    case LM_OP_length: try length(i)
    case LM_OP_push: try push(i)
    case LM_OP_call: try call(at: i.a, count: Int(i.b))
    case LM_OP_call_global: try callGlobal(i)
    case LM_OP_call_general: try callGeneral(i)
    case LM_OP_call_builtin: try callBuiltin(i)
    case LM_OP_method: try method(i)
    case LM_OP_host: try runHostOperation(i)
    case LM_OP_try: throw .runtime(.recursionTooDeep(depth: 65_536))
    default:
      // Making a tuple, record, closure, string: only memory can be missing.
      throw .runtime(.outOfMemory)
    }
  }

  private func constant(_ number: UInt16) -> lm_cell { prototype.pointee.constants[Int(number)] }

  private func far(_ low: UInt16, _ high: UInt16) -> Int {
    Int(Int32(bitPattern: UInt32(low) | UInt32(high) << 16))
  }

  var interruption: RuntimeError { raw.pointee.interrupt == 2 ? .timedOut : .interrupted }

  private func unboundName(_ i: lm_instruction) -> String {
    let slot = i.op == UInt8(LM_OP_global.rawValue) ? Int(i.b) : Int(i.a)
    if let name = information.localNames[slot], i.op != UInt8(LM_OP_global.rawValue) { return name }
    return information.source.text(of: information.spans[position])
  }

  // MARK: - Operators

  private static let math1: [ElementwiseOperation] = [
    .sqrt, .exp, .log, .sin, .cos, .tan, .tanh, .abs, .floor, .ceil, .log2, .log10, .square,
  ]
  private static let math2: [ElementwiseOperation] = [.maximum, .minimum, .atan2, .hypot]

  private func arithmetic(_ i: lm_instruction, _ right: lm_cell, _ operation: BinaryOperator)
    throws(MachineFailure)
  {
    if try runTree() { return }
    let left = register(i.b).pointee
    if operation != .matmul,
      let result = try small(left, right, operation.elementwiseOperation, operation.rawValue)
    {
      set(register(i.a), .tensor(result))
      if i.x & UInt8(Compiler.releasesOperands) != 0 {
        releaseTemporaries([i.b, i.c], except: i.a)
      }
      return
    }
    if operation != .matmul { try checkBroadcast(left, right) }
    do throws(CallFailure) {
      let result = try Value.binary(
        operation, Cells.borrowedValue(of: left), Cells.borrowedValue(of: right))
      set(register(i.a), result)
    } catch {
      throw .call(error, operation: operation.rawValue)
    }
    if i.x & UInt8(Compiler.releasesOperands) != 0 { releaseTemporaries([i.b, i.c], except: i.a) }
    try checkMemory()
  }

  /// The operation on small tensors of one shape, or one and a number; nil when that is not what
  /// there is.
  private func small(
    _ left: lm_cell, _ right: lm_cell, _ operation: ElementwiseOperation, _ text: String
  ) throws(MachineFailure) -> Tensor? {
    guard left.tag == Cells.tensorTag else { return nil }
    do throws(TensorError) {
      let a = Cells.borrowedTensor(left.tensor)
      switch right.tag {
      case Cells.tensorTag:
        return try Tensor.small(operation, a, Cells.borrowedTensor(right.tensor))
      case Cells.intTag: return try Tensor.small(operation, a, .int(Int(right.i)))
      case Cells.floatTag: return try Tensor.small(operation, a, .float(right.f))
      default: return nil
      }
    } catch {
      throw .call(.tensor(error), operation: text)
    }
  }

  private func comparison(_ i: lm_instruction, _ operation: ComparisonOperator)
    throws(MachineFailure)
  {
    if try runTree() { return }
    let isSwapped = i.x == 1
    let (first, second) = isSwapped ? (i.c, i.b) : (i.b, i.c)
    if let result = try small(
      register(first).pointee, register(second).pointee, operation.elementwiseOperation,
      operation.rawValue)
    {
      set(register(i.a), .tensor(result))
      return
    }
    try checkBroadcast(register(i.b).pointee, register(i.c).pointee)
    let left = Cells.borrowedValue(of: register(isSwapped ? i.c : i.b).pointee)
    let right = Cells.borrowedValue(of: register(isSwapped ? i.b : i.c).pointee)
    do throws(CallFailure) {
      set(register(i.a), try Value.compare(operation, left, right))
    } catch {
      throw .call(error, operation: operation.rawValue)
    }
  }

  private func unary(_ i: lm_instruction, _ operation: UnaryOperator) throws(MachineFailure) {
    if try runTree() { return }
    do throws(CallFailure) {
      set(
        register(i.a), try Value.unary(operation, Cells.borrowedValue(of: register(i.b).pointee)))
    } catch {
      throw .call(error, operation: operation.rawValue)
    }
  }

  /// An elementwise function on what is not a plain number.
  private func math(_ i: lm_instruction, _ operation: ElementwiseOperation, _ operands: [lm_cell])
    throws(MachineFailure)
  {
    if try runTree() { return }
    let values = operands.map { Cells.value(of: $0) }
    do throws(CallFailure) {
      if operation == .square, i.x == 1 {
        set(register(i.a), try Value.binary(.power, values[0], .int(2)))
        return
      }
      set(register(i.a), try elementwise(operation, values))
    } catch {
      throw .call(error, operation: "\(operation)")
    }
  }

  /// Tensors go straight to the kernels; tuples and the rest by way of the builtin.
  private func elementwise(_ operation: ElementwiseOperation, _ values: [Value]) throws(CallFailure)
    -> Value
  {
    if values.count == 1, case .tensor(let tensor) = values[0] {
      return try tensorResult { () throws(TensorError) in
        .tensor(try Tensor.elementwise(operation, .tensor(tensor)))
      }
    }
    guard let builtin = builtin(named: "\(operation)") else { throw .raised }
    return try call(builtin, values.map { Optional($0) })
  }

  // MARK: - Conditions

  /// A condition: a Bool, a number (not zero), a tensor of one element.
  func truth(of cell: lm_cell) throws(MachineFailure) -> Bool {
    switch cell.tag {
    case Cells.boolTag: return cell.bits != 0
    case Cells.intTag: return cell.i != 0
    case Cells.floatTag: return cell.f != 0
    case Cells.tensorTag:
      let tensor = Cells.borrowedTensor(cell.tensor)
      guard tensor.count == 1 else {
        throw .runtime(.ambiguousCondition(type: tensor.summary.description))
      }
      var element = lm_cell()
      if lm_tensor_load(cell.tensor, 0, &element) { return try truth(of: element) }
      return true
    default:
      let value = Cells.borrowedValue(of: cell)
      if value.isTraced {
        let primal = Cells.cell(of: value.primal)
        defer { lm_release(primal) }
        return try truth(of: primal)
      }
      throw .runtime(.conditionType(type: value.summary))
    }
  }

  private func branch(_ i: lm_instruction, when wanted: Bool, offset: Int) throws(MachineFailure) {
    if try truth(of: register(i.a).pointee) == wanted { raw.pointee.pc += offset }
  }

  private func branch(
    _ i: lm_instruction, _ operation: ComparisonOperator, _ right: lm_cell, when wanted: Bool
  ) throws(MachineFailure) {
    let answer: Value
    do throws(CallFailure) {
      answer = try Value.compare(
        operation, Cells.borrowedValue(of: register(i.a).pointee), Cells.borrowedValue(of: right))
    } catch {
      throw .call(error, operation: operation.rawValue)
    }
    let cell = Cells.cell(of: answer)
    defer { lm_release(cell) }
    if try truth(of: cell) == wanted { raw.pointee.pc += Int(Int16(bitPattern: i.c)) }
  }

  // MARK: - Fused expressions

  /// Evaluates the fused expression that the instruction belongs to, if its leaves are numbers and
  /// tensors with at least one
  /// tensor among them; then goes on behind it.
  func runTree() throws(MachineFailure) -> Bool {
    let information = information
    guard !information.treeOfInstruction.isEmpty else { return false }
    let number = Int(information.treeOfInstruction[position])
    guard number >= 0 else { return false }
    let tree = information.trees[number]
    if tree.reduction == nil, tree.expression.steps.count == 1, let result = try smallStep(tree) {
      finish(tree, information, .tensor(result))
      return true
    }
    var operands: [Operand] = []
    operands.reserveCapacity(tree.leaves.count)
    var hasTensor = false
    for leaf in tree.leaves {
      switch leaf {
      case .constant(let scalar): operands.append(.scalar(scalar))
      case .register(let number):
        let cell = register(number).pointee
        switch cell.tag {
        case Cells.intTag: operands.append(.scalar(.int(Int(cell.i))))
        case Cells.floatTag: operands.append(.scalar(.float(cell.f)))
        case Cells.boolTag: operands.append(.scalar(.bool(cell.bits != 0)))
        case Cells.tensorTag:
          hasTensor = true
          operands.append(.tensor(Cells.borrowedTensor(cell.tensor)))
        case Cells.boxTag: return try runTracedTree(tree)
        default: return false
        }
      }
    }
    guard hasTensor else { return false }
    try checkBroadcast(tree, operands)
    let result: Tensor
    do throws(FusedFailure) {
      if let reduction = tree.reduction {
        result = try Tensor.evaluate(tree.expression, leaves: operands, reducing: reduction)
      } else {
        result = try Tensor.evaluate(tree.expression, leaves: operands)
      }
    } catch {
      throw .tensor(
        error.error, operation: operatorText(tree, error.step),
        position: tree.instructionOfStep[error.step])
    }
    operands.removeAll()
    finish(tree, information, tree.reduction == nil ? .tensor(result) : Value(element: result))
    return true
  }

  /// Lets go of what a fused expression read, writes its result and goes on behind it.
  private func finish(_ tree: FusedTree, _ information: FunctionInformation, _ result: Value) {
    for case .register(let number) in tree.leaves
    where number >= information.firstTemporary && number != tree.target {
      set(register(number), Cells.none)
    }
    set(register(tree.target), result)
    raw.pointee.pc = prototype.pointee.code + tree.end
  }

  /// The result of a tree of one step when its operands are small tensors of one shape.
  private func smallStep(_ tree: FusedTree) throws(MachineFailure) -> Tensor? {
    let step = tree.expression.steps[0]
    guard let a = tensorLeaf(tree.leaves[step.a]) else { return nil }
    do throws(TensorError) {
      switch step.operation.arity {
      case 1: return try Tensor.small(step.operation, a)
      case 2:
        if case .constant(let scalar) = tree.leaves[step.b] {
          return try Tensor.small(step.operation, a, scalar)
        }
        guard let b = tensorLeaf(tree.leaves[step.b]) else { return nil }
        return try Tensor.small(step.operation, a, b)
      default: return nil
      }
    } catch {
      throw .tensor(
        error, operation: operatorText(tree, 0), position: tree.instructionOfStep[0])
    }
  }

  private func tensorLeaf(_ leaf: FusedTree.Leaf) -> Tensor? {
    guard case .register(let number) = leaf else { return nil }
    let cell = register(number).pointee
    return cell.tag == Cells.tensorTag ? Cells.borrowedTensor(cell.tensor) : nil
  }

  /// What the user wrote for a step: the operator or the function's name.
  func operatorText(_ tree: FusedTree, _ step: Int) -> String {
    switch tree.expression.steps[step].operation {
    case .add: "+"
    case .subtract: "-"
    case .multiply: "*"
    case .divide: "/"
    case .floorDivide: "//"
    case .remainder: "%"
    case .power: "^"
    case .equal: "=="
    case .notEqual: "!="
    case .less: "<"
    case .lessOrEqual: "<="
    case .greater: ">"
    case .greaterOrEqual: ">="
    case .and: "&"
    case .or: "|"
    case .negate: "-"
    case .invert: "!"
    case let operation: "\(operation)"
    }
  }

  /// Gives up what temporaries hold once their instruction has read them.
  private func releaseTemporaries(_ numbers: [UInt16], except target: UInt16) {
    let first = information.firstTemporary
    for number in numbers where Int(number) >= first && number != target {
      set(register(number), Cells.none)
    }
  }

  /// Values made by the host are allowed past the limit; here the program stops for it.
  func checkMemory() throws(MachineFailure) {
    if lm_is_memory_exhausted() { throw .runtime(.outOfMemory) }
  }
}
