/// Markers at (x, y), coloured by series, by group or by a number each.
struct PointsLayer: Layer {
  let data: SeriesData
  let style: SeriesStyle
  /// A number for each point, shown by the colour map.
  let values: [Double]?
  let map: ColorMap?
  let limits: ClosedRange<Double>?

  static let kind = LayerKind(
    "points",
    """
    Adds a marker at each point (x, y).

    `by` splits the points into series, one for each of its values; a tensor of floats as `color` gives each point its \
    place on the colour map.
    """,
    [
      SeriesData.x, SeriesData.y, SeriesStyle.label, SeriesStyle.color,
      .option("by", "none", "The group of each point: numbers or strings."), SeriesStyle.marker,
      SeriesStyle.size, SeriesStyle.alpha,
      .option("colormap", "none", "The colours of numbers; the figure's when left out."),
      .option("limits", "none", "The numbers at the ends of the colour map, (low, high)."),
    ],
    example: "points([1, 2, 3, 4], [2, 1, 4, 3], by = (\"a\", \"b\", \"a\", \"b\"))"
  ) { a throws(PlotError) in try PointsLayer(a) }

  private init(_ a: LayerArguments) throws(PlotError) {
    let plain = try SeriesData(a)
    map = try a.choice("colormap", among: ColorMap.choices)
    limits = try a.range("limits")
    if let groups = try PointsLayer.groups(a) {
      try a.checkLengths([("x", plain.x.count), ("by", groups.keys.count)])
      guard plain.columns.count == 1, let y = plain.columns.first else {
        throw a.mismatch("by", wanted: "one series of y when points are grouped")
      }
      // One column for each group, undefined where the point is another's.
      data = SeriesData(
        x: plain.x,
        columns: groups.names.indices.map { group in
          y.indices.map { groups.keys[$0] == group ? y[$0] : .nan }
        })
      values = nil
      var style = try SeriesStyle(a, series: groups.names.count)
      if style.labels.isEmpty { style.labels = groups.names }
      self.style = style
      return
    }
    data = plain
    values = try PointsLayer.colorValues(a, count: plain.x.count)
    style = try SeriesStyle(a, series: plain.columns.count, readsColor: values == nil)
  }

  /// Numbers as `color`: one for each point, and more than there are series.
  private static func colorValues(_ a: LayerArguments, count: Int) throws(PlotError) -> [Double]? {
    guard let numbers = a["color"]?.numbers, numbers.rank == 1 else { return nil }
    try a.checkLengths([("x", count), ("color", numbers.count)])
    return numbers.values
  }

  /// The groups in order, and each point's.
  private static func groups(_ a: LayerArguments) throws(PlotError) -> (
    names: [String], keys: [Int]
  )? {
    guard let value = a["by"] else { return nil }
    var texts = value.texts ?? []
    var order: [String] = []
    if texts.isEmpty {
      guard let numbers = try a.vector("by") else { return nil }
      texts = numbers.map(GnuplotText.number)
      order = Set(numbers).sorted().map(GnuplotText.number)
    }
    var seen = Set(order)
    for text in texts where seen.insert(text).inserted { order.append(text) }
    guard order.count <= 64 else {
      throw a.refusal("by", wanted: "at most 64 groups", given: "\(order.count)")
    }
    let places = Dictionary(order.enumerated().map { ($1, $0) }) { first, _ in first }
    return (order, texts.map { places[$0] ?? 0 })
  }

  var markCount: Int { values == nil && data.columns.count > 1 ? data.x.count : data.pointCount }
  var names: [String] { data.x.names }

  func extent(names: [String]) -> Extent { data.extent(names: names) }

  var description: LayerDescription {
    LayerDescription("points", labels: style.labels, series: data.columns.count)
  }

  func draw(on panel: inout PanelScript) {
    let x = data.x.positions(in: panel.names)
    let marker = style.marker ?? .circle
    let size = GnuplotText.brief((style.size ?? 1) * 0.6)
    for (series, y) in data.columns.enumerated() {
      let kept = keptPoints(x, y, on: panel)
      panel.count(marks: kept.count)
      var columns = [kept.map { x[$0] }, kept.map { y[$0] }]
      let paint: String
      if let values {
        panel.setColorScale(values, limits: limits, map: map, label: style.label(series))
        columns.append(kept.map { values[$0] })
        paint = "palette"
      } else {
        paint = panel.color(style, series).gnuplot(alpha: style.alpha)
      }
      let source = panel.data.add(columns)
      // In characters a marker is a letter.
      let shape = panel.theme.isTerminal ? series + 1 : marker.rawValue
      panel.element(
        "\(source) using \(values == nil ? "1:2" : "1:2:3") with points pt \(shape) ps \(size) lc \(paint)",
        label: values == nil ? style.label(series) : "")
    }
  }

  /// The defined points, thinned when the picture cannot show them all.
  private func keptPoints(_ x: [Double], _ y: [Double], on panel: PanelScript) -> [Int] {
    let defined = y.indices.filter { x[$0].isFinite && y[$0].isFinite }
    guard panel.thins, defined.count > Thinning.markLimit, style.alpha == 1, values == nil,
      let xRange = panel.extent.x, let yRange = panel.extent.y,
      !panel.options.x.isLogarithmic, !panel.options.y.isLogarithmic
    else { return defined }
    let kept = Thinning.points(
      x: defined.map { x[$0] }, y: defined.map { y[$0] }, xRange: xRange, yRange: yRange,
      pixels: panel.pixels)
    return kept.map { defined[$0] }
  }
}
