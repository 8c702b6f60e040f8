internal import CKernels

/// Picking elements by position.
extension Tensor {
  /// The elements at the positions along an axis; over the elements in row-major order without one.
  ///
  /// - Shapes: `[a…, n, b…]` and indices `[i…]` → `[a…, i…, b…]`. Negative positions count from the
  ///   end.
  /// - Throws: `indexDType` unless integers, `indexOutOfRange`, `axisOutOfRange`, `rankTooHigh`,
  ///   `outOfMemory`, `interrupted`.
  package func taking(_ indices: Tensor, axis given: Int? = nil) throws(TensorError) -> Tensor {
    guard let given else { return try reshaped(to: [count]).taking(indices, axis: 0) }
    let axis = try shape.resolve(axis: given)
    guard rank - 1 + indices.rank <= Shape.maxRank else {
      throw .rankTooHigh(rank: rank - 1 + indices.rank)
    }
    let places = try indices.checkedPositions(axis: axis, of: shape)
    let sizes = shape.array
    let target = Shape(sizes[..<axis] + indices.shape.array + sizes[(axis + 1)...])
    let result = try Tensor(uninitialized: dtype, target)
    guard result.count > 0 else { return result }
    let source = try contiguous()
    let gather = Gather(
      source: source.pointer, target: result.pointer,
      positions: UnsafePointer(places.pointer.assumingMemoryBound(to: Int.self)),
      outer: Shape(sizes[..<axis]).count, size: shape[axis], picked: places.count,
      inner: Shape(sizes[(axis + 1)...]).count * dtype.size)
    gather.run(elementSize: dtype.size)
    withExtendedLifetime((source.storage, places.storage, result.storage)) {}
    if ck_interrupted() { throw .interrupted }
    return result
  }

  /// For each line along the axis, its elements at the positions in the same line of `indices`.
  ///
  /// - Shapes: one rank; the other axes broadcast; the result has the size of `indices` along the
  ///   axis.
  /// - Throws: `indexDType`, `indexOutOfRange`, `axisOutOfRange`, `wrongRank`, `broadcast`,
  ///   `outOfMemory`, `interrupted`.
  package func takingAlongAxis(_ indices: Tensor, axis: Int) throws(TensorError) -> Tensor {
    let axis = try shape.resolve(axis: axis)
    guard indices.rank == rank else {
      throw .wrongRank(operation: "take_along_axis", expected: String(rank), shape: indices.shape)
    }
    let places = try indices.checkedPositions(axis: axis, of: shape)
    let lines = try movingAxis(axis, to: -1)
    let picks = try places.movingAxis(axis, to: -1)
    let leading = Shape(lines.shape.array.dropLast())
    let pickLeading = Shape(picks.shape.array.dropLast())
    guard let common = leading.broadcast(with: pickLeading) else {
      throw .broadcast(
        lhs: summary, rhs: indices.summary,
        axisFromEnd: leading.mismatchFromEnd(with: pickLeading))
    }
    let size = shape[axis]
    let wanted = indices.shape[axis]
    let source = try lines.broadcast(to: Shape(common.array + [size])).contiguous()
    let positions = try picks.broadcast(to: Shape(common.array + [wanted])).contiguous()
    let result = try Tensor(uninitialized: dtype, positions.shape)
    if result.count > 0 {
      let table = UnsafePointer(positions.pointer.assumingMemoryBound(to: Int.self))
      Parallel.forEach(common.count, grain: max(1, 16384 / wanted)) { low, high in
        for line in low..<high {
          Gather(
            source: source.pointer + line * size * dtype.size,
            target: result.pointer + line * wanted * dtype.size, positions: table + line * wanted,
            outer: 1, size: size, picked: wanted, inner: dtype.size
          ).run(elementSize: dtype.size, isParallel: false)
        }
      }
    }
    withExtendedLifetime((source.storage, positions.storage)) {}
    return try result.movingAxis(-1, to: axis)
  }

