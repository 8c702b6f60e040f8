/// Level lines across the axes.
struct HLineLayer: Layer {
  let rule: RuleLines

  static let kind = LayerKind(
    "hline", "Adds a level line across the axes at each y.",
    [LayerParameter("y", .data, "One height or several.")] + RuleLines.parameters,
    example: "line([1, 3, 2]) |> hline(2.5, label = \"limit\", style = \"dashed\")"
  ) { a throws(PlotError) in HLineLayer(rule: try RuleLines(a, "y")) }

  var markCount: Int { rule.values.count }
  var description: LayerDescription { rule.description("level line") }

  func extent(names: [String]) -> Extent { Extent(x: [], y: rule.values) }

  func draw(on panel: inout PanelScript) {
    rule.draw(on: &panel) { "graph 0, first \($0) to graph 1, first \($0)" }
  }
}
