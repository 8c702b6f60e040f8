internal import CKernels
internal import Glibc

// Draws of indices: with and without replacement, with and without weights.

extension PhiloxStream {
  /// Indices in `0 ..< population`, i64.
  ///
  /// - With replacement: as `integers`, or with weights as `categorical`.
  /// - Without, unweighted: the first elements of a forward Fisher–Yates; element i is exchanged
  ///   with i + `next(below: population - i)`.
  /// - Without, weighted (Efraimidis and Spirakis 2006): index i gets the key -log(uᵢ) / weightᵢ,
  ///   with uᵢ from word i as for `normal`; the smallest keys, in ascending order.
  ///
  /// - Throws: `argument` when the population is empty, smaller than what is drawn without
  ///   replacement, or the weights are negative, not finite or all 0; `shapeMismatch` when there
  ///   are not as many weights; `outOfMemory`, `interrupted`.
  package mutating func choice(
    _ population: Int, _ shape: Shape, replace: Bool = true, weights: Tensor? = nil
  ) throws(TensorError) -> Tensor {
    guard let count = shape.checkedCount else { throw .outOfMemory(bytes: Int.max) }
    guard population > 0 || (population == 0 && count == 0) else {
      throw .argument(
        operation: "choice", name: "n", value: String(population), requirement: "at least 1")
    }
    if count == 0 { return try Tensor(uninitialized: .i64, shape) }
    if let weights, weights.shape != Shape([population]) {
      throw .shapeMismatch(
        operation: "choice", what: "one weight for each element", lhs: Shape([population]),
        rhs: weights.shape)
    }
    if replace {
      guard let weights else { return try integers(0, population, shape) }
      return try categorical(weights, shape, operation: "choice")
    }
    guard count <= population else {
      throw .argument(
        operation: "choice", name: "size", value: String(count),
        requirement: "at most \(population) without replacement")
    }
    let drawn: [Int]
    if let weights {
      drawn = try weightedSample(count, try Weights(weights, "choice").values[...])
    } else {
      drawn = sample(count, of: population)
    }
    return try Tensor(drawn, shape: shape)
  }

  /// A forward Fisher–Yates that keeps only the places that were touched when few are drawn of
  /// many.
  private mutating func sample(_ count: Int, of population: Int) -> [Int] {
    var reader = WordReader(self)
    defer { position = reader.position }
    var drawn: [Int] = []
    drawn.reserveCapacity(count)
    if count < population / 8 {
      var moved: [Int: Int] = [:]
      for index in 0..<count {
        let other = index + Int(reader.next(below: UInt64(population - index)))
        drawn.append(moved[other] ?? other)
        moved[other] = moved[index] ?? index
      }
    } else {
      var order = Array(0..<population)
      for index in 0..<count {
        order.swapAt(index, index + Int(reader.next(below: UInt64(population - index))))
      }
      drawn.append(contentsOf: order[..<count])
    }
    return drawn
  }

  private mutating func weightedSample(_ count: Int, _ weights: ArraySlice<Double>)
    throws(TensorError) -> [Int]
  {
    var reader = WordReader(self)
    defer { position = reader.position }
    let keys = weights.map { weight in -log(reader.nextOpenUniform()) / weight }
    let possible = keys.indices.filter { weights[weights.startIndex + $0] > 0 }
    guard count <= possible.count else {
      throw .argument(
        operation: "choice", name: "size", value: String(count),
        requirement: "at most \(possible.count), the number of positive weights")
    }
    return Array(possible.sorted { (keys[$0], $0) < (keys[$1], $1) }.prefix(count))
  }

  /// For each row of weights (last axis) and each place of `shape`, an index drawn in proportion to
  /// the weights, i64: the first whose running sum exceeds uniform · total, one word each.
  ///
  /// - Shapes: `weights [..., k]` → `shape + [...]`. Weights need not sum to 1.
  /// - Throws: `argument` when weights are negative, not finite or all 0; `wrongRank` for rank 0;
  ///   `rankTooHigh`, `outOfMemory`, `interrupted`.
  package mutating func categorical(
    _ weights: Tensor, _ shape: Shape = .scalar, operation: String = "categorical"
  ) throws(TensorError) -> Tensor {
    let rows = try Weights(weights, operation)
    let leading = weights.shape.array.dropLast()
    guard shape.rank + leading.count <= Shape.maxRank else {
      throw .rankTooHigh(rank: shape.rank + leading.count)
    }
    let cumulative = rows.cumulative
    let result = try Tensor(uninitialized: .i64, Shape(shape.array + leading))
    let target = result.pointer.assumingMemoryBound(to: Int.self)
    var reader = WordReader(self)
    for place in 0..<result.count {
      let start = place % rows.count * rows.length
      let row = cumulative[start..<start + rows.length]
      target[place] = firstIndex(in: row, above: reader.nextUniform()) - start
      if place & 0xffff == 0, ck_interrupted() { throw .interrupted }
    }
    position = reader.position
    return result
  }

  /// The first index whose running sum exceeds fraction · total; never one of weight 0. O(log
  /// length).
  private func firstIndex(in row: ArraySlice<Double>, above fraction: Double) -> Int {
    let total = row[row.endIndex - 1]
    // The product may round up to the total itself.
    let level = min(fraction * total, total.nextDown)
    var low = row.startIndex
    var high = row.endIndex - 1
    while low < high {
      let middle = (low + high) / 2
      if row[middle] > level { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// Rows of weights that were looked at: finite, not negative, each row with something positive.
private struct Weights {
  let values: [Double]
  let length: Int
  let count: Int

  init(_ tensor: Tensor, _ operation: String) throws(TensorError) {
    guard tensor.rank > 0 else {
      throw .wrongRank(operation: operation, expected: "at least 1", shape: tensor.shape)
    }
    if tensor.dtype.kind == .complex {
      throw .unsupportedDType(operation: operation, dtype: tensor.dtype)
    }
    values = try tensor.toDoubles()
    length = tensor.shape[tensor.rank - 1]
    count = length == 0 ? 0 : values.count / length
    if let bad = values.first(where: { !($0 >= 0 && $0.isFinite) }) {
      throw .argument(
        operation: operation, name: "weights", value: formatFloat(bad),
        requirement: "finite and at least 0")
    }
    let areEmpty = (0..<count).contains { row in
      values[row * length..<(row + 1) * length].allSatisfy { $0 == 0 }
    }
    if areEmpty || length == 0 {
      throw .argument(
        operation: operation, name: "weights", value: length == 0 ? "empty" : "0 everywhere",
        requirement: "above 0 somewhere in each row")
    }
  }

  /// Running sums within each row.
  var cumulative: [Double] {
    var sums = values
    for index in 0..<sums.count where index % length != 0 { sums[index] += sums[index - 1] }
    return sums
  }
}
