/// Upright lines across the axes.
struct VLineLayer: Layer {
  let rule: RuleLines

  static let kind = LayerKind(
    "vline", "Adds an upright line across the axes at each x.",
    [LayerParameter("x", .data, "One position or several.")] + RuleLines.parameters,
    example: "line([1, 3, 2]) |> vline(1, color = \"gray\")"
  ) { a throws(PlotError) in VLineLayer(rule: try RuleLines(a, "x")) }

  var markCount: Int { rule.values.count }
  var description: LayerDescription { rule.description("upright line") }

  func extent(names: [String]) -> Extent { Extent(x: rule.values, y: []) }

  func draw(on panel: inout PanelScript) {
    rule.draw(on: &panel) { "first \($0), graph 0 to first \($0), graph 1" }
  }
}
