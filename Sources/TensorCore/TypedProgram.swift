internal import CKernels
internal import Synchronization

/// A fused expression for operands of certain dtypes, ready for the kernels: with conversions made
/// steps of their own.
final class TypedProgram: @unchecked Sendable {
  // Safe because nothing changes after `init`.

  /// What the program reads: a leaf, and the dtype a scalar leaf is given in.
  struct Input {
    let leaf: Int
    let dtype: DType
    /// The first step that reads it.
    let step: Int
  }

  let pointer: OpaquePointer
  let inputs: [Input]
  let result: DType
  /// For each instruction, the step of the expression it belongs to.
  let steps: [Int]
  /// What each instruction's operands are converted to.
  let operandTypes: [DType]

  /// - Throws: `unsupportedDType` at the step that has no kernel; `outOfMemory`.
  init(_ expression: FusedExpression, _ leaves: [ValueType]) throws(FusedFailure) {
    var builder = ProgramBuilder(leaves)
    for (index, step) in expression.steps.enumerated() {
      try builder.append(step, at: index)
    }
    builder.finish()
    let types = builder.inputs.map { Int32($0.dtype.rawValue) }
    let instructions = builder.numberedInstructions()
    let made = ck_program_create(types.count, types, instructions.count, instructions)
    guard let made else {
      throw FusedFailure(step: expression.steps.count - 1, error: .outOfMemory(bytes: 0))
    }
    pointer = made
    inputs = builder.inputs
    steps = builder.steps
    operandTypes = builder.operandTypes
    result = builder.values[builder.values.count - 1].type.dtype
  }

  deinit { ck_program_free(pointer) }
}

/// Turns steps into instructions: infers types, inserts conversions.
private struct ProgramBuilder {
  /// Where a value is: scalars have no place until a dtype is asked of them.
  enum Place {
    case input(Int)
    case instruction(Int)
    case scalarLeaf(Int)
  }

  /// Of an instruction, bf16 lies in f32: it is rounded at the end of the expression.
  struct Value {
    let type: ValueType
    let place: Place

    /// What the value lies in.
    var stored: DType {
      switch place {
      case .instruction: type.dtype.computed
      case .input, .scalarLeaf: type.dtype
      }
    }
  }

  private struct Conversion: Hashable {
    let value: Int
    let dtype: DType
  }

  private(set) var values: [Value] = []
  private(set) var inputs: [TypedProgram.Input] = []
  private(set) var steps: [Int] = []
  private(set) var operandTypes: [DType] = []
  /// Operands that are inputs are numbered from 0, instructions from `firstInstruction`.
  private var instructions: [ck_step] = []
  private var conversions: [Conversion: Int32] = [:]
  private static let firstInstruction: Int32 = 1 << 16

  init(_ leaves: [ValueType]) {
    for (index, type) in leaves.enumerated() {
      if type.isWeak {
        values.append(Value(type: type, place: .scalarLeaf(index)))
      } else {
        values.append(Value(type: type, place: .input(inputs.count)))
        inputs.append(TypedProgram.Input(leaf: index, dtype: type.dtype, step: 0))
      }
    }
  }

  mutating func append(_ step: FusedExpression.Step, at index: Int) throws(FusedFailure) {
    let numbers = Array([step.a, step.b, step.c].prefix(step.operation.arity))
    let type = StepType(step.operation, numbers.map { values[$0].type })
    let operation = Int32(step.operation.rawValue)
    let computed = type.operands.computed
    guard ck_has_kernel(operation, Int32(computed.rawValue)) else {
      let dtype = numbers.map { values[$0].type.dtype }.max { $0.rawValue < $1.rawValue }
      throw FusedFailure(
        step: index,
        error: .unsupportedDType(
          operation: "\(step.operation)", dtype: dtype ?? type.operands))
    }
    var operands: [Int32] = [-1, -1, -1]
    for (position, number) in numbers.enumerated() {
      let isCondition = step.operation == .where && position == 0
      operands[position] = try operand(number, as: isCondition ? .bool : computed, index)
    }
    let instruction = ck_step(
      operation: operation, dtype: Int32(computed.rawValue),
      result_dtype: Int32(type.result.dtype.computed.rawValue),
      a: operands[0], b: operands[1], c: operands[2])
    values.append(Value(type: type.result, place: .instruction(instructions.count)))
    append(instruction, step: index, operands: type.operands)
  }

