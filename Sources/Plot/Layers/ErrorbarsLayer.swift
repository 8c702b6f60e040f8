/// Points with bars that show how far they may be off.
struct ErrorbarsLayer: Layer {
  let x: AxisValues
  let y: [Double]
  /// Ends of the bars along y, and along x if there are any.
  let low: [Double]
  let high: [Double]
  let xError: [Double]?
  let style: SeriesStyle

  static let kind = LayerKind(
    "errorbars", "Adds points (x, y) with a bar from y - error to y + error.",
    [
      LayerParameter("x", .data, "Positions: numbers or names."),
      LayerParameter("y", .data, "Heights, as many as x."),
      LayerParameter(
        "error", .data,
        "Half the length of each bar, a number for all, or two columns: below and above."),
      .option("xerror", "none", "Half the length of bars along x."), SeriesStyle.label,
      SeriesStyle.color, SeriesStyle.marker, SeriesStyle.size, SeriesStyle.width, SeriesStyle.alpha,
    ],
    example: "errorbars([1, 2, 3], [2.0, 2.5, 4.0], [0.3, 0.2, 0.5])"
  ) { a throws(PlotError) in try ErrorbarsLayer(a) }

  private init(_ a: LayerArguments) throws(PlotError) {
    x = try SeriesData.positions(a)
    guard let heights = try a.vector("y") else {
      throw PlotError.missingArgument(layer: a.layer, parameter: "y")
    }
    y = heights
    let error = try a.required("error")
    let columns: [[Double]]
    switch error.rank {
    case 0: columns = [heights.map { _ in error.values[0] }]
    case 1: columns = [error.values]
    case 2 where error.sizes[1] == 2: columns = error.columns
    case _: throw a.mismatch("error", wanted: "a number, one for each point, or two columns")
    }
    try a.checkLengths([("x", x.count), ("y", heights.count), ("error", columns[0].count)])
    let (below, above) = (columns[0], columns[columns.count - 1])
    low = zip(heights, below).map { $0 - $1 }
    high = zip(heights, above).map { $0 + $1 }
    if let horizontal = try a.array("xerror") {
      xError = horizontal.rank == 0 ? heights.map { _ in horizontal.values[0] } : horizontal.values
      try a.checkLengths([("x", x.count), ("xerror", xError?.count ?? 0)])
    } else {
      xError = nil
    }
    style = try SeriesStyle(a, series: 1)
  }

  var markCount: Int { y.count }
  var names: [String] { x.names }
  var description: LayerDescription {
    LayerDescription("points with error bars", labels: style.labels)
  }

  func extent(names: [String]) -> Extent {
    let positions = x.positions(in: names)
    var extent = Extent(x: positions, y: y)
    extent.include(y: low)
    extent.include(y: high)
    if let xError {
      extent.include(x: zip(positions, xError).map { $0 - $1 })
      extent.include(x: zip(positions, xError).map { $0 + $1 })
    }
    return extent
  }

  func draw(on panel: inout PanelScript) {
    let positions = x.positions(in: panel.names)
    let color = panel.color(style, 0).gnuplot(alpha: style.alpha)
    panel.count(marks: y.count)
    // gnuplot's own error bars put a white ring under each marker: bars are drawn as arrows whose
    // heads are level.
    let bars =
      "heads nofilled size screen 0.006,90 lw \(GnuplotText.number(style.width ?? 1.5)) lc \(color)"
    let upright = panel.data.add([
      positions, low, y.map { _ in 0 }, zip(high, low).map { $0 - $1 },
    ])
    panel.element("\(upright) using 1:2:3:4 with vectors \(bars)")
    if let xError {
      let level = panel.data.add([
        zip(positions, xError).map { $0 - $1 }, y, xError.map { 2 * $0 }, y.map { _ in 0 },
      ])
      panel.element("\(level) using 1:2:3:4 with vectors \(bars)")
    }
    let source = panel.data.add([positions, y])
    panel.element(
      "\(source) using 1:2 with points pt \((style.marker ?? .circle).rawValue) "
        + "ps \(GnuplotText.brief((style.size ?? 1) * 0.7)) lc \(color)",
      label: style.label(0))
  }
}
