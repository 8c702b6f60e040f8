internal import CKernels

// Where things are: places of true elements, places in sorted vectors, distinct elements, counts.

extension Tensor {
  /// The positions of elements that are not zero, a row each, in row-major order.
  ///
  /// - Shapes: `[a, b, …]` of rank r → i64 `[n, r]`.
  /// - Throws: `outOfMemory`.
  package func argwhere() throws(TensorError) -> Tensor {
    let flat = try nonzeroPositions()
    let sizes = shape
    let result = try Tensor(uninitialized: .i64, Shape([flat.count, rank]))
    let target = result.pointer.assumingMemoryBound(to: Int.self)
    for (row, position) in flat.enumerated() {
      var rest = position
      for axis in stride(from: sizes.rank - 1, through: 0, by: -1) {
        target[row * sizes.rank + axis] = rest % sizes[axis]
        rest /= sizes[axis]
      }
    }
    return result
  }

  /// The same as one vector for each axis.
  ///
  /// - Throws: `wrongRank` for rank 0, `outOfMemory`.
  package func nonzero() throws(TensorError) -> [Tensor] {
    guard rank > 0 else {
      throw .wrongRank(operation: "nonzero", expected: "at least 1", shape: shape)
    }
    let table = try argwhere()
    var result: [Tensor] = []
    for axis in 0..<rank { result.append(try table.selecting(axis, axis: 1).contiguous()) }
    return result
  }

  private func nonzeroPositions() throws(TensorError) -> [Int] {
    try cast(to: .bool).withElements(of: Bool.self) { elements in
      elements.withMemoryRebound(to: UInt8.self) { bytes in
        var found: [Int] = []
        var total = 0
        for byte in bytes { total += Int(byte) }
        found.reserveCapacity(total)
        for index in 0..<bytes.count where bytes[index] != 0 { found.append(index) }
        return found
      }
    }
  }

  /// Where each value would go in this sorted vector to keep it sorted: before equal elements, or
  /// after them.
  ///
  /// - Shapes: this `[n]`, values `[...]` → i64 `[...]` in 0 … n. NaN goes to the end.
  /// - Throws: `wrongRank` unless this has rank 1, `unsupportedDType` for complex, `outOfMemory`.
  /// - Complexity: O(values · log n).
  package func searchSorted(_ values: Tensor, afterEqual: Bool = false) throws(TensorError)
    -> Tensor
  {
    guard rank == 1 else {
      throw .wrongRank(operation: "searchsorted", expected: "1", shape: shape)
    }
    let common = try Tensor.ordered(dtype.promoted(with: values.dtype), "searchsorted")
    let table = try cast(to: common)
    let wanted = try values.cast(to: common)
    switch common {
    case .f64: return try table.search(Double.self, wanted, afterEqual) { $0.precedes($1) }
    case .f32: return try table.search(Float.self, wanted, afterEqual) { $0.precedes($1) }
    case .bool, .u8, .i8, .i32, .i64, .c64, .c128, .bf16:
      return try table.search(Int.self, wanted, afterEqual) { $0 < $1 }
    }
  }

  /// i64 for booleans and integers, so that one loop serves them all.
  private static func ordered(_ dtype: DType, _ operation: String) throws(TensorError) -> DType {
    switch dtype.kind {
    case .bool, .integer: return .i64
    case .float: return dtype.computed
    case .complex: throw .unsupportedDType(operation: operation, dtype: dtype)
    }
  }

  private func search<Element: TensorElement>(
    _: Element.Type, _ values: Tensor, _ afterEqual: Bool, _ precedes: (Element, Element) -> Bool
  ) throws(TensorError) -> Tensor {
    try withElements(of: Element.self) { table throws(TensorError) in
      try values.withElements(of: Element.self) { values throws(TensorError) in
        try Tensor(Shape([values.count])) { (target: UnsafeMutableBufferPointer<Int>) in
          for (index, value) in values.enumerated() {
            var (low, high) = (0, table.count)
            while low < high {
              let middle = (low + high) / 2
              let goesRight =
                afterEqual ? !precedes(value, table[middle]) : precedes(table[middle], value)
              if goesRight { low = middle + 1 } else { high = middle }
            }
            target[index] = low
          }
        }
      }
    }.reshaped(to: values.shape)
  }

