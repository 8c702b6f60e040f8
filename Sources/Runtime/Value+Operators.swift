internal import CMachine
package import Syntax
internal import TensorCore
internal import TensorOps

// Operators on values of any type: what the machine does when its fast path for Int and Float does
// not apply.
//
// Numbers follow `Scalar+Arithmetic.swift`; tensors go to TensorCore; tuples and records of one
// structure are taken
// apart and put together again; a range in arithmetic is the tensor of its elements.

extension Value {
  /// How deeply tuples and records may nest under an operator.
  static let deepestStructure = 200
  /// Bytes a repeated Str may have.
  static let longestText = 1 << 31

  /// `lhs op rhs`.
  ///
  /// - Throws: E0401 when the types do not go with the operator, E0403, E0404, E0501 for too deep a
  ///   structure, and the
  ///   errors of tensors.
  package static func binary(
    _ op: BinaryOperator, _ lhs: Value, _ rhs: Value
  ) throws(CallFailure) -> Value {
    try binary(op, lhs, rhs, depth: 0)
  }

  private static func binary(
    _ op: BinaryOperator, _ lhs: Value, _ rhs: Value, depth: Int
  ) throws(CallFailure) -> Value {
    if op != .matmul, let a = lhs.scalar, let b = rhs.scalar {
      guard let result = try Scalar.binary(op, a, b) else { throw .operands(op.rawValue, lhs, rhs) }
      return Value(result)
    }
    switch (lhs, rhs) {
    case (.string(let a), .string(let b)) where op == .add:
      guard a.utf8.count + b.utf8.count <= longestText else {
        throw .tensor(.outOfMemory(bytes: a.utf8.count + b.utf8.count))
      }
      return .string(a + b)
    case (.string(let text), _) where op == .multiply:
      if let count = rhs.exactInt { return try repeated(text, count) }
    case (_, .string(let text)) where op == .multiply:
      if let count = lhs.exactInt { return try repeated(text, count) }
    case (.tuple, _), (.record, _), (_, .tuple), (_, .record):
      guard depth < deepestStructure else { throw .tooDeep() }
      return try mapped(lhs, rhs, { .operands(op.rawValue, $0, $1) }) {
        (a, b) throws(CallFailure) in try binary(op, a, b, depth: depth + 1)
      }
    case (.none, _), (.bool, _), (.int, _), (.float, _), (.complex, _), (.string, _), (.tensor, _),
      (.map, _), (.range, _), (.function, _), (.module, _), (.external, _), (.traced, _):
      break
    }
    if lhs.isTraced || rhs.isTraced {
      return try tracedBinary(op == .matmul, op.elementwiseOperation, op.rawValue, lhs, rhs)
    }
    guard let a = try lhs.operandOfOperator(), let b = try rhs.operandOfOperator() else {
      throw .operands(op.rawValue, lhs, rhs)
    }
    if op == .matmul {
      return try tensorResult { () throws(TensorError) in
        try Value.tensor(of: a).matmul(try Value.tensor(of: b)).asValue
      }
    }
    return try elementwise(op.elementwiseOperation, a, b)
  }

  /// A number becomes a tensor of rank 0, which `@` then refuses with its shape.
  private static func tensor(of operand: Operand) throws(TensorError) -> Tensor {
    switch operand {
    case .tensor(let tensor): tensor
    case .scalar(let scalar): try Tensor(scalar: scalar)
    }
  }

  private static func repeated(_ text: String, _ count: Int) throws(CallFailure) -> Value {
    guard count > 0 else { return .string("") }
    let (bytes, overflow) = text.utf8.count.multipliedReportingOverflow(by: count)
    guard !overflow, bytes <= longestText else {
      throw .tensor(.outOfMemory(bytes: overflow ? .max : bytes))
    }
    return .string(String(repeating: text, count: count))
  }

  /// `-x`, `!x`; tuples and records element by element.
  ///
  /// - Throws: E0401, E0403, E0501, and the errors of tensors.
  package static func unary(_ op: UnaryOperator, _ operand: Value) throws(CallFailure) -> Value {
    try unary(op, operand, depth: 0)
  }

  private static func unary(
    _ op: UnaryOperator, _ operand: Value, depth: Int
  ) throws(CallFailure) -> Value {
    if let scalar = operand.scalar {
      guard let result = try Scalar.unary(op, scalar) else { throw .operand(op.rawValue, operand) }
      return Value(result)
    }
    if operand.isStructure {
      guard depth < deepestStructure else { throw .tooDeep() }
      return try operand.mappingElements { (element) throws(CallFailure) in
        try unary(op, element, depth: depth + 1)
      }
    }
    if let variable = operand.variable, operand.isTraced {
      return try tensorResult { () throws(TensorError) in
        Value(try Variable.elementwise(op == .negate ? .negate : .invert, variable))
      }
    }
    guard let tensor = try operand.operandOfOperator() else { throw .operand(op.rawValue, operand) }
    return try tensorResult { () throws(TensorError) in
      .tensor(try Tensor.elementwise(op == .negate ? .negate : .invert, tensor))
    }
  }

