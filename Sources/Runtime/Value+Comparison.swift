package import Syntax
internal import TensorCore

// Equality, order and membership. Between tensors (and a tensor and a number) comparisons are
// elementwise; everything
// else gives one Bool.

extension Value {
  /// `lhs op rhs` for the six comparisons.
  ///
  /// - Throws: E0401 when `<` and its like do not go with the types; the errors of tensors.
  package static func compare(
    _ op: ComparisonOperator, _ lhs: Value, _ rhs: Value
  ) throws(CallFailure) -> Value {
    if lhs.isTraced || rhs.isTraced { return try compare(op, lhs.primal, rhs.primal) }
    if lhs.isTensor || rhs.isTensor,
      let a = try lhs.operandOfOperator(), let b = try rhs.operandOfOperator()
    {
      return try elementwise(op.elementwiseOperation, a, b)
    }
    switch op {
    case .equal: return .bool(lhs.isEqual(to: rhs))
    case .notEqual: return .bool(!lhs.isEqual(to: rhs))
    case .less, .lessOrEqual, .greater, .greaterOrEqual: break
    }
    guard let order = lhs.order(before: rhs) else { throw .operands(op.rawValue, lhs, rhs) }
    switch op {
    case .less: return .bool(order == .before)
    case .lessOrEqual: return .bool(order == .before || order == .same)
    case .greater: return .bool(order == .after)
    case .greaterOrEqual, .equal, .notEqual: return .bool(order == .after || order == .same)
    }
  }

  private var isTensor: Bool { if case .tensor = self { true } else { false } }

  // MARK: - Equality

  /// Whether two values are the same in structure and content: numbers by value whatever their
  /// type, text by its bytes,
  /// tensors by shape and elements, maps whatever their order. NaN equals nothing.
  ///
  /// No native recursion: values may nest as deep as they like. false when the user asked to stop.
  package func isEqual(to other: Value) -> Bool {
    var pending: [(Value, Value)] = [(self, other)]
    while let (lhs, rhs) = pending.popLast() {
      switch (lhs, rhs) {
      case (.tuple(let a), .tuple(let b)):
        guard a.count == b.count, !Interruption.isRequested else { return false }
        pending.append(contentsOf: zip(a, b).reversed())
      case (.record(let a), .record(let b)):
        guard a.names == b.names, !Interruption.isRequested else { return false }
        pending.append(contentsOf: zip(a.values, b.values).reversed())
      case (.map(let a), .map(let b)):
        guard a.count == b.count, !Interruption.isRequested else { return false }
        for entry in a.entries {
          guard let value = b[entry.key] else { return false }
          pending.append((entry.value, value))
        }
      case (_, _):
        guard Value.areEqualLeaves(lhs, rhs) else { return false }
      }
    }
    return true
  }

  /// Equality of two values of which not both are tuples, records or maps.
  private static func areEqualLeaves(_ lhs: Value, _ rhs: Value) -> Bool {
    if lhs.isTraced || rhs.isTraced { return areEqualLeaves(lhs.primal, rhs.primal) }
    if let a = lhs.scalar, let b = rhs.scalar { return a.isEqual(to: b) }
    switch (lhs, rhs) {
    case (.none, .none): return true
    case (.string(let a), .string(let b)): return a.utf8.elementsEqual(b.utf8)
    case (.range(let a), .range(let b)):
      let count = a.count
      return count == b.count
        && (count == 0 || (a.start == b.start && (count == 1 || a.step == b.step)))
    case (.function(let a), .function(let b)): return a.isSame(as: b)
    case (.module(let a), .module(let b)): return a.name == b.name
    case (.external(let a), .external(let b)): return a.isEqual(to: b)
    case (.tensor(let a), .tensor(let b)): return a.hasSameElements(as: b)
    case (.tensor(let a), _) where a.rank == 0:
      return rhs.scalar.map { a.item().isEqual(to: $0) } ?? false
    case (_, .tensor(let b)) where b.rank == 0:
      return lhs.scalar.map { b.item().isEqual(to: $0) } ?? false
    case (.none, _), (.bool, _), (.int, _), (.float, _), (.complex, _), (.string, _), (.tensor, _),
      (.tuple, _), (.record, _), (.map, _), (.range, _), (.function, _), (.module, _),
      (.external, _), (.traced, _):
      return false
    }
  }