  /// Rounds the result when it is bf16.
  mutating func finish() {
    guard let last = values.last, last.stored != last.type.dtype,
      case .instruction(let instruction) = last.place
    else { return }
    let source = ProgramBuilder.firstInstruction + Int32(instruction)
    let step = steps[instruction]
    _ = appendCast(of: source, from: last.stored, to: last.type.dtype, step)
  }

  private mutating func append(_ instruction: ck_step, step: Int, operands: DType) {
    instructions.append(instruction)
    steps.append(step)
    operandTypes.append(operands)
  }

  /// The number of a value converted to a dtype; made once.
  private mutating func operand(_ number: Int, as dtype: DType, _ step: Int)
    throws(FusedFailure) -> Int32
  {
    let value = values[number]
    let conversion = Conversion(value: number, dtype: dtype)
    if let known = conversions[conversion] { return known }
    let result: Int32
    switch value.place {
    case .scalarLeaf(let leaf):
      result = Int32(inputs.count)
      inputs.append(TypedProgram.Input(leaf: leaf, dtype: dtype, step: step))
    case .input(let input) where value.stored == dtype:
      result = Int32(input)
    case .instruction(let instruction) where value.stored == dtype:
      result = ProgramBuilder.firstInstruction + Int32(instruction)
    case .input(let input):
      result = appendCast(of: Int32(input), from: value.stored, to: dtype, step)
    case .instruction(let instruction):
      let source = ProgramBuilder.firstInstruction + Int32(instruction)
      result = appendCast(of: source, from: value.stored, to: dtype, step)
    }
    conversions[conversion] = result
    return result
  }

  private mutating func appendCast(of source: Int32, from: DType, to target: DType, _ step: Int)
    -> Int32
  {
    let cast = ck_step(
      operation: Int32(CK_CAST), dtype: Int32(from.rawValue), result_dtype: Int32(target.rawValue),
      a: source, b: -1, c: -1)
    append(cast, step: step, operands: target)
    return ProgramBuilder.firstInstruction + Int32(instructions.count - 1)
  }

  /// The instructions with values numbered as the kernels number them: inputs first.
  func numberedInstructions() -> [ck_step] {
    let shift = Int32(inputs.count) - ProgramBuilder.firstInstruction
    func numbered(_ operand: Int32) -> Int32 {
      operand >= ProgramBuilder.firstInstruction ? operand + shift : operand
    }
    return instructions.map { instruction in
      var result = instruction
      result.a = numbered(instruction.a)
      result.b = numbered(instruction.b)
      result.c = numbered(instruction.c)
      return result
    }
  }
}

/// The programs made of one expression, by the dtypes of its leaves. Bounded: code meets few
/// combinations.
final class ProgramCache: Sendable {
  private static let capacity = 8
  /// More leaves do not fit in a key and are not cached.
  private static let mostLeaves = 15

  private let entries = Mutex<[(key: UInt64, program: TypedProgram)]>([])

  /// The program for leaves such as these.
  func program(_ expression: FusedExpression, for leaves: [Operand]) throws(FusedFailure)
    -> TypedProgram
  {
    guard leaves.count <= ProgramCache.mostLeaves else {
      return try TypedProgram(expression, leaves.map(ValueType.init))
    }
    var key: UInt64 = 1
    for index in 0..<leaves.count { key = key << 4 | ProgramCache.code(leaves[index]) }
    let known = entries.withLock { entries in entries.first { $0.key == key }?.program }
    if let known { return known }
    let made = try TypedProgram(expression, leaves.map(ValueType.init))
    entries.withLock { entries in
      if entries.count == ProgramCache.capacity { entries.removeFirst() }
      entries.append((key, made))
    }
    return made
  }

  /// Four bits: a dtype, or the kind of a scalar.
  private static func code(_ operand: Operand) -> UInt64 {
    switch operand {
    case .tensor(let tensor): UInt64(tensor.dtype.rawValue)
    case .scalar(.bool): 12
    case .scalar(.int): 13
    case .scalar(.float): 14
    case .scalar(.complex): 15
    }
  }
}
