/// The points of a layer that draws y over x: one x for all series, one column of y for each.
struct SeriesData: Sendable {
  let x: AxisValues
  let columns: [[Double]]

  static let x = LayerParameter(
    "x", .data,
    "Positions along one axis: numbers or names. With no y, these are the y, at x = 0, 1, 2, and so on."
  )
  static let y = LayerParameter(
    "y", .optionalData(default: "none"),
    "Heights, as many as x; a tensor of two axes gives a series per column.")

  /// Reads `x` and `y`.
  ///
  /// - Throws: `PlotError.lengths` when they differ, `argument` for another shape or type.
  init(_ a: LayerArguments) throws(PlotError) {
    guard a["y"] != nil else {
      let heights = try SeriesData.heights(a, "x")
      columns = heights.columns
      x = .numbers((0..<(columns.first?.count ?? 0)).map(Double.init))
      return
    }
    let heights = try SeriesData.heights(a, "y")
    columns = heights.columns
    x = try SeriesData.positions(a)
    try a.checkLengths([("x", x.count), ("y", columns.first?.count ?? x.count)])
  }

  init(x: AxisValues, columns: [[Double]]) {
    self.x = x
    self.columns = columns
  }

  private static func heights(_ a: LayerArguments, _ name: String) throws(PlotError) -> NumberArray
  {
    let array = try a.required(name)
    guard (0...2).contains(array.rank) else {
      throw a.mismatch(name, wanted: "a tensor with one or two axes")
    }
    return array
  }

  /// Numbers or names along x.
  static func positions(_ a: LayerArguments) throws(PlotError) -> AxisValues {
    if let texts = a["x"]?.texts, !texts.isEmpty { return .names(texts) }
    guard let values = try a.vector("x") else {
      throw PlotError.missingArgument(layer: a.layer, parameter: "x")
    }
    return .numbers(values)
  }

  var pointCount: Int { columns.reduce(0) { $0 + $1.count } }

  func extent(names: [String]) -> Extent {
    var extent = Extent()
    extent.include(x: x.positions(in: names))
    for column in columns { extent.include(y: column) }
    return extent
  }
}
