/// y over x as a line; a NaN leaves a gap.
struct LineLayer: Layer {
  let data: SeriesData
  let style: SeriesStyle
  let isStepped: Bool

  static let kind = LayerKind(
    "line", "Adds a line through the points (x, y); a NaN leaves a gap.",
    [
      SeriesData.x, SeriesData.y, SeriesStyle.label, SeriesStyle.color, SeriesStyle.style,
      SeriesStyle.width, SeriesStyle.alpha,
      .option("steps", "false", "Whether y stays until the next x."),
    ],
    example: #"line([0.0, 0.1, 0.2, 0.3], [1, 4, 2, 3], label = "run 1")"#
  ) { a throws(PlotError) in
    let data = try SeriesData(a)
    return LineLayer(
      data: data, style: try SeriesStyle(a, series: data.columns.count),
      isStepped: try a.flag("steps", default: false))
  }

  var markCount: Int { data.pointCount }
  var names: [String] { data.x.names }

  func extent(names: [String]) -> Extent { data.extent(names: names) }

  var description: LayerDescription {
    LayerDescription("line", labels: style.labels, series: data.columns.count)
  }

  func draw(on panel: inout PanelScript) {
    let x = data.x.positions(in: panel.names)
    for (series, y) in data.columns.enumerated() {
      let color = panel.color(style, series)
      var (xs, ys) = (x, y)
      if panel.thins, let range = panel.extent.x,
        let thinned = Thinning.line(
          x: x, y: y, range: range, columns: panel.pixels.width,
          isLogarithmic: panel.options.x.isLogarithmic)
      {
        (xs, ys) = thinned
      }
      panel.count(marks: xs.count)
      let source = panel.data.add([xs, ys])
      panel.element(
        "\(source) using 1:2 with \(isStepped ? "steps" : "lines") "
          + panel.line(style, series, color),
        label: style.label(series))
    }
  }
}