  // MARK: - Order

  /// How two values are ordered: numbers by size, text by its bytes, tuples by their first
  /// difference. nil when the types
  /// have no order.
  func order(before other: Value, depth: Int = 0) -> Scalar.Order? {
    if let a = realScalar, let b = other.realScalar { return a.order(before: b) }
    switch (self, other) {
    case (.string(let a), .string(let b)):
      if a.utf8.elementsEqual(b.utf8) { return .same }
      return a.utf8.lexicographicallyPrecedes(b.utf8) ? .before : .after
    case (.tuple(let a), .tuple(let b)):
      guard depth < Value.deepestStructure, !Interruption.isRequested else { return nil }
      for (x, y) in zip(a, b) {
        guard let order = x.order(before: y, depth: depth + 1) else { return nil }
        if order != .same { return order }
      }
      return a.count < b.count ? .before : a.count > b.count ? .after : .same
    case (.none, _), (.bool, _), (.int, _), (.float, _), (.complex, _), (.string, _), (.tensor, _),
      (.tuple, _), (.record, _), (.map, _), (.range, _), (.function, _), (.module, _),
      (.external, _), (.traced, _):
      return nil
    }
  }

  /// The real number; also of a tensor of rank 0.
  private var realScalar: Scalar? {
    let found: Scalar?
    if case .traced = self { return primal.realScalar }
    if case .tensor(let tensor) = self {
      found = tensor.rank == 0 ? tensor.firstElement : nil
    } else {
      found = scalar
    }
    if case .complex = found { return nil }
    return found
  }

  // MARK: - Membership

  /// `element in container`: an element of a tuple, tensor or range, a key of a map, a field of a
  /// record, a part of a
  /// Str.
  ///
  /// - Throws: E0401 when the container is none of these, or is a Str and the element is not.
  package static func contains(_ container: Value, _ element: Value) throws(CallFailure) -> Bool {
    switch container {
    case .tuple(let values): return values.contains { $0.isEqual(to: element) }
    case .map(let map): return map[element] != nil
    case .range(let range):
      guard let scalar = element.scalar else { return false }
      guard case .int(let number) = scalar.wholeNumber else { return false }
      return range.contains(number)
    case .record(let record):
      guard case .string(let name) = element else { throw .operands("in", element, container) }
      return record[name] != nil
    case .string(let text):
      guard case .string(let part) = element else { throw .operands("in", element, container) }
      return part.isEmpty || text.contains(part)
    case .tensor(let tensor):
      guard let scalar = element.scalar ?? element.realScalar else {
        throw .operands("in", element, container)
      }
      return try tensorResult { () throws(TensorError) in
        let matches = try Tensor.elementwise(.equal, .tensor(tensor), .scalar(scalar))
        return try matches.toBools().contains(true)
      }
    case .traced: return try contains(container.primal, element)
    case .none, .bool, .int, .float, .complex, .function, .module, .external:
      throw .operands("in", element, container)
    }
  }
}

extension Scalar {
  /// The Int of equal value, if there is one.
  var wholeNumber: Scalar? {
    switch self {
    case .bool, .int: .int(integerPart)
    case .float(let number): Int(exactly: number).map(Scalar.int)
    case .complex: nil
    }
  }
}

extension RangeValue {
  /// Whether the number is one of the elements.
  package func contains(_ number: Int) -> Bool {
    if step > 0 ? (number < start || number >= end) : (number > start || number <= end) {
      return false
    }
    // Both differences are within the range's own extent, which fits unsigned.
    let distance =
      number >= start ? UInt(bitPattern: number &- start) : UInt(bitPattern: start &- number)
    return distance % step.magnitude == 0
  }
}

extension Tensor {
  /// Whether shape and every element are equal, whatever the dtypes.
  func hasSameElements(as other: Tensor) -> Bool {
    guard shape == other.shape else { return false }
    return (0..<count).allSatisfy { scalar(at: $0).isEqual(to: other.scalar(at: $0)) }
  }
}