  /// Whether each element occurs among the values.
  ///
  /// - Shapes: this `[...]`, values of any shape → bool `[...]`. NaN occurs nowhere.
  /// - Throws: `unsupportedDType` for complex, `outOfMemory`, `interrupted`.
  /// - Complexity: O((n + m) log m) for m values.
  package func isIn(_ values: Tensor) throws(TensorError) -> Tensor {
    let common = try Tensor.ordered(dtype.promoted(with: values.dtype), "isin")
    let table = try values.cast(to: common).reshaped(to: [values.count]).sorted()
    let wanted = try cast(to: common)
    let places = try table.searchSorted(wanted)
    guard table.count > 0 else { return try Tensor.zeros(shape, .bool) }
    let nearest = try table.taking(try Tensor.clamped(places, to: table.count - 1), axis: 0)
    switch common {
    case .f64: return try nearest.equals(Double.self, wanted)
    case .f32: return try nearest.equals(Float.self, wanted)
    case .bool, .u8, .i8, .i32, .i64, .c64, .c128, .bf16:
      return try nearest.equals(Int.self, wanted)
    }
  }

  private static func clamped(_ places: Tensor, to last: Int) throws(TensorError) -> Tensor {
    var result = places
    try result.withMutableElements(of: Int.self) { elements in
      for index in 0..<elements.count { elements[index] = min(elements[index], last) }
    }
    return result
  }

  private func equals<Element: TensorElement & Equatable>(_: Element.Type, _ other: Tensor)
    throws(TensorError) -> Tensor
  {
    try withElements(of: Element.self) { a throws(TensorError) in
      try other.withElements(of: Element.self) { b throws(TensorError) in
        try Tensor(shape) { (target: UnsafeMutableBufferPointer<Bool>) in
          for index in 0..<target.count { target[index] = a[index] == b[index] }
        }
      }
    }
  }

  // MARK: - Distinct elements

  package struct Unique: Sendable {
    /// The distinct elements in ascending order; NaN once, last.
    package let values: Tensor
    /// For each of them, where it occurs first in row-major order.
    package let indices: Tensor
    /// For each element of the tensor, in its shape, where its value is in `values`.
    package let inverse: Tensor
    /// How often each occurs.
    package let counts: Tensor
  }

  /// The distinct elements of the whole tensor.
  ///
  /// - Throws: `outOfMemory`, `interrupted`.
  /// - Complexity: as a stable sort of all elements.
  package func unique() throws(TensorError) -> Unique {
    let flat = try reshaped(to: [count])
    let order = try flat.argsorted()
    let ordered = try flat.taking(order, axis: 0)
    let isNew = try ordered.startsOfRuns()
    let places = try order.toInts()
    var first: [Int] = []
    var counts: [Int] = []
    var inverse = [Int](repeating: 0, count: count)
    var starts: [Int] = []
    for (index, place) in places.enumerated() {
      if isNew[index] {
        first.append(place)
        starts.append(index)
        counts.append(0)
      }
      counts[counts.count - 1] += 1
      inverse[place] = counts.count - 1
    }
    return Unique(
      values: try ordered.taking(try Tensor(starts), axis: 0), indices: try Tensor(first),
      inverse: try Tensor(inverse, shape: shape), counts: try Tensor(counts))
  }

  /// For a sorted vector, whether each element differs from the one before; NaN does not differ
  /// from NaN.
  private func startsOfRuns() throws(TensorError) -> [Bool] {
    func starts<Element: TensorElement>(
      _: Element.Type, _ differ: (Element, Element) -> Bool
    ) throws(TensorError) -> [Bool] {
      try withElements(of: Element.self) { elements in
        (0..<elements.count).map { $0 == 0 || differ(elements[$0 - 1], elements[$0]) }
      }
    }
    switch dtype {
    case .bool: return try starts(Bool.self, !=)
    case .u8: return try starts(UInt8.self, !=)
    case .i8: return try starts(Int8.self, !=)
    case .i32: return try starts(Int32.self, !=)
    case .i64: return try starts(Int.self, !=)
    case .f32: return try starts(Float.self) { $0.precedes($1) }
    case .bf16: return try cast(to: .f32).startsOfRuns()
    case .f64: return try starts(Double.self) { $0.precedes($1) }
    case .c64:
      return try starts(ComplexSingle.self) { a, b in
        a != b && !((a.real.isNaN || a.imaginary.isNaN) && (b.real.isNaN || b.imaginary.isNaN))
      }
    case .c128:
      return try starts(Complex.self) { a, b in
        a != b && !((a.real.isNaN || a.imaginary.isNaN) && (b.real.isNaN || b.imaginary.isNaN))
      }
    }
  }
}

extension BinaryFloatingPoint {
  /// The order of sorting: NaN after everything else.
  fileprivate func precedes(_ other: Self) -> Bool { self < other || (other.isNaN && !isNaN) }
}
