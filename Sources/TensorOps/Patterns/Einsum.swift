package import TensorCore

/// Sums of products over named axes: `"batch head query d, batch head key d -> batch head query
/// key"`, or with a letter an axis `"ij,jk->ik"`.
///
/// Operands are multiplied two at a time, as batched matrix products, in an order that keeps what
/// comes between small.
package struct Einsum: Sendable {
  /// An axis: its name, or `...k` for the k-th unnamed one, counted from the last.
  typealias Label = String

  private let inputs: [[Label]]
  private let output: [Label]
  private let operands: [Variable]
  private let pattern: String

  /// - Throws: `argument` for a pattern that does not fit the operands, naming the axis.
  package init(_ pattern: String, _ operands: [Variable]) throws(TensorError) {
    self.pattern = pattern
    var tensors: [Variable] = []
    for operand in operands { tensors.append(try operand.asTensor()) }
    let arrow = pattern.firstRange(of: "->")
    let terms = pattern[..<(arrow?.lowerBound ?? pattern.endIndex)].split(
      separator: ",", omittingEmptySubsequences: false)
    guard terms.count == tensors.count else {
      throw .argument(
        operation: "einsum", name: "pattern", value: "\"\(pattern)\"",
        requirement: "of as many terms as there are tensors, \(tensors.count)")
    }
    let right = arrow.map { pattern[$0.upperBound...] }
    let isLettered = Einsum.isLettered(terms, tensors)
    var inputs: [[Label]] = []
    for (index, term) in terms.enumerated() {
      let tokens = try Einsum.tokens(term, isLettered)
      inputs.append(try Einsum.labels(tokens, tensors[index].shape))
    }
    let widest =
      inputs.map { labels in labels.filter { $0.hasPrefix("...") }.count }.max() ?? 0
    let unnamed = (0..<widest).reversed().map { "...\($0)" }
    if let right {
      output = try Einsum.tokens(right, isLettered).flatMap { $0 == "..." ? unnamed : [$0] }
    } else {
      let all = inputs.joined().filter { !$0.hasPrefix("...") }
      let single = Set(all).filter { name in all.count { $0 == name } == 1 }
      output = unnamed + (isLettered ? single.sorted() : all.filter(single.contains))
    }
    self.inputs = inputs
    self.operands = tensors
    try checkOutput()
    try checkSizes()
  }

  /// Of axes that are named already.
  ///
  /// - Precondition: each operand has as many axes as labels, of equal sizes for equal labels, and
  ///   the result's are among them.
  init(labels: [[String]], result: [String], _ operands: [Variable]) throws(TensorError) {
    inputs = labels
    output = result
    self.operands = operands
    pattern = ""
    guard output.count <= Shape.maxRank else { throw .rankTooHigh(rank: output.count) }
  }

  /// Whether each letter is an axis: no term has spaces, and the letters are as many as the axes.
  private static func isLettered(_ terms: [Substring], _ operands: [Variable]) -> Bool {
    for (term, operand) in zip(terms, operands) {
      if AxisPattern.tokens(term).filter({ $0 != "..." }).count > 1 {
        // Letters with spaces between them are names just as well.
        return false
      }
      let letters = term.filter { $0.isLetter }.count
      if term.contains("...") ? letters > operand.rank : letters != operand.rank { return false }
    }
    return true
  }

  private static func tokens(_ term: Substring, _ isLettered: Bool) throws(TensorError) -> [Label] {
    var labels: [Label] = []
    for token in AxisPattern.tokens(term) {
      if token == "..." {
        guard !labels.contains("...") else {
          throw AxisPattern.wrong("einsum", term, "of one `...` a term")
        }
        labels.append("...")
      } else if AxisPattern.isName(token) {
        labels += isLettered ? token.map { String($0) } : [String(token)]
      } else {
        throw AxisPattern.wrong("einsum", token, "a name of letters, digits and _")
      }
    }
    return labels
  }

  /// With the ellipsis replaced by the axes it stands for.
  private static func labels(_ tokens: [Label], _ shape: Shape) throws(TensorError) -> [Label] {
    let named = tokens.filter { $0 != "..." }.count
    let hasRest = named < tokens.count
    guard hasRest ? shape.rank >= named : shape.rank == named else {
      throw .wrongRank(
        operation: "einsum",
        expected: "\(named)\(hasRest ? " or more" : "") for the term `"
          + tokens.joined(separator: " ") + "`", shape: shape)
    }
    let rest = (0..<(shape.rank - named)).reversed().map { "...\($0)" }
    return tokens.flatMap { $0 == "..." ? rest : [$0] }
  }

  private func checkOutput() throws(TensorError) {
    for (index, label) in output.enumerated() {
      guard inputs.contains(where: { $0.contains(label) }) else {
        throw AxisPattern.wrong(
          "einsum", pattern[...], "without `\(label)` in the result, which no term has")
      }
      guard !output[..<index].contains(label) else {
        throw AxisPattern.wrong(
          "einsum", pattern[...], "without the axis `\(label)` twice in the result")
      }
    }
    guard output.count <= Shape.maxRank else { throw .rankTooHigh(rank: output.count) }
  }

  /// Named axes have one size wherever they stand; unnamed ones broadcast.
  private func checkSizes() throws(TensorError) {
    var known: [Label: (size: Int, shape: Shape)] = [:]
    for (labels, operand) in zip(inputs, operands) {
      for (axis, label) in labels.enumerated() {
        let size = operand.shape[axis]
        guard let other = known[label], other.size != size else {
          known[label] = (size, operand.shape)
          continue
        }
        if label.hasPrefix("...") {
          if size == 1 { continue }
          if other.size == 1 {
            known[label] = (size, operand.shape)
            continue
          }
        }
        let name = label.hasPrefix("...") ? "an axis of `...`" : "axis `\(label)`"
        throw .shapeMismatch(
          operation: "einsum", what: "\(name) has the sizes \(other.size) and \(size)",
          lhs: other.shape, rhs: operand.shape)
      }
    }
  }

  // MARK: - Computing

  private struct Term {
    var labels: [Label]
    var value: Variable

    var sizes: [Label: Int] {
      var sizes: [Label: Int] = [:]
      for (axis, label) in labels.enumerated() { sizes[label] = value.shape[axis] }
      return sizes
    }

    /// The places of an axis named twice.
    var repeated: (Int, Int)? {
      for (second, label) in labels.enumerated() {
        if let first = labels[..<second].firstIndex(of: label) { return (first, second) }
      }
      return nil
    }
  }

  /// - Throws: `rankTooHigh` when more than eight axes come together; `integerOverflow`,
  ///   `outOfMemory`, `interrupted`.
  /// - Complexity: that of the products; operands are copied where their axes must be brought
  ///   together.
  package func evaluate() throws(TensorError) -> Variable {
    var terms: [Term] = []
    for (labels, operand) in zip(inputs, operands) {
      terms.append(try prepared(Term(labels: labels, value: operand)))
    }
    guard var last = terms.first else { return try Variable(1.0).asTensor() }
    while terms.count > 1 {
      let (i, j) = bestPair(terms)
      let (a, b) = (terms[i], terms[j])
      terms.remove(at: j)
      terms.remove(at: i)
      let kept = Set(output).union(terms.flatMap(\.labels))
      last = try product(a, b, kept)
      terms.append(last)
    }
    last = try summed(last, keeping: Set(output))
    return try arranged(last, output)
  }

  /// Diagonals of axes that a term names twice; unnamed axes of size 1 that others stretch go.
  private func prepared(_ term: Term) throws(TensorError) -> Term {
    var term = term
    while let (first, second) = term.repeated {
      let rank = term.labels.count
      let size = term.value.shape[first]
      var order = (0..<rank).filter { $0 != first && $0 != second }
      let outer = order.map { term.value.shape[$0] }
      let labels = order.map { term.labels[$0] }
      order += [first, second]
      let square = try term.value.transposed(order).reshaped(to: Shape(outer + [size * size]))
      var index = [IndexComponent](
        repeating: .slice(start: nil, stop: nil, step: 1), count: outer.count)
      index.append(.slice(start: nil, stop: nil, step: size + 1))
      let diagonal = try square.indexed(by: index)
      term = Term(labels: labels + [term.labels[first]], value: try diagonal.asTensor())
    }
    let thin = term.labels.indices.filter {
      term.labels[$0].hasPrefix("...") && term.value.shape[$0] == 1
        && stretched.contains(term.labels[$0])
    }
    guard !thin.isEmpty else { return term }
    let kept = term.labels.indices.filter { !thin.contains($0) }
    return Term(
      labels: kept.map { term.labels[$0] },
      value: try term.value.reshaped(to: Shape(kept.map { term.value.shape[$0] })))
  }

  /// Unnamed axes that have another size than 1 somewhere.
  private var stretched: Set<Label> {
    var found: Set<Label> = []
    for (labels, operand) in zip(inputs, operands) {
      for (axis, label) in labels.enumerated() where operand.shape[axis] != 1 {
        found.insert(label)
      }
    }
    return found
  }

  /// The two whose product is the smallest compared to themselves; the first of equal ones.
  private func bestPair(_ terms: [Term]) -> (Int, Int) {
    guard terms.count > 2 else { return (0, 1) }
    var best = (0, 1)
    var least = (Double.infinity, Double.infinity)
    for j in terms.indices {
      for i in 0..<j {
        let sizes = terms[i].sizes.merging(terms[j].sizes) { a, _ in a }
        var kept = Set(output)
        for (k, term) in terms.enumerated() where k != i && k != j { kept.formUnion(term.labels) }
        let count = { (labels: [Label]) in
          labels.reduce(1.0) { $0 * Double(sizes[$1] ?? 1) }
        }
        let growth =
          count(sizes.keys.filter(kept.contains)) - count(terms[i].labels) - count(terms[j].labels)
        let work = count(Array(sizes.keys))
        if (growth, work) < least {
          least = (growth, work)
          best = (i, j)
        }
      }
    }
    return best
  }

  private func summed(_ term: Term, keeping kept: Set<Label>) throws(TensorError) -> Term {
    let gone = term.labels.indices.filter { !kept.contains(term.labels[$0]) }
    guard !gone.isEmpty else { return term }
    return Term(
      labels: term.labels.filter(kept.contains),
      value: try term.value.sum(axes: Array(gone)).asTensor())
  }

  private func arranged(_ term: Term, _ labels: [Label]) throws(TensorError) -> Variable {
    let order = labels.compactMap { term.labels.firstIndex(of: $0) }
    return order == Array(0..<order.count) ? term.value : try term.value.transposed(order)
  }
}

