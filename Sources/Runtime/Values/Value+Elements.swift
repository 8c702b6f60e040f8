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
    case .none, .bool, .int, .float, .complex, .tensor, .record, .map, .function, .module, .external: 0
    }
  }

  /// - Precondition: a position below `elementCount`.
  func element(at position: Int) -> Value {
    switch self {
    case .tuple(let tuple): return tuple[position]
    case .string(let text):
      let scalars = text.unicodeScalars
      return .string(String(scalars[scalars.index(scalars.startIndex, offsetBy: position)]))
    case .range(let range): return .int(range.start + position * range.step)
    case .none, .bool, .int, .float, .complex, .tensor, .record, .map, .function, .module, .external:
      return .none
    }
  }

  /// The elements at `start`, `start + step`, …, `count` of them.
  ///
  /// - Precondition: all of them are there.
  func elements(from start: Int, count: Int, step: Int) -> Value {
    switch self {
    case .tuple(let tuple):
      return .tuple(TupleValue((0..<count).map { tuple[start + $0 * step] }))
    case .string(let text):
      let scalars = Array(text.unicodeScalars)
      var part = String.UnicodeScalarView()
      for number in 0..<count { part.append(scalars[start + number * step]) }
      return .string(String(part))
    case .range(let range):
      let first = range.start + start * range.step
      let stride = range.step * step
      return .range(RangeValue(start: first, end: first + count * stride, step: stride))
    case .none, .bool, .int, .float, .complex, .tensor, .record, .map, .function, .module, .external:
      return .none
    }
  }
}
