/// Arrows (u, v) at (x, y).
struct VectorsLayer: Layer {
  let x: [Double]
  let y: [Double]
  let u: [Double]
  let v: [Double]
  let style: SeriesStyle

  static let kind = LayerKind(
    "vectors", "Adds an arrow (u, v) at each point (x, y).",
    [
      LayerParameter(
        "x", .data, "Where arrows begin, of any shape; one axis is spread over columns."),
      LayerParameter("y", .data, "As x; one axis is spread over rows."),
      LayerParameter("u", .data, "How far they go along x."),
      LayerParameter("v", .data, "How far they go along y."),
      .option("scale", "1", "Their length is multiplied by it."), SeriesStyle.label,
      SeriesStyle.color, .option("width", "1.5", "Of the lines, in points."), SeriesStyle.alpha,
    ],
    example: "vectors([0, 1, 2], [0, 0, 0], [1, 0.5, -0.5], [1, 1, 1])"
  ) { a throws(PlotError) in try VectorsLayer(a) }

  private init(_ a: LayerArguments) throws(PlotError) {
    let (u, v) = (try a.required("u"), try a.required("v"))
    let (xs, ys) = (try a.required("x"), try a.required("y"))
    let scale = try a.number("scale") ?? 1
    if u.rank == 2, xs.rank == 1, ys.rank == 1 {
      try a.checkLengths([("columns of u", u.sizes[1]), ("x", xs.count)])
      try a.checkLengths([("rows of u", u.sizes[0]), ("y", ys.count)])
      x = ys.values.flatMap { _ in xs.values }
      y = ys.values.flatMap { [Double](repeating: $0, count: xs.count) }
    } else {
      x = xs.values
      y = ys.values
    }
    try a.checkLengths([("x", x.count), ("y", y.count), ("u", u.count), ("v", v.count)])
    self.u = u.values.map { $0 * scale }
    self.v = v.values.map { $0 * scale }
    style = try SeriesStyle(a, series: 1)
  }

  var markCount: Int { x.count }
  var description: LayerDescription { LayerDescription("arrows", labels: style.labels) }

  func extent(names: [String]) -> Extent {
    var extent = Extent(x: x, y: y)
    extent.include(x: zip(x, u).map { $0 + $1 })
    extent.include(y: zip(y, v).map { $0 + $1 })
    return extent
  }

  func draw(on panel: inout PanelScript) {
    panel.count(marks: x.count)
    let color = panel.color(style, 0).gnuplot(alpha: style.alpha)
    let source = panel.data.add([x, y, u, v])
    panel.element(
      "\(source) using 1:2:3:4 with vectors head filled size screen 0.012,18,60 fixed "
        + "lw \(GnuplotText.number(style.width ?? 1.5)) lc \(color)",
      label: style.label(0))
  }
}
