internal import TensorCore

// What indexing, iteration and patterns share: the elements of a value by position.

extension Value {
  /// What indexing a tensor gives: a plain number when no axis is left.
  init(element tensor: Tensor) {
    if tensor.rank == 0, let scalar = tensor.firstElement {
      self = Value(scalar)
    } else {
      self = .tensor(tensor)
    }
  }

  /// The number of elements of a tuple, Str (its Unicode scalars) or Range; 0 for other values.
  var elementCount: Int {
    switch self {
    case .tuple(let tuple): tuple.count
    case .string(let text): text.unicodeScalars.count
    case .range(let range): range.count
    case .none, .bool, .int, .float, .complex, .tensor, .record, .map, .function, .module,
      .external, .traced:
      0
    }
  }

  /// - Precondition: a position below `elementCount`.
  func element(at position: Int) -> Value {
    switch self {
    case .tuple(let tuple): return tuple[position]
    case .string(let text):
      let scalars = text.unicodeScalars
      return .string(String(scalars[scalars.index(scalars.startIndex, offsetBy: position)]))
    case .range(let range): return .int(range.element(at: position))
    case .none, .bool, .int, .float, .complex, .tensor, .record, .map, .function, .module,
      .external, .traced:
      return .none
    }
  }

  /// The elements at `start`, `start + step`, …, `count` of them.
  ///
  /// - Precondition: all of them are there.
  func elements(from start: Int, count: Int, step: Int) -> Value {
    // The step counts only from the second element on; it may be too large to multiply with.
    let step = count > 1 ? step : 1
    switch self {
    case .tuple(let tuple):
      return .tuple(TupleValue((0..<count).map { tuple[start + $0 * step] }))
    case .string(let text):
      let scalars = Array(text.unicodeScalars)
      var part = String.UnicodeScalarView()
      for number in 0..<count { part.append(scalars[start + number * step]) }
      return .string(String(part))
    case .range(let range):
      guard count > 0 else { return .range(RangeValue(start: 0, end: 0, step: 1)) }
      let (stride, isTooWide) = range.step.multipliedReportingOverflow(by: step)
      let last = range.element(at: start + (count - 1) * step)
      // Elements further apart than an Int tells are no range; there are few of them.
      if isTooWide {
        return .tuple(TupleValue((0..<count).map { .int(range.element(at: start + $0 * step)) }))
      }
      let end = last.addingReportingOverflow(stride > 0 ? 1 : -1)
      return .range(
        RangeValue(
          start: range.element(at: start), end: end.overflow ? last : end.partialValue,
          step: stride))
    case .none, .bool, .int, .float, .complex, .tensor, .record, .map, .function, .module,
      .external, .traced:
      return .none
    }
  }
}

extension RangeValue {
  /// - Precondition: the range is not empty.
  var last: Int {
    let extent = step > 0 ? UInt(bitPattern: end &- start) : UInt(bitPattern: start &- end)
    let distance = (extent - 1) / step.magnitude * step.magnitude
    return step > 0 ? start &+ Int(bitPattern: distance) : start &- Int(bitPattern: distance)
  }
}
