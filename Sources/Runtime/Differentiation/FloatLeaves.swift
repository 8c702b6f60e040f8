internal import CMachine
internal import TensorCore
internal import TensorOps

// The floats of a value: what derivatives are taken with respect to. Tuples, records and maps are
// gone through; everything else that is no float counts as constant.

extension Value {
  /// The value with `transform` of each Float, float tensor and traced value in it, in order.
  ///
  /// - Throws: E0501 when it nests too deeply, and what `transform` throws.
  func mappingFloats(
    _ transform: (Variable) throws(CallFailure) -> Value,
    others: (Value) throws(CallFailure) -> Value, depth: Int = 0
  ) throws(CallFailure) -> Value {
    guard depth < Value.deepestStructure else { throw .tooDeep() }
    switch self {
    case .float, .tensor, .traced:
      guard let variable, variable.isFloating else { return try others(self) }
      return try transform(variable)
    case .tuple, .record:
      return try mappingElements { (element) throws(CallFailure) in
        try element.mappingFloats(transform, others: others, depth: depth + 1)
      }
    case .map(let map):
      var entries: [(key: Value, value: Value)] = []
      for entry in map.entries {
        let value = try entry.value.mappingFloats(transform, others: others, depth: depth + 1)
        entries.append((entry.key, value))
      }
      return .map(try MapValue(entries))
    case .none, .bool, .int, .complex, .string, .range, .function, .module, .external:
      return try others(self)
    }
  }

  /// The floats in order.
  func floatLeaves() throws(CallFailure) -> [Variable] {
    var leaves: [Variable] = []
    _ = try mappingFloats(
      { (variable) throws(CallFailure) in
        leaves.append(variable)
        return .none
      }, others: { (_) throws(CallFailure) in .none })
    return leaves
  }

  /// The value with its floats replaced, in order.
  ///
  /// - Precondition: as many as it has.
  func replacingFloats(_ leaves: [Variable]) throws(CallFailure) -> Value {
    var rest = leaves[...]
    return try mappingFloats(
      { (_) throws(CallFailure) in Value(rest.removeFirst()) },
      others: { (value) throws(CallFailure) in value })
  }

  /// The value as the levels below one see it, what closures have captured included.
  ///
  /// - Throws: E0501 when closures or structures nest too deeply.
  func below(_ level: Level, depth: Int = 0) throws(CallFailure) -> Value {
    guard depth < Value.deepestStructure else { throw .tooDeep() }
    return try mappingFloats(
      { (variable) throws(CallFailure) in Value(variable.below(level)) },
      others: { (value) throws(CallFailure) in
        try value.mappingCaptures { (captured) throws(CallFailure) in
          try captured.below(level, depth: depth + 1)
        }
      })
  }

  /// A closure with `transform` of what it has captured; every other value as it is.
  func mappingCaptures(_ transform: (Value) throws(CallFailure) -> Value) throws(CallFailure)
    -> Value
  {
    guard case .function(let function) = self, case .closure(let reference) = function.target else {
      return self
    }
    let closure = reference.cast(to: lm_function.self)
    let count = Int(closure.pointee.capture_count)
    let captures = Cells.captures(of: closure)
    let values = (0..<count).map { Cells.value(of: captures[$0]) }
    guard values.contains(where: \.mayHoldFloats) else { return self }
    let copy = Memory.required(lm_function_make(closure.pointee.prototype, Int64(count)))
    let target = Cells.captures(of: copy)
    for index in 0..<count { target[index] = Cells.none }
    let result = Value.function(
      FunctionValue(target: .closure(ObjectReference(owning: Cells.object(copy)))))
    for (index, value) in values.enumerated() {
      if captures[index].tag == Cells.unboundTag {
        target[index].tag = Cells.unboundTag
      } else {
        target[index] = Cells.cell(of: try transform(value))
      }
    }
    return result
  }

  /// Whether there can be a traced value in it.
  private var mayHoldFloats: Bool {
    switch self {
    case .traced, .tuple, .record, .map, .function: true
    case .none, .bool, .int, .float, .complex, .string, .tensor, .range, .module, .external: false
    }
  }

  /// The traced values a closure has captured, directly or inside of structures and closures.
  func capturedTraces(depth: Int = 0) throws(CallFailure) -> [Variable] {
    guard depth < Value.deepestStructure else { throw .tooDeep() }
    var found: [Variable] = []
    _ = try mappingCaptures { (captured) throws(CallFailure) in
      found += try captured.floatLeaves().filter(\.isTraced)
      found += try captured.capturedTraces(depth: depth + 1)
      return captured
    }
    return found
  }

  /// A closure with the traced values it has captured replaced, in the order of `capturedTraces`.
  func replacingCapturedTraces(_ rest: inout ArraySlice<Variable>) throws(CallFailure) -> Value {
    try mappingCaptures { (captured) throws(CallFailure) in
      let replaced = try captured.mappingFloats(
        { (variable) throws(CallFailure) in
          Value(variable.isTraced ? rest.removeFirst() : variable)
        }, others: { (value) throws(CallFailure) in value })
      return try replaced.replacingCapturedTraces(&rest)
    }
  }
}

extension Cells {
  static func captures(of function: UnsafeMutablePointer<lm_function>) -> UnsafeMutablePointer<
    lm_cell
  > {
    (UnsafeMutableRawPointer(function) + MemoryLayout<lm_function>.size)
      .assumingMemoryBound(to: lm_cell.self)
  }
}
