/// Straight lines from edge to edge of the axes, level or upright.
struct RuleLines: Sendable {
  let values: [Double]
  let style: SeriesStyle

  static let parameters = [
    SeriesStyle.label, SeriesStyle.color, SeriesStyle.style,
    LayerParameter.option("width", "1.5", "Of the line, in points."), SeriesStyle.alpha,
  ]

  init(_ a: LayerArguments, _ name: String) throws(PlotError) {
    guard let values = try a.vector(name) else {
      throw PlotError.missingArgument(layer: a.layer, parameter: name)
    }
    self.values = values
    var style = try SeriesStyle(a, series: 1)
    style.width = style.width ?? 1.5
    self.style = style
  }

  func description(_ noun: String) -> LayerDescription {
    LayerDescription(noun, labels: style.labels)
  }

  /// - Parameter ends: the ends of the line for a number, as `set arrow from` takes them.
  func draw(on panel: inout PanelScript, _ ends: (String) -> String) {
    let color = panel.color(style, 0)
    let properties = panel.line(style, 0, color)
    panel.count(marks: values.count)
    for value in values where value.isFinite {
      panel.command(
        "set arrow from \(ends(GnuplotText.number(value))) nohead front \(properties)")
    }
    if !style.label(0).isEmpty {
      panel.element("keyentry with lines \(properties)", label: style.label(0))
    }
  }
}