// MARK: - Products of two

extension Einsum {
  private func product(_ first: Term, _ second: Term, _ kept: Set<Label>) throws(TensorError)
    -> Term
  {
    let a = try summed(first, keeping: kept.union(second.labels))
    let b = try summed(second, keeping: kept.union(first.labels))
    let shared = a.labels.filter(b.labels.contains)
    let batch = shared.filter(kept.contains)
    let inner = shared.filter { !kept.contains($0) }
    let rows = a.labels.filter { !shared.contains($0) }
    let columns = b.labels.filter { !shared.contains($0) }
    let labels = batch + rows + columns
    let (sizesA, sizesB) = (a.sizes, b.sizes)
    let sizes = labels.map { sizesA[$0] ?? sizesB[$0] ?? 1 }
    guard labels.count <= Shape.maxRank else { throw .rankTooHigh(rank: labels.count) }
    guard Shape(sizes).checkedCount != nil else { throw .outOfMemory(bytes: .max) }
    if inner.isEmpty {
      let left = try arranged(a, batch + rows).reshaped(
        to: Shape((batch + rows).map { sizesA[$0] ?? 1 } + columns.map { _ in 1 }))
      let right = try arranged(b, batch + columns).reshaped(
        to: Shape(
          batch.map { sizesB[$0] ?? 1 } + rows.map { _ in 1 } + columns.map { sizesB[$0] ?? 1 }))
      return Term(labels: labels, value: try left * right)
    }
    guard batch.count + 2 <= Shape.maxRank else { throw .rankTooHigh(rank: batch.count + 2) }
    let left = try matrix(a, batch, rows, inner)
    let right = try matrix(b, batch, columns, inner)
    let result = try left.matmul(try right.swappingAxes(-1, -2))
    return Term(labels: labels, value: try result.reshaped(to: Shape(sizes)))
  }

  /// `[batch..., free, inner]`, a view where the axes lie so.
  private func matrix(_ term: Term, _ batch: [Label], _ free: [Label], _ inner: [Label])
    throws(TensorError) -> Variable
  {
    let sizes = term.sizes
    func product(_ labels: [Label]) -> Int { labels.reduce(1) { $0 * (sizes[$1] ?? 1) } }
    let outer = batch.map { sizes[$0] ?? 1 }
    // Of the two orders the one whose last axis is last already.
    if let last = term.labels.last, free.contains(last) {
      let laid = try arranged(term, batch + inner + free)
      return try laid.reshaped(to: Shape(outer + [product(inner), product(free)])).swappingAxes(
        -1, -2)
    }
    let laid = try arranged(term, batch + free + inner)
    return try laid.reshaped(to: Shape(outer + [product(free), product(inner)]))
  }
}
