internal import CMachine
internal import TensorCore
package import TensorOps

// Values under differentiation: how they become `Variable`s, what derivatives are written in, and
// how they are seen where derivatives do not matter.

extension Value {
  /// A variable as a value: numbers and tensors plain, what some level follows traced.
  package init(_ variable: Variable) {
    switch variable {
    case .plain(.scalar(let scalar)): self = Value(scalar)
    case .plain(.tensor(let tensor)): self = .tensor(tensor)
    case .traced(let trace): self = .traced(trace)
    }
  }

  /// As indexing gives it: a number when no axis is left.
  init(element variable: Variable) throws(TensorError) {
    self.init(variable.rank == 0 ? try variable.asScalar() : variable)
  }

  /// The number, tensor or traced value; nil for everything else.
  package var variable: Variable? {
    switch self {
    case .traced(let trace): .traced(trace)
    case .tensor(let tensor): Variable(tensor)
    case .bool, .int, .float, .complex: scalar.map { .plain(.scalar($0)) }
    case .none, .string, .tuple, .record, .map, .range, .function, .module, .external: nil
    }
  }

  package var isTraced: Bool { if case .traced = self { true } else { false } }

  /// The value without differentiation. What is inside of structures stays as it is.
  package var primal: Value {
    guard case .traced(let trace) = self else { return self }
    return Value(Variable.plain(Variable.traced(trace).value))
  }

  /// Whether the value is traced, or a tuple with such a value in it, no deeper than what makes a
  /// tensor.
  ///
  /// - Complexity: O(elements); numbers are only glanced at.
  var containsTraced: Bool {
    switch self {
    case .traced: return true
    case .tuple(let values): return values.containsTraced(levels: Shape.maxRank)
    case .none, .bool, .int, .float, .complex, .string, .tensor, .record, .map, .range, .function,
      .module, .external:
      return false
    }
  }

  /// As `stackedTensor`, of values some of which are traced.
  ///
  /// - Throws: as that.
  func stackedVariable(depth: Int = 0) throws(CallFailure) -> Variable? {
    if !containsTraced {
      guard let tensor = try stackedTensor() else { return nil }
      return Variable(tensor)
    }
    guard case .tuple(let values) = self else { return variable }
    guard depth <= Shape.maxRank else { throw .tensor(.rankTooHigh(rank: depth)) }
    var parts: [Variable] = []
    parts.reserveCapacity(values.count)
    for value in values {
      if let scalar = value.scalar {
        parts.append(.plain(.scalar(scalar)))
      } else if let part = try value.stackedVariable(depth: depth + 1) {
        parts.append(part)
      } else {
        return nil
      }
    }
    return try tensorResult { () throws(TensorError) in
      let dtype = Variable.commonDType(parts)
      var tensors: [Variable] = []
      for part in parts { tensors.append(try part.asTensor().cast(to: dtype)) }
      return try Variable.stacked(tensors)
    }
  }

  /// A number as it is, everything else as one tensor; nil for what is neither.
  func asOperandVariable() throws(CallFailure) -> Variable? {
    if let variable { return variable }
    return try stackedVariable()
  }

  /// The rows of a traced tensor, each a value.
  ///
  /// - Throws: `outOfMemory`.
  func tracedRows() throws(CallFailure) -> [Value]? {
    guard case .traced(let trace) = self else { return nil }
    let variable = Variable.traced(trace)
    guard variable.rank > 0 else { return nil }
    var rows: [Value] = []
    for index in 0..<variable.shape[0] {
      rows.append(
        try tensorResult { () throws(TensorError) in
          try Value(element: try variable.indexed(by: [.index(index)]))
        })
    }
    return rows
  }
}

extension Variable {
  /// The dtype that numbers and tensors are stacked in: numbers are weak.
  fileprivate static func commonDType(_ parts: [Variable]) -> DType {
    var dtype: DType?
    for part in parts where !part.isScalar {
      dtype = dtype.map { $0.promoted(with: part.dtype) } ?? part.dtype
    }
    for part in parts {
      guard case .scalar(let scalar) = part.value else { continue }
      dtype = dtype.map { $0.promoted(withScalar: scalar.kind) } ?? part.dtype
    }
    return dtype ?? .f64
  }
}

extension Value {
  /// An operator on values of which one is traced.
  ///
  /// - Throws: E0401 for what is no number or tensor; the errors of tensors.
  static func tracedBinary(
    _ isProduct: Bool, _ operation: ElementwiseOperation, _ name: String,
    _ lhs: Value, _ rhs: Value
  ) throws(CallFailure) -> Value {
    guard let a = try lhs.variableOfOperator(), let b = try rhs.variableOfOperator() else {
      throw .operands(name, lhs, rhs)
    }
    return try tensorResult { () throws(TensorError) in
      if isProduct {
        let product = try a.asTensor().matmul(try b.asTensor())
        return try Value(element: product)
      }
      return Value(try Variable.elementwise(operation, a, b))
    }
  }

  /// A number, a traced value, a tensor, or the tensor of a range.
  private func variableOfOperator() throws(CallFailure) -> Variable? {
    if let variable { return variable }
    return try operandOfOperator().map { Variable.plain($0) }
  }
}

extension TupleValue {
  /// Whether an element is traced, or a tuple with one in it, at most `levels` further down.
  fileprivate func containsTraced(levels: Int) -> Bool {
    let items = Cells.items(of: reference.cast(to: lm_tuple.self))
    for position in 0..<count where Cells.mayHoldTraced(items[position]) {
      switch Cells.value(of: items[position]) {
      case .traced: return true
      case .tuple(let inner):
        if levels > 0, inner.containsTraced(levels: levels - 1) { return true }
      case .none, .bool, .int, .float, .complex, .string, .tensor, .record, .map, .range,
        .function, .module, .external:
        continue
      }
    }
    return false
  }
}
