internal import CKernels

// Order along an axis. NaN comes last, ascending and descending; equal elements keep their order.
// Complex numbers are ordered by real, then imaginary part. The kernels (`sort.c`) take rows, so
// the axis is moved last and back.

extension Tensor {
  /// The elements in order along an axis.
  ///
  /// - Throws: `axisOutOfRange`, `outOfMemory`, `interrupted`.
  /// - Complexity: O(n) a line (radix), spread over threads by lines.
  package func sorted(axis: Int = -1, descending: Bool = false) throws(TensorError) -> Tensor {
    if dtype.kind == .complex {
      return try takingAlongAxis(try argsorted(axis: axis, descending: descending), axis: axis)
    }
    if dtype == .bf16 {
      return try cast(to: .f32).sorted(axis: axis, descending: descending).cast(to: .bf16)
    }
    let lines = try linesAlong(axis)
    let result = try Tensor(uninitialized: dtype, lines.shape)
    let length = lines.shape[lines.rank - 1]
    let status = ck_sort(
      Int32(dtype.rawValue), lines.pointer, result.pointer, rows(of: lines), length, descending)
    withExtendedLifetime(lines.storage) {}
    try Tensor.check(status, bytes: 2 * length * 8)
    return try result.movingAxis(-1, to: axis)
  }

  /// The positions that put each line along an axis in order: `take_along_axis(x, argsort(x),
  /// axis)` is sorted.
  ///
  /// - Throws: `axisOutOfRange`, `outOfMemory`, `interrupted`.
  package func argsorted(axis: Int = -1, descending: Bool = false) throws(TensorError) -> Tensor {
    if dtype == .bf16 {
      return try cast(to: .f32).argsorted(axis: axis, descending: descending)
    }
    let lines = try linesAlong(axis)
    let length = lines.shape[lines.rank - 1]
    let result = try Tensor(uninitialized: .i64, lines.shape)
    if dtype.kind == .complex {
      try argsortComplex(lines, into: result, descending: descending)
    } else {
      let status = ck_argsort(
        Int32(dtype.rawValue), lines.pointer,
        result.pointer.assumingMemoryBound(to: Int64.self), rows(of: lines), length, descending)
      withExtendedLifetime(lines.storage) {}
      try Tensor.check(status, bytes: 4 * length * 8)
    }
    return try result.movingAxis(-1, to: axis)
  }

  /// The k largest along an axis, largest first, and their positions; of equal ones the first
  /// positions.
  ///
  /// - Shapes: the axis has size k in both.
  /// - Throws: `argument` unless 0 ≤ k ≤ size, `axisOutOfRange`, `unsupportedDType` for complex,
  ///   `outOfMemory`, `interrupted`.
  /// - Complexity: O(n log k) at worst, O(n) for elements in random order.
  package func topK(_ k: Int, axis: Int = -1, largest: Bool = true) throws(TensorError) -> (
    values: Tensor, indices: Tensor
  ) {
    if dtype.kind == .complex { throw .unsupportedDType(operation: "top_k", dtype: dtype) }
    if dtype == .bf16 {
      let found = try cast(to: .f32).topK(k, axis: axis, largest: largest)
      return (try found.values.cast(to: .bf16), found.indices)
    }
    let lines = try linesAlong(axis)
    let length = lines.shape[lines.rank - 1]
    guard k >= 0, k <= length else {
      throw .argument(
        operation: "top_k", name: "k", value: String(k),
        requirement: "between 0 and \(length), the size of the axis")
    }
    let indices = try Tensor(uninitialized: .i64, Shape(lines.shape.array.dropLast() + [k]))
    if k > 0 {
      let status = ck_first_k(
        Int32(dtype.rawValue), lines.pointer,
        indices.pointer.assumingMemoryBound(to: Int64.self), rows(of: lines), length, k, largest)
      try Tensor.check(status, bytes: 2 * length * 8)
    }
    let values = try lines.takingAlongAxis(indices, axis: -1)
    return (try values.movingAxis(-1, to: axis), try indices.movingAxis(-1, to: axis))
  }

  /// Contiguous, with the axis moved last. Rank 0 becomes one line of one element.
  ///
  /// - Throws: `axisOutOfRange`, `wrongRank` for rank 0.
  private func linesAlong(_ axis: Int) throws(TensorError) -> Tensor {
    guard rank > 0 else {
      throw .wrongRank(operation: "sort", expected: "at least 1", shape: shape)
    }
    return try movingAxis(axis, to: -1).contiguous()
  }

  private func rows(of lines: Tensor) -> Int {
    let length = lines.shape[lines.rank - 1]
    return length == 0 ? 0 : lines.count / length
  }

  private func argsortComplex(_ lines: Tensor, into result: Tensor, descending: Bool)
    throws(TensorError)
  {
    let length = lines.shape[lines.rank - 1]
    let target = result.pointer.assumingMemoryBound(to: Int.self)
    try lines.cast(to: .c128).withElements(of: Complex.self) { elements in
      for row in 0..<rows(of: lines) {
        func comesBefore(_ i: Int, _ j: Int) -> Bool {
          let (a, b) = (elements[row * length + i], elements[row * length + j])
          let isOrdered = (!a.hasNaN, !b.hasNaN)
          if isOrdered.0 != isOrdered.1 { return isOrdered.0 }
          if !isOrdered.0 { return i < j }
          if a.real != b.real { return (a.real < b.real) != descending }
          if a.imaginary != b.imaginary { return (a.imaginary < b.imaginary) != descending }
          return i < j
        }
        for (place, index) in (0..<length).sorted(by: comesBefore).enumerated() {
          target[row * length + place] = index
        }
      }
    }
  }

  /// Turns what a kernel reports into an error.
  static func check(_ status: ck_status, bytes: Int) throws(TensorError) {
    if status == CK_INTERRUPTED { throw .interrupted }
    if status == CK_NO_MEMORY { throw .outOfMemory(bytes: bytes) }
  }
}

extension Complex {
  fileprivate var hasNaN: Bool { real.isNaN || imaginary.isNaN }
}