  /// `x'`: the last two axes swapped.
  ///
  /// - Throws: E0401 for what is not a tensor; `wrongRank` below rank 2.
  package static func transpose(_ operand: Value) throws(CallFailure) -> Value {
    if let variable = operand.variable, operand.isTraced, variable.rank >= 2 {
      return try tensorResult { () throws(TensorError) in
        Value(try variable.swappingAxes(variable.rank - 2, variable.rank - 1))
      }
    }
    guard case .tensor(let tensor) = operand.primal else { throw .operand("'", operand) }
    return try tensorResult { () throws(TensorError) in
      guard tensor.rank >= 2 else {
        throw TensorError.wrongRank(operation: "'", expected: "at least 2", shape: tensor.shape)
      }
      return .tensor(try tensor.swappingAxes(tensor.rank - 2, tensor.rank - 1))
    }
  }

  static func elementwise(
    _ operation: ElementwiseOperation, _ lhs: Operand, _ rhs: Operand
  ) throws(CallFailure) -> Value {
    try tensorResult { () throws(TensorError) in
      .tensor(try Tensor.elementwise(operation, lhs, rhs))
    }
  }

  /// A number as a weak scalar, a tensor, or the tensor of a range; nil for other types.
  func operandOfOperator() throws(CallFailure) -> Operand? {
    switch self {
    case .tensor(let tensor): return .tensor(tensor)
    case .range(let range):
      return .tensor(try tensorResult { () throws(TensorError) in try Tensor(range) })
    case .bool, .int, .float, .complex: return scalar.map(Operand.scalar)
    case .none, .string, .tuple, .record, .map, .function, .module, .external, .traced: return nil
    }
  }
}

// MARK: - Tuples and records

extension Value {
  /// A tuple or a record: what arithmetic takes apart.
  var isStructure: Bool {
    switch self {
    case .tuple, .record: true
    case .none, .bool, .int, .float, .complex, .string, .tensor, .map, .range, .function, .module,
      .external, .traced:
      false
    }
  }

  /// A number or a tensor of rank 0: what meets every element of a structure.
  private var isNumber: Bool {
    if case .tensor(let tensor) = primal { return tensor.rank == 0 }
    return primal.scalar != nil
  }

  /// Structures that share parts (`t = (t, t)` again and again) are small, but what comes of them
  /// may
  /// be larger than any memory.
  ///
  /// - Throws: E0502, E0503.
  private static func checkLimits() throws(CallFailure) {
    if Interruption.isRequested { throw .tensor(.interrupted) }
    if lm_is_memory_exhausted() { throw .diagnostic(RuntimeError.outOfMemory.diagnostic) }
  }

  /// The tuple or record with `transform` of every element; of another value, `transform` of it.
  func mappingElements(_ transform: (Value) throws(CallFailure) -> Value) throws(CallFailure)
    -> Value
  {
    try Value.checkLimits()
    switch self {
    case .tuple(let values):
      var results: [Value] = []
      results.reserveCapacity(values.count)
      for value in values { results.append(try transform(value)) }
      return .tuple(TupleValue(results))
    case .record(let record):
      var fields: [(String, Value)] = []
      for (name, value) in zip(record.names, record.values) {
        fields.append((name, try transform(value)))
      }
      return .record(RecordValue(fields))
    case .none, .bool, .int, .float, .complex, .string, .tensor, .map, .range, .function, .module,
      .external, .traced:
      return try transform(self)
    }
  }

  /// Combines two structures element by element, or a structure with a number.
  ///
  /// - Throws: what `mismatch` makes of two values that have no common structure.
  static func mapped(
    _ lhs: Value, _ rhs: Value, _ mismatch: (Value, Value) -> CallFailure,
    _ combine: (Value, Value) throws(CallFailure) -> Value
  ) throws(CallFailure) -> Value {
    try checkLimits()
    switch (lhs, rhs) {
    case (.tuple(let a), .tuple(let b)) where a.count == b.count:
      var results: [Value] = []
      results.reserveCapacity(a.count)
      for (x, y) in zip(a, b) { results.append(try combine(x, y)) }
      return .tuple(TupleValue(results))
    case (.record(let a), .record(let b)) where a.names == b.names:
      var fields: [(String, Value)] = []
      for (position, name) in a.names.enumerated() {
        fields.append((name, try combine(a.values[position], b.values[position])))
      }
      return .record(RecordValue(fields))
    case (_, _) where lhs.isStructure && rhs.isNumber:
      return try lhs.mappingElements { (element) throws(CallFailure) in try combine(element, rhs) }
    case (_, _) where lhs.isNumber && rhs.isStructure:
      return try rhs.mappingElements { (element) throws(CallFailure) in try combine(lhs, element) }
    case (_, _):
      throw mismatch(lhs, rhs)
    }
  }
}

extension BinaryOperator {
  /// The operation on tensors; `@` has none of its own and is not asked for.
  var elementwiseOperation: ElementwiseOperation {
    switch self {
    case .add: .add
    case .subtract: .subtract
    case .multiply, .matmul: .multiply
    case .divide: .divide
    case .floorDivide: .floorDivide
    case .remainder: .remainder
    case .power: .power
    case .elementwiseAnd: .and
    case .elementwiseOr: .or
    }
  }
}

extension ComparisonOperator {
  var elementwiseOperation: ElementwiseOperation {
    switch self {
    case .equal: .equal
    case .notEqual: .notEqual
    case .less: .less
    case .lessOrEqual: .lessOrEqual
    case .greater: .greater
    case .greaterOrEqual: .greaterOrEqual
    }
  }
}
