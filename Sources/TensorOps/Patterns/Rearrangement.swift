package import TensorCore

/// What `rearrange`, `reduce` and `repeat` do with a pattern such as `"b (h w) c -> b c h w"`: split
/// axes, put them in another order, take some away or add some, and join.
package struct Rearrangement: Sendable {
  package enum Kind: Sendable {
    case rearrange
    /// Axes that only the left side has go, by the reduction of this name.
    case reduce(String)
    /// Axes that only the right side has are added.
    case `repeat`
  }

  private let operation: String
  private let pattern: String
  private let kind: Kind
  private let left: AxisPattern
  private let right: AxisPattern
  private let given: [String: Int]

  /// - Parameter sizes: of named axes that do not follow from the tensor's shape.
  /// - Throws: `argument` for a pattern that cannot be.
  package init(_ kind: Kind, _ pattern: String, sizes: [(name: String, size: Int)])
    throws(TensorError)
  {
    switch kind {
    case .rearrange: operation = "rearrange"
    case .reduce: operation = "reduce"
    case .repeat: operation = "repeat"
    }
    self.kind = kind
    self.pattern = pattern
    let sides = try AxisPattern.sides(pattern, of: operation)
    left = try AxisPattern(sides.left, of: operation)
    right = try AxisPattern(sides.right, of: operation)
    var given: [String: Int] = [:]
    for (name, size) in sizes {
      guard left.names.contains(name) || right.names.contains(name) else {
        throw .argument(
          operation: operation, name: name, value: String(size),
          requirement: "the size of an axis of the pattern, which has none of this name")
      }
      guard size >= 0 else {
        throw .argument(
          operation: operation, name: name, value: String(size), requirement: "at least 0")
      }
      given[name] = size
    }
    self.given = given
    try checkSides()
  }

  private func checkSides() throws(TensorError) {
    let (known, wanted) = (left.names, right.names)
    if left.items.contains(where: { $0 == .group([.ellipsis]) }) {
      throw wrong("without `...` in parentheses on the left")
    }
    if left.items.filter({ $0 == .ellipsis }).count > 1 { throw wrong("of one `...` a side") }
    if right.hasEllipsis, !left.hasEllipsis { throw wrong("with `...` on the left, too") }
    let added = wanted.filter { !known.contains($0) }
    let gone = known.filter { !wanted.contains($0) }
    switch kind {
    case .rearrange:
      if let name = added.first { throw wrong("without `\(name)`, which the left has not") }
      if let name = gone.first { throw wrong("with `\(name)` on the right, too") }
      if left.hasEllipsis != right.hasEllipsis { throw wrong("with `...` on both sides") }
    case .reduce(let name):
      if let name = added.first { throw wrong("without `\(name)`, which the left has not") }
      guard ["sum", "mean", "max", "min", "prod", "any", "all"].contains(name) else {
        throw .argument(
          operation: operation, name: "reduction", value: "\"\(name)\"",
          requirement: "sum, mean, max, min, prod, any or all")
      }
    case .repeat:
      if let name = gone.first { throw wrong("with `\(name)` on the right, too") }
      if let name = added.first(where: { given[$0] == nil }) {
        throw .argument(
          operation: operation, name: name, value: "missing",
          requirement: "the size of the new axis")
      }
      if left.hasEllipsis != right.hasEllipsis { throw wrong("with `...` on both sides") }
    }
  }

  private func wrong(_ requirement: String) -> TensorError {
    AxisPattern.wrong(operation, pattern[...], requirement)
  }

  // MARK: - Applying

  /// An axis of the tensor once all groups are split: a name, or a place in the ellipsis.
  private enum Label: Hashable {
    case name(String)
    case unnamed(Int)
    case one
  }

  private typealias Axis = (label: Label, size: Int)

  /// - Throws: `argument` when the tensor's shape does not fit the pattern, naming the axis;
  ///   `rankTooHigh`, and what the reduction throws.
  package func apply(_ x: Variable) throws(TensorError) -> Variable {
    let axes = try split(x.shape)
    var result = try x.asTensor().reshaped(to: try checked(axes.map(\.size)))
    let wanted = flattened(right, unnamed: axes)
    // What goes, goes first: the less to move.
    var kept = axes
    if case .reduce(let name) = kind {
      let gone = axes.indices.filter { !wanted.contains(axes[$0].label) || axes[$0].label == .one }
      if !gone.isEmpty { result = try reduced(result, gone, by: name) }
      kept = axes.indices.filter { !gone.contains($0) }.map { axes[$0] }
    } else {
      kept = axes.filter { $0.label != .one }
      if kept.count != axes.count { result = try result.reshaped(to: Shape(kept.map(\.size))) }
    }
    let order = wanted.compactMap { label in kept.firstIndex { $0.label == label } }
    if order != Array(0..<order.count) { result = try result.transposed(order) }
    result = try extended(result, order.map { kept[$0] }, wanted)
    return try result.reshaped(to: try checked(try finalSizes(axes)))
  }

  private func checked(_ sizes: [Int]) throws(TensorError) -> Shape {
    guard sizes.count <= Shape.maxRank else { throw .rankTooHigh(rank: sizes.count) }
    return Shape(sizes)
  }

  /// The axes of the left side with their sizes.
  private func split(_ shape: Shape) throws(TensorError) -> [Axis] {
    let named = left.items.count - (left.hasEllipsis ? 1 : 0)
    guard left.hasEllipsis ? shape.rank >= named : shape.rank == named else {
      throw .wrongRank(
        operation: operation, expected: left.hasEllipsis ? "\(named) or more" : "\(named)",
        shape: shape)
    }
    var axes: [Axis] = []
    var place = 0
    for item in left.items {
      switch item {
      case .ellipsis:
        for index in 0..<(shape.rank - named) {
          axes.append((.unnamed(index), shape[place]))
          place += 1
        }
      case .one:
        guard shape[place] == 1 else { throw misfit(place, shape, "1, as the pattern says") }
        axes.append((.one, 1))
        place += 1
      case .axis(let name):
        if let size = given[name], size != shape[place] {
          throw .argument(
            operation: operation, name: name, value: String(size),
            requirement: "\(shape[place]), the size of axis \(place) of shape \(shape)")
        }
        axes.append((.name(name), shape[place]))
        place += 1
      case .group(let items):
        axes += try parts(items, place, shape)
        place += 1
      }
    }
    return axes
  }

  private func misfit(_ place: Int, _ shape: Shape, _ requirement: String) -> TensorError {
    .argument(
      operation: operation, name: "axis \(place) of shape \(shape)",
      value: "of size \(shape[place])", requirement: requirement)
  }

  /// The axes that one axis of the tensor consists of; at most one size is worked out.
  private func parts(_ items: [AxisPattern.Item], _ place: Int, _ shape: Shape)
    throws(TensorError) -> [Axis]
  {
    var known = 1
    var open: String?
    for case .axis(let name) in items {
      if let size = given[name] {
        let (product, overflow) = known.multipliedReportingOverflow(by: size)
        guard !overflow else { throw misfit(place, shape, "the product of the sizes given") }
        known = product
      } else if let other = open {
        throw .argument(
          operation: operation, name: name, value: "missing",
          requirement: "given, or `\(other)`: only one of a group is worked out")
      } else {
        open = name
      }
    }
    let whole = shape[place]
    if let name = open {
      guard known > 0, whole % known == 0 else {
        throw misfit(place, shape, "a multiple of \(known), to find `\(name)`")
      }
    } else if known != whole {
      throw misfit(place, shape, "\(known), the product of the sizes given")
    }
    var axes: [Axis] = []
    for item in items {
      switch item {
      case .axis(let name): axes.append((.name(name), given[name] ?? whole / max(known, 1)))
      case .one, .ellipsis, .group: axes.append((.one, 1))
      }
    }
    return axes
  }

  /// The labels of a side in order, without those of size 1.
  private func flattened(_ side: AxisPattern, unnamed axes: [Axis]) -> [Label] {
    func labels(_ item: AxisPattern.Item) -> [Label] {
      switch item {
      case .axis(let name): return [.name(name)]
      case .ellipsis:
        return axes.map(\.label).filter { if case .unnamed = $0 { true } else { false } }
      case .one: return []
      case .group(let items): return items.flatMap(labels)
      }
    }
    return side.items.flatMap(labels)
  }

  private func reduced(_ x: Variable, _ axes: [Int], by name: String) throws(TensorError)
    -> Variable
  {
    try x.applying(name, .plain(.ints(axes))).asTensor()
  }

  /// With the new axes of a repeat where they belong.
  private func extended(_ x: Variable, _ axes: [Axis], _ wanted: [Label]) throws(TensorError)
    -> Variable
  {
    guard axes.count < wanted.count else { return x }
    var (thin, full): ([Int], [Int]) = ([], [])
    for label in wanted {
      if let axis = axes.first(where: { $0.label == label }) {
        thin.append(axis.size)
        full.append(axis.size)
      } else if case .name(let name) = label {
        thin.append(1)
        full.append(given[name] ?? 1)
      }
    }
    let target = try checked(full)
    guard target.checkedCount != nil else { throw .outOfMemory(bytes: .max) }
    return try x.reshaped(to: try checked(thin)).broadcast(to: target)
  }

  private func finalSizes(_ axes: [Axis]) throws(TensorError) -> [Int] {
    func product(_ item: AxisPattern.Item) throws(TensorError) -> [Int] {
      switch item {
      case .axis(let name):
        return [axes.first { $0.label == .name(name) }?.size ?? given[name] ?? 1]
      case .ellipsis:
        return axes.filter { if case .unnamed = $0.label { true } else { false } }.map(\.size)
      case .one: return [1]
      case .group(let items):
        var whole = 1
        for item in items {
          for size in try product(item) {
            let (next, overflow) = whole.multipliedReportingOverflow(by: size)
            guard !overflow else { throw .outOfMemory(bytes: .max) }
            whole = next
          }
        }
        return [whole]
      }
    }
    var sizes: [Int] = []
    for item in right.items { sizes += try product(item) }
    return sizes
  }
}