  /// Contiguous i64 positions, negative ones counted from the end.
  ///
  /// - Throws: `indexDType`, `indexOutOfRange`.
  private func checkedPositions(axis: Int, of target: Shape) throws(TensorError) -> Tensor {
    guard dtype.kind == .integer else { throw .indexDType(dtype) }
    var places = try cast(to: .i64).contiguous()
    let size = target[axis]
    var needsShift = false
    try places.withElements(of: Int.self) { elements throws(TensorError) in
      for index in elements {
        if index < -size || index >= size {
          throw .indexOutOfRange(index: index, axis: axis, size: size, shape: target)
        }
        needsShift = needsShift || index < 0
      }
    }
    if needsShift {
      try places.withMutableElements(of: Int.self) { elements in
        for index in 0..<elements.count where elements[index] < 0 { elements[index] += size }
      }
    }
    return places
  }

  /// The integers that `position` gives for 0 ..< count, as an i64 vector.
  ///
  /// - Throws: `outOfMemory`.
  static func positions(_ count: Int, _ position: (Int) -> Int) throws(TensorError) -> Tensor {
    try Tensor(Shape([count])) { (target: UnsafeMutableBufferPointer<Int>) in
      for index in 0..<count { target[index] = position(index) }
    }
  }

  /// Vectors of length `size`, 1 at the position that each element names and 0 elsewhere.
  ///
  /// - Shapes: `[...]` → `[..., size]`.
  /// - Throws: `indexDType` unless integers, `indexOutOfRange` for a position outside 0 ..< size,
  ///   `argument` for a negative size, `rankTooHigh`, `outOfMemory`.
  package func oneHot(_ size: Int, _ target: DType = .f64) throws(TensorError) -> Tensor {
    guard size >= 0 else {
      throw .argument(
        operation: "one_hot", name: "n", value: String(size), requirement: "at least 0")
    }
    guard dtype.kind == .integer else { throw .indexDType(dtype) }
    guard rank < Shape.maxRank else { throw .rankTooHigh(rank: rank + 1) }
    let result = try Tensor.zeros(Shape(shape.array + [size]), target)
    let one = try ElementBytes(.int(1), as: target)
    try cast(to: .i64).withElements(of: Int.self) { elements throws(TensorError) in
      for (row, position) in elements.enumerated() {
        guard position >= 0, position < size else {
          throw .indexOutOfRange(index: position, axis: rank, size: size, shape: result.shape)
        }
        withUnsafeBytes(of: one.bytes) { bytes in
          if let base = bytes.baseAddress {
            let place = result.pointer + (row * size + position) * target.size
            place.copyMemory(from: base, byteCount: target.size)
          }
        }
      }
    }
    return result
  }
}

/// Runs of `inner` bytes copied from given positions: target[o, p] = source[o, positions[p]].
private struct Gather {
  let source: UnsafeMutableRawPointer
  let target: UnsafeMutableRawPointer
  let positions: UnsafePointer<Int>
  let outer: Int
  let size: Int
  let picked: Int
  let inner: Int

  func run(elementSize: Int, isParallel: Bool = true) {
    let body: (Int, Int) -> Void =
      if inner != elementSize {
        runs
      } else {
        switch elementSize {
        case 1: { elements(UInt8.self, $0, $1) }
        case 2: { elements(UInt16.self, $0, $1) }
        case 4: { elements(UInt32.self, $0, $1) }
        case 8: { elements(UInt64.self, $0, $1) }
        default: { elements(SIMD2<UInt64>.self, $0, $1) }
        }
      }
    let count = outer * picked
    if isParallel {
      Parallel.forEach(count, grain: max(1, 1 << 16 / max(inner, 1)), body)
    } else {
      body(0, count)
    }
  }

  private func elements<Element>(_: Element.Type, _ low: Int, _ high: Int) {
    let from = source.assumingMemoryBound(to: Element.self)
    let to = target.assumingMemoryBound(to: Element.self)
    if ck_interrupted() { return }
    if outer == 1 {
      for place in low..<high { to[place] = from[positions[place]] }
      return
    }
    for place in low..<high {
      to[place] = from[place / picked * size + positions[place % picked]]
    }
  }

  private func runs(_ low: Int, _ high: Int) {
    if ck_interrupted() { return }
    for place in low..<high {
      let from = (place / picked * size + positions[place % picked]) * inner
      (target + place * inner).copyMemory(from: source + from, byteCount: inner)
    }
  }
}
