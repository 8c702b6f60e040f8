/// The area between two lines.
struct BandLayer: Layer {
  let x: AxisValues
  let low: [Double]
  let high: [Double]
  let style: SeriesStyle

  static let kind = LayerKind(
    "band", "Adds the area between `low` and `high` over x, as for an interval of confidence.",
    [
      LayerParameter("x", .data, "Positions: numbers or names."),
      LayerParameter("low", .data, "The lower edge, as many as x, or a number."),
      LayerParameter("high", .data, "The upper edge, as many as x, or a number."),
      SeriesStyle.label, SeriesStyle.color,
      .option("alpha", "0.25", "Opacity from 0 to 1."),
    ],
    example: "band([0, 1, 2, 3], [1, 2, 2, 3], [2, 4, 5, 5])"
  ) { a throws(PlotError) in
    let x = try SeriesData.positions(a)
    let low = try edge(a, "low", count: x.count)
    let high = try edge(a, "high", count: x.count)
    try a.checkLengths([("x", x.count), ("low", low.count), ("high", high.count)])
    var style = try SeriesStyle(a, series: 1)
    if a["alpha"] == nil { style.alpha = 0.25 }
    return BandLayer(x: x, low: low, high: high, style: style)
  }

  private static func edge(_ a: LayerArguments, _ name: String, count: Int) throws(PlotError)
    -> [Double]
  {
    let array = try a.required(name)
    if array.rank == 0 { return [Double](repeating: array.values[0], count: count) }
    return try a.vector(name) ?? []
  }

  var markCount: Int { 2 * low.count }
  var names: [String] { x.names }
  var description: LayerDescription { LayerDescription("band", labels: style.labels) }

  func extent(names: [String]) -> Extent {
    var extent = Extent(x: x.positions(in: names), y: low)
    extent.include(y: high)
    return extent
  }

  func draw(on panel: inout PanelScript) {
    let positions = x.positions(in: panel.names)
    let color = panel.color(style, 0)
    panel.count(marks: markCount)
    let source = panel.data.add([positions, low, high])
    panel.element(
      "\(source) using 1:2:3 with filledcurves fs transparent solid \(GnuplotText.brief(style.alpha)) "
        + "noborder lc \(color.gnuplot())",
      label: style.label(0))
  }
}
