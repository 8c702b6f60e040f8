/// One thing drawn in a figure: made and checked once, immutable, drawn as often as wanted.
package protocol Layer: Sendable {
  /// How many marks a picture of it holds: what makes an SVG large.
  var markCount: Int { get }
  /// What the axes must show. Positions of names on the x axis are looked up in `names`.
  func extent(names: [String]) -> Extent
  /// The names it puts on the x axis, in its own order; empty when its x are numbers.
  var names: [String] { get }
  /// Whether it needs three axes.
  var isSpatial: Bool { get }
  /// Whether row 0 belongs at the top of the y axis.
  var prefersDownwardY: Bool { get }
  /// What it is called in the figure's sentence for readers who do not see it.
  var description: LayerDescription { get }
  /// How many sets of bars stand side by side for it.
  var barSets: Int { get }

  func draw(on panel: inout PanelScript)
}

extension Layer {
  package var names: [String] { [] }
  package var isSpatial: Bool { false }
  package var prefersDownwardY: Bool { false }
  package var barSets: Int { 0 }
}

/// A layer in words: `line (adamw, sgd)`.
package struct LayerDescription: Sendable, Equatable {
  /// `line plot`, `heat map of 8 × 8 cells`.
  let noun: String
  let labels: [String]
  /// The number of series; 1 for a layer without series.
  let series: Int

  init(_ noun: String, labels: [String] = [], series: Int = 1) {
    self.noun = noun
    self.labels = labels.filter { !$0.isEmpty }
    self.series = series
  }
}

/// The ranges that data cover, per axis; nil where there is nothing finite.
package struct Extent: Sendable, Equatable {
  package var x: ClosedRange<Double>?
  package var y: ClosedRange<Double>?
  package var z: ClosedRange<Double>?
  /// The least positive numbers, for logarithmic axes.
  var leastPositiveX: Double?
  var leastPositiveY: Double?
  /// Whether y starts at the axis with no room beneath: bars stand on it.
  var standsOnZero = false
  /// Whether the data fill the plane to its edge, as pictures do: no room around it.
  var fillsPlane = false
  /// Whether cells cover the plane: then lines of the frame and the grid would only disturb.
  var hasCells = false
  /// Whether one unit is as long on both axes and the axes have no marks unless asked for.
  var isPicture = false

  package init() {}

  init(x: some Sequence<Double>, y: some Sequence<Double>) {
    include(x: x)
    include(y: y)
  }

  mutating func include(x values: some Sequence<Double>) {
    Extent.extend(&x, &leastPositiveX, with: values)
  }

  mutating func include(y values: some Sequence<Double>) {
    Extent.extend(&y, &leastPositiveY, with: values)
  }

  mutating func include(z values: some Sequence<Double>) {
    var unused: Double?
    Extent.extend(&z, &unused, with: values)
  }

  func union(_ other: Extent) -> Extent {
    var both = self
    both.x = Extent.union(x, other.x)
    both.y = Extent.union(y, other.y)
    both.z = Extent.union(z, other.z)
    both.leastPositiveX = [leastPositiveX, other.leastPositiveX].compactMap { $0 }.min()
    both.leastPositiveY = [leastPositiveY, other.leastPositiveY].compactMap { $0 }.min()
    both.standsOnZero = standsOnZero || other.standsOnZero
    both.fillsPlane = fillsPlane || other.fillsPlane
    both.hasCells = hasCells || other.hasCells
    both.isPicture = isPicture || other.isPicture
    return both
  }

  static func union(_ a: ClosedRange<Double>?, _ b: ClosedRange<Double>?) -> ClosedRange<Double>? {
    guard let a, let b else { return a ?? b }
    return min(a.lowerBound, b.lowerBound)...max(a.upperBound, b.upperBound)
  }

  private static func extend(
    _ range: inout ClosedRange<Double>?, _ leastPositive: inout Double?,
    with values: some Sequence<Double>
  ) {
    var (low, high, least) = (Double.infinity, -Double.infinity, Double.infinity)
    for value in values where value.isFinite {
      low = min(low, value)
      high = max(high, value)
      if value > 0 { least = min(least, value) }
    }
    if low <= high { range = union(range, low...high) }
    if least.isFinite { leastPositive = min(leastPositive ?? least, least) }
  }
}

/// The positions of a layer along x: numbers, or names that share the axis.
package enum AxisValues: Sendable, Equatable {
  case numbers([Double])
  case names([String])

  var count: Int {
    switch self {
    case .numbers(let values): values.count
    case .names(let texts): texts.count
    }
  }

  var names: [String] {
    switch self {
    case .numbers: []
    case .names(let texts): texts
    }
  }

  /// Numbers as they are; names by their place in `order`.
  func positions(in order: [String]) -> [Double] {
    switch self {
    case .numbers(let values): return values
    case .names(let texts):
      let places = Dictionary(order.enumerated().map { ($1, Double($0)) }) { first, _ in first }
      return texts.map { places[$0] ?? .nan }
    }
  }
}
