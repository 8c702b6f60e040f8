/// Lines of equal z over a grid.
struct ContourLayer: Layer {
  let grid: GridData
  let levels: [Double]
  let style: SeriesStyle
  let map: ColorMap?
  let limits: ClosedRange<Double>?
  let label: String

  static let kind = LayerKind(
    "contour", "Adds the lines along which z has the same value.",
    [
      GridData.z, GridData.x, GridData.y,
      .option("levels", "8", "How many lines, or the values of z they follow."), GridData.label,
      .option("color", "none", "One colour for all lines instead of the colour map."),
      SeriesStyle.style, .option("width", "1.5", "Of the lines, in points."), GridData.colorMap,
      GridData.limits,
    ],
    example: "contour([[0, 1, 2], [1, 2, 3], [2, 3, 5]], levels = 4)"
  ) { a throws(PlotError) in try ContourLayer(a) }

  private init(_ a: LayerArguments) throws(PlotError) {
    grid = try GridData(a)
    guard grid.rows > 1, grid.columns > 1 else {
      throw a.mismatch("z", wanted: "at least two rows and two columns")
    }
    var extent = Extent()
    extent.include(z: grid.values)
    let range = extent.z ?? 0...1
    if let given = try a.array("levels"), given.rank == 1 {
      levels = given.values.filter(\.isFinite).sorted()
    } else {
      let count = try a.whole("levels", in: 1...200) ?? 8
      let span = range.upperBound - range.lowerBound
      levels = (1...count).map { range.lowerBound + span * Double($0) / Double(count + 1) }
    }
    label = try a.text("label") ?? ""
    map = try a.choice("colormap", among: ColorMap.choices)
    limits = try a.range("limits")
    var style = try SeriesStyle(a, series: 1)
    style.labels = []
    style.width = style.width ?? 1.5
    self.style = style
  }

  var markCount: Int { grid.count }
  var description: LayerDescription {
    LayerDescription("contour plot of \(levels.count) levels", labels: [label])
  }

  func extent(names: [String]) -> Extent {
    var extent = Extent(x: grid.x, y: grid.y)
    extent.include(z: grid.values)
    extent.fillsPlane = true
    return extent
  }

  func draw(on panel: inout PanelScript) {
    panel.count(marks: grid.count)
    let isFlat = Set(grid.values.filter(\.isFinite)).count < 2
    guard !levels.isEmpty, !isFlat else { return }
    let source = panel.data.add(grid.points, rowLength: grid.columns)
    let table = panel.takeTable()
    let values = levels.map(GnuplotText.number).joined(separator: ",")
    panel.command(
      """
      set contour base
      unset surface
      set cntrparam levels discrete \(values)
      set table \(table)
      splot \(source) using 1:2:3 with lines notitle
      unset table
      unset contour
      set surface
      """)
    let width = "lw \(GnuplotText.number(style.width ?? 1.5)) dt \(style.dash(0).gnuplot)"
    if let color = style.color(0) {
      panel.element("\(table) using 1:2 with lines \(width) lc \(color.gnuplot())", label: label)
    } else {
      panel.setColorScale(grid.values, limits: limits, map: map, label: label)
      panel.element("\(table) using 1:2:3 with lines \(width) lc palette")
    }
  }
}
