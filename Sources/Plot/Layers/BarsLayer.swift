/// Bars from zero to y at each x; several series stand side by side or on each other.
struct BarsLayer: Layer {
  let data: SeriesData
  let style: SeriesStyle
  let isStacked: Bool
  /// The share of the distance between neighbours that bars fill.
  let share: Double

  static let kind = LayerKind(
    "bars", "Adds bars of height y at x, which may be names; several series stand side by side.",
    [
      SeriesData.x, SeriesData.y, SeriesStyle.label, SeriesStyle.color,
      .option("stacked", "false", "Whether series stand on each other."),
      .option("width", "0.8", "The share of the distance between neighbours that bars fill."),
      SeriesStyle.alpha,
    ],
    example: #"bars(("a", "b", "c"), [3, 1, 2])"#
  ) { a throws(PlotError) in
    let data = try SeriesData(a)
    let share = try a.positive("width") ?? 0.8
    guard share <= 1 else {
      throw a.refusal("width", wanted: "a number up to 1", given: GnuplotText.number(share))
    }
    return BarsLayer(
      data: data, style: try SeriesStyle(a, series: data.columns.count),
      isStacked: try a.flag("stacked", default: false), share: share)
  }

  var markCount: Int { data.pointCount }
  var names: [String] { data.x.names }
  var barSets: Int { isStacked ? 1 : data.columns.count }

  var description: LayerDescription {
    LayerDescription("bars", labels: style.labels, series: data.columns.count)
  }

  func extent(names: [String]) -> Extent {
    let x = data.x.positions(in: names)
    let half = BarsLayer.spacing(x) / 2
    var extent = Extent()
    extent.include(x: x.map { $0 - half })
    extent.include(x: x.map { $0 + half })
    extent.include(y: [0])
    for column in isStacked ? tops : data.columns { extent.include(y: column) }
    extent.leastPositiveX = x.filter { $0 > 0 }.min()
    extent.standsOnZero = true
    return extent
  }

  /// The least distance between neighbours; 1 when there is one bar.
  static func spacing(_ x: [Double]) -> Double {
    let sorted = Set(x.filter(\.isFinite)).sorted()
    return zip(sorted.dropFirst(), sorted).map { $0 - $1 }.min() ?? 1
  }

  /// The running sums over series, at which stacked bars end.
  private var tops: [[Double]] {
    var sums = [Double](repeating: 0, count: data.x.count)
    return data.columns.map { column in
      for i in column.indices where column[i].isFinite { sums[i] += column[i] }
      return sums
    }
  }

  func draw(on panel: inout PanelScript) {
    let x = data.x.positions(in: panel.names)
    let spacing = BarsLayer.spacing(x)
    let width = spacing * share / Double(max(panel.barSets, 1))
    var bottoms = [Double](repeating: 0, count: x.count)
    let stackPlace = isStacked ? panel.takeBarSet() : 0
    for series in data.columns.indices {
      let place = isStacked ? stackPlace : panel.takeBarSet()
      let shift = (Double(place) - Double(panel.barSets - 1) / 2) * width
      let tops = isStacked ? self.tops[series] : data.columns[series]
      let color = panel.color(style, series)
      panel.count(marks: x.count)
      let lows = x.map { $0 + shift - width / 2 }
      let highs = x.map { $0 + shift + width / 2 }
      let floor = panel.options.y.isLogarithmic ? panel.extent.y?.lowerBound ?? 0 : 0
      let source = panel.data.add([
        x.map { $0 + shift }, tops, lows, highs, bottoms.map { max($0, floor == 0 ? $0 : floor) },
        tops,
      ])
      panel.element(
        "\(source) using 1:2:3:4:5:6 with boxxyerror fs solid \(style.alpha < 1 ? GnuplotText.brief(style.alpha) : "1") "
          + "noborder lc \(color.gnuplot())",
        label: style.label(series))
      if isStacked { bottoms = tops }
    }
  }
}
