internal import CKernels

// Counting: how often each integer occurs, how many values fall between edges.

extension Tensor {
  /// How often each integer 0, 1, … occurs; with weights, the sum of the weights of its places.
  ///
  /// - Shapes: `[...]` → `[max(largest + 1, minimumLength)]`, i64, or f64 with weights of the same
  ///   shape.
  /// - Throws: `unsupportedDType` unless bool or integers, `argument` for a negative element,
  ///   `shapeMismatch`, `outOfMemory`.
  package func bincount(weights: Tensor? = nil, minimumLength: Int = 0) throws(TensorError)
    -> Tensor
  {
    guard dtype.kind <= .integer else {
      throw .unsupportedDType(operation: "bincount", dtype: dtype)
    }
    if let weights, weights.shape != shape {
      throw .shapeMismatch(
        operation: "bincount", what: "one weight for each element", lhs: shape, rhs: weights.shape)
    }
    let sums = try weights?.realDoubles("bincount")
    return try cast(to: .i64).withElements(of: Int.self) { elements throws(TensorError) in
      var (least, largest) = (0, -1)
      for element in elements {
        least = min(least, element)
        largest = max(largest, element)
      }
      if least < 0 {
        let bad = elements.first { $0 < 0 } ?? least
        throw .argument(
          operation: "bincount", name: "x", value: String(bad), requirement: "at least 0 everywhere"
        )
      }
      let (size, overflow) = largest.addingReportingOverflow(1)
      if overflow { throw .outOfMemory(bytes: Int.max) }
      let length = Shape([max(size, minimumLength, 0)])
      if let sums {
        var result = try Tensor.zeros(length, .f64)
        try result.withMutableElements(of: Double.self) { target in
          for (index, element) in elements.enumerated() { target[element] += sums[index] }
        }
        return result
      }
      var result = try Tensor.zeros(length, .i64)
      try result.withMutableElements(of: Int.self) { target in
        for element in elements { target[element] += 1 }
      }
      return result
    }
  }

  private func realDoubles(_ operation: String) throws(TensorError) -> [Double] {
    if dtype.kind == .complex { throw .unsupportedDType(operation: operation, dtype: dtype) }
    return try toDoubles()
  }

  /// How many elements fall between each two neighbouring edges, the lower edge included, of the
  /// last interval also the upper. What lies outside, and NaN, is not counted.
  ///
  /// - Shapes: `[...]`, edges `[n + 1]` → i64 `[n]`.
  /// - Throws: `wrongRank` unless edges have rank 1, `argument` when they are fewer than 2 or fall,
  ///   `unsupportedDType` for complex, `outOfMemory`, `interrupted`.
  package func histogram(edges: Tensor) throws(TensorError) -> Tensor {
    guard edges.rank == 1 else {
      throw .wrongRank(operation: "histogram", expected: "1", shape: edges.shape)
    }
    let limits = try edges.realDoubles("histogram")
    if dtype.kind == .complex { throw .unsupportedDType(operation: "histogram", dtype: dtype) }
    let isRising = zip(limits, limits.dropFirst()).allSatisfy { $0 <= $1 }
    guard limits.count >= 2, isRising else {
      throw .argument(
        operation: "histogram", name: "bins",
        value: limits.count < 2 ? "\(limits.count) edges" : "falling edges",
        requirement: "at least two edges that do not fall")
    }
    var counts = [Int](repeating: 0, count: limits.count - 1)
    let last = limits[limits.count - 1]
    try cast(to: .f64).withElements(of: Double.self) { elements throws(TensorError) in
      for (index, element) in elements.enumerated() {
        if index & 0xfffff == 0, ck_interrupted() { throw .interrupted }
        guard element >= limits[0], element <= last else { continue }
        counts[Tensor.interval(of: element, limits)] += 1
      }
    }
    return try Tensor(counts)
  }

  /// The interval an element within the edges belongs to. O(log edges).
  private static func interval(of element: Double, _ edges: [Double]) -> Int {
    var (low, high) = (0, edges.count)
    while low < high {
      let middle = (low + high) / 2
      if edges[middle] <= element { low = middle + 1 } else { high = middle }
    }
    // `low` edges are at most the element; at the very last edge the last interval takes it.
    return min(low, edges.count - 1) - 1
  }

  /// Equal intervals over a range, from the smallest to the largest finite element when none is
  /// given, and the counts as `histogram(edges:)`.
  ///
  /// - Throws: `argument` unless there is at least one interval and the range is finite and does
  ///   not fall; as `histogram(edges:)`.
  package func histogram(bins: Int, range: (Double, Double)? = nil) throws(TensorError) -> (
    counts: Tensor, edges: Tensor
  ) {
    guard bins >= 1 else {
      throw .argument(
        operation: "histogram", name: "bins", value: String(bins), requirement: "at least 1")
    }
    guard bins < Int.max else { throw .outOfMemory(bytes: bins) }
    var (low, high) = (0.0, 1.0)
    if let range {
      (low, high) = range
    } else {
      let values = try realDoubles("histogram").filter(\.isFinite)
      if let least = values.min(), let most = values.max() { (low, high) = (least, most) }
    }
    guard low.isFinite, high.isFinite, low <= high else {
      throw .argument(
        operation: "histogram", name: "range",
        value: "(\(formatFloat(low)), \(formatFloat(high)))",
        requirement: "finite, the first at most the second")
    }
    if low == high { (low, high) = (low - 0.5, high + 0.5) }
    let step = (high - low) / Double(bins)
    let edges = try Tensor(Shape([bins + 1])) { (target: UnsafeMutableBufferPointer<Double>) in
      for index in 0..<bins { target[index] = low + Double(index) * step }
      target[bins] = high
    }
    return (try histogram(edges: edges), edges)
  }
}
