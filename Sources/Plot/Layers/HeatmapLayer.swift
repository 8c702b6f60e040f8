/// A matrix as coloured cells.
struct HeatmapLayer: Layer {
  let grid: GridData
  let map: ColorMap?
  let limits: ClosedRange<Double>?
  let label: String
  let showsNumbers: Bool
  let showsBar: Bool

  static let kind = LayerKind(
    "heatmap",
    """
    Adds the numbers of a matrix as coloured cells.

    Row 0 is at the top, as the matrix is written; with x or y given, y goes up.
    """,
    [
      GridData.z, GridData.x, GridData.y, GridData.label, GridData.colorMap, GridData.limits,
      .option("annotate", "false", "Whether each cell shows its number."),
      .option("colorbar", "true", "Whether a bar shows which colour is which number."),
    ],
    example: "heatmap([[5, 1, 0], [0, 6, 1], [1, 0, 4]], annotate = true)"
  ) { a throws(PlotError) in
    HeatmapLayer(
      grid: try GridData(a), map: try a.choice("colormap", among: ColorMap.choices),
      limits: try a.range("limits"), label: try a.text("label") ?? "",
      showsNumbers: try a.flag("annotate", default: false),
      showsBar: try a.flag("colorbar", default: true))
  }

  /// Cells that get a number, at most: more would be a grey blur.
  private static let numberLimit = 2_500

  var markCount: Int { isImage ? 1 : grid.count }
  var prefersDownwardY: Bool { !grid.hasCoordinates }

  var description: LayerDescription {
    LayerDescription(
      "heat map of \(grid.rows) × \(grid.columns) cells", labels: [label])
  }

  private var isImage: Bool { GridData.isUniform(grid.x) && GridData.isUniform(grid.y) }

  func extent(names: [String]) -> Extent {
    var extent = Extent(x: GridData.edges(grid.x), y: GridData.edges(grid.y))
    extent.include(z: grid.values)
    extent.fillsPlane = true
    extent.hasCells = true
    return extent
  }

  func draw(on panel: inout PanelScript) {
    panel.setColorScale(grid.values, limits: limits, map: map, label: label, showsBar: showsBar)
    if panel.theme.isTerminal {
      if !showsNumbers { drawShades(on: &panel) }
    } else if isImage {
      panel.count(marks: 1)
      let source = panel.data.add(grid.points)
      panel.element("\(source) using 1:2:3 with image\(panel.drawsPixels(grid.count))")
    } else {
      panel.count(marks: grid.count)
      let (xs, ys) = (GridData.edges(grid.x), GridData.edges(grid.y))
      func spread(_ edges: [Double], _ shift: Int, alongX: Bool) -> [Double] {
        (0..<grid.count).map { edges[(alongX ? $0 % grid.columns : $0 / grid.columns) + shift] }
      }
      let source = panel.data.add(
        Array(grid.points[0...1]) + [
          spread(xs, 0, alongX: true), spread(xs, 1, alongX: true), spread(ys, 0, alongX: false),
          spread(ys, 1, alongX: false), grid.values,
        ])
      panel.element("\(source) using 1:2:3:4:5:6:7 with boxxyerror fs solid noborder lc palette")
    }
    if showsNumbers, grid.count <= HeatmapLayer.numberLimit { drawNumbers(on: &panel) }
  }

  private func drawShades(on panel: inout PanelScript) {
    guard let scale = panel.colorScale else { return }
    let (low, span) = (scale.range.lowerBound, scale.range.upperBound - scale.range.lowerBound)
    panel.shade(
      x: GridData.edges(grid.x), y: GridData.edges(grid.y),
      shares: grid.values.map { ($0 - low) / span })
  }

  /// The numbers, white on dark cells and black on light ones.
  private func drawNumbers(on panel: inout PanelScript) {
    guard let scale = panel.colorScale else { return }
    let span = scale.range.upperBound - scale.range.lowerBound
    var isDark: [Bool] = []
    for value in grid.values {
      isDark.append(scale.map.color(at: (value - scale.range.lowerBound) / span).luminance < 0.35)
    }
    let isWhole = grid.values.allSatisfy { $0 == $0.rounded() && $0.magnitude < 1e6 }
    let points = grid.points
    for (dark, color) in [(true, Color(0xffffff)), (false, Color(0x111111))] {
      let kept = grid.values.indices.filter { isDark[$0] == dark && grid.values[$0].isFinite }
      guard !kept.isEmpty else { continue }
      panel.count(marks: kept.count)
      let source = panel.data.add(points.map { column in kept.map { column[$0] } })
      panel.element(
        "\(source) using 1:2:(sprintf(\"\(isWhole ? "%.0f" : "%.2f")\", $3)) with labels center "
          + "tc \(color.gnuplot())")
    }
  }
}
