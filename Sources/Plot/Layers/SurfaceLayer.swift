/// z over a grid, seen from the side.
struct SurfaceLayer: Layer {
  let grid: GridData
  let map: ColorMap?
  let limits: ClosedRange<Double>?
  let label: String
  let isMesh: Bool

  static let kind = LayerKind(
    "surface",
    "Adds z over the plane as a surface in space. A figure of surfaces holds nothing flat.",
    [
      GridData.z, GridData.x, GridData.y, GridData.label, GridData.colorMap, GridData.limits,
      .option("style", "\"filled\"", "\"filled\" or \"mesh\"."),
    ],
    example: "surface([[0, 1, 0], [1, 3, 1], [0, 1, 0]])"
  ) { a throws(PlotError) in
    let grid = try GridData(a)
    guard grid.rows > 1, grid.columns > 1 else {
      throw a.mismatch("z", wanted: "at least two rows and two columns")
    }
    return SurfaceLayer(
      grid: grid, map: try a.choice("colormap", among: ColorMap.choices),
      limits: try a.range("limits"), label: try a.text("label") ?? "",
      isMesh: try a.choice("style", among: [("filled", false), ("mesh", true)]) ?? false)
  }

  var markCount: Int { grid.count }
  var isSpatial: Bool { true }
  var description: LayerDescription {
    LayerDescription("surface of \(grid.rows) × \(grid.columns) points", labels: [label])
  }

  func extent(names: [String]) -> Extent {
    var extent = Extent(x: grid.x, y: grid.y)
    extent.include(z: grid.values)
    extent.fillsPlane = true
    return extent
  }

  func draw(on panel: inout PanelScript) {
    panel.count(marks: grid.count)
    panel.setColorScale(
      grid.values, limits: limits, map: map, label: label, showsBar: !label.isEmpty)
    let source = panel.data.add(grid.points, rowLength: grid.columns)
    if isMesh {
      panel.command("set hidden3d")
      panel.element("\(source) using 1:2:3 with lines lw 1 lc palette")
    } else {
      panel.command("set pm3d depthorder border lc rgb \"#40000000\" lw 0.25")
      panel.element("\(source) using 1:2:3 with pm3d")
    }
  }
}
