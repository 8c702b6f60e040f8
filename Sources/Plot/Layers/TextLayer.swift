/// Words at points.
struct TextLayer: Layer {
  let x: AxisValues
  let y: [Double]
  let texts: [String]
  let color: Color?
  let size: Double
  let alignment: String

  static let kind = LayerKind(
    "text", "Adds words at (x, y).",
    [
      LayerParameter("x", .data, "Positions: a number, numbers or names."),
      LayerParameter("y", .data, "Heights, as many as x."),
      LayerParameter("text", .data, "A Str, or a tuple of as many as x."), SeriesStyle.color,
      .option("size", "1", "Of the letters, 1 being that of the axes."),
      .option("align", "\"center\"", "\"left\", \"center\" or \"right\" of the point."),
    ],
    example: #"text(1, 2, "here")"#
  ) { a throws(PlotError) in try TextLayer(a) }

  private static let alignments = [("left", "left"), ("center", "center"), ("right", "right")]
    .map { (word: $0.0, value: $0.1) }

  private init(_ a: LayerArguments) throws(PlotError) {
    x = try SeriesData.positions(a)
    guard let heights = try a.vector("y") else {
      throw PlotError.missingArgument(layer: a.layer, parameter: "y")
    }
    guard let words = try a.texts("text") else {
      throw PlotError.missingArgument(layer: a.layer, parameter: "text")
    }
    y = heights
    texts = words
    try a.checkLengths([("x", x.count), ("y", heights.count), ("text", words.count)])
    color = try SeriesStyle(a, series: 1).color(0)
    size = try a.positive("size") ?? 1
    alignment = try a.choice("align", among: TextLayer.alignments) ?? "center"
  }

  var markCount: Int { texts.count }
  var names: [String] { x.names }
  var description: LayerDescription {
    LayerDescription("text", labels: Array(texts.prefix(4)))
  }

  func extent(names: [String]) -> Extent { Extent(x: x.positions(in: names), y: y) }

  func draw(on panel: inout PanelScript) {
    panel.count(marks: texts.count)
    let positions = x.positions(in: panel.names)
    let font =
      size == 1 ? "" : " font \",\(GnuplotText.brief(size * Double(panel.theme.fontSize)))\""
    for (index, text) in texts.enumerated() where positions[index].isFinite && y[index].isFinite {
      panel.command(
        "set label \(GnuplotText.quoted(text)) at \(GnuplotText.number(positions[index])),"
          + "\(GnuplotText.number(y[index])) \(alignment) noenhanced front\(font) "
          + "textcolor \((color ?? panel.theme.text).gnuplot())")
    }
  }
}
