internal import Glibc

/// How many values fall in each of equal bins.
struct HistLayer: Layer {
  /// Bin edges, ascending; one more than there are bins.
  let edges: [Double]
  /// Per series, the height of each bin.
  let heights: [[Double]]
  let style: SeriesStyle

  /// As many bins as may be asked for.
  static let binLimit = 10_000

  static let kind = LayerKind(
    "hist",
    """
    Adds a histogram: how many values fall in each of `bins` equal bins. Values that are not finite are left out.

    The last bin includes its upper end. With no `bins`, their width is the larger count of Sturges' and of Freedman and \
    Diaconis' rule, as NumPy's "auto".
    """,
    [
      LayerParameter(
        "values", .data, "Numbers; a tensor of two axes gives a histogram per column."),
      .option("bins", "none", "How many bins, or their edges."),
      .option("range", "none", "The ends of the first and last bin, (low, high)."),
      .option("density", "false", "Whether the bars' area is 1 rather than their sum the count."),
      SeriesStyle.label, SeriesStyle.color, SeriesStyle.alpha,
    ],
    example: "hist([1, 2, 2, 3, 3, 3, 4, 4, 5], bins = 5)"
  ) { a throws(PlotError) in try HistLayer(a) }

  private init(_ a: LayerArguments) throws(PlotError) {
    let array = try a.required("values")
    let columns = (array.rank == 2 ? array.columns : [array.values]).map { $0.filter(\.isFinite) }
    edges = try HistLayer.edges(a, columns)
    let isDensity = try a.flag("density", default: false)
    let edges = self.edges
    heights = columns.map { HistLayer.heights($0, edges, isDensity: isDensity) }
    style = try SeriesStyle(a, series: columns.count)
  }

  private static func edges(_ a: LayerArguments, _ columns: [[Double]]) throws(PlotError)
    -> [Double]
  {
    let given = try a.array("bins")
    if let given, given.rank == 1 {
      let isAscending = zip(given.values, given.values.dropFirst()).allSatisfy { $0 < $1 }
      guard given.count >= 2, isAscending, given.count <= binLimit else {
        throw a.mismatch("bins", wanted: "a count, or at least two ascending edges")
      }
      return given.values
    }
    var extent = Extent()
    for column in columns { extent.include(x: column) }
    var range = try a.range("range") ?? extent.x ?? 0...1
    if range.lowerBound == range.upperBound {
      range = (range.lowerBound - 0.5)...(range.upperBound + 0.5)
    }
    let count = try a.whole("bins", in: 1...binLimit) ?? automaticCount(columns, range)
    let (low, high) = (range.lowerBound, range.upperBound)
    // Weighted ends rather than a width: the width of a range may be too large a number.
    let edges = (0...count).map { index in
      let share = Double(index) / Double(count)
      return index == count ? high : low * (1 - share) + high * share
    }
    guard zip(edges, edges.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw a.refusal(
        "bins", wanted: "few enough bins for numbers so close together", given: "\(count)")
    }
    return edges
  }

  /// The larger count of Sturges' and of Freedman and Diaconis' rule, at most 200.
  private static func automaticCount(_ columns: [[Double]], _ range: ClosedRange<Double>) -> Int {
    let values = columns.joined().sorted()
    guard values.count > 1 else { return 1 }
    let span = range.upperBound - range.lowerBound
    guard span.isFinite else { return 10 }
    let sturges = span / (log2(Double(values.count)) + 1)
    let spread = quantile(values, 0.75) - quantile(values, 0.25)
    let freedman = 2 * spread / cbrt(Double(values.count))
    var width = freedman > 0 ? min(sturges, freedman) : sturges
    // Finer bins than the step between whole numbers would leave gaps.
    if values.allSatisfy({ $0 == $0.rounded() }) { width = max(width, 1) }
    let wanted = (span / width).rounded(.up)
    // No more than the numbers between the ends can tell apart.
    let distinct = span / max(range.lowerBound.ulp, range.upperBound.ulp)
    guard wanted.isFinite, distinct >= 1 else { return 1 }
    return Int(max(min(wanted, distinct, 200), 1))
  }

  private static func quantile(_ sorted: [Double], _ share: Double) -> Double {
    let place = share * Double(sorted.count - 1)
    let index = min(Int(place), sorted.count - 2)
    return sorted[index] + (sorted[index + 1] - sorted[index]) * (place - Double(index))
  }

  private static func heights(_ values: [Double], _ edges: [Double], isDensity: Bool) -> [Double] {
    var counts = [Double](repeating: 0, count: edges.count - 1)
    for value in values where value >= edges[0] && value <= edges[edges.count - 1] {
      var (low, high) = (0, edges.count - 1)
      while high - low > 1 {
        let middle = (low + high) / 2
        if edges[middle] <= value { low = middle } else { high = middle }
      }
      counts[low] += 1
    }
    guard isDensity else { return counts }
    let total = counts.reduce(0, +)
    return counts.indices.map { total > 0 ? counts[$0] / total / (edges[$0 + 1] - edges[$0]) : 0 }
  }

  var markCount: Int { heights.reduce(0) { $0 + $1.count } }

  var description: LayerDescription {
    LayerDescription(
      "histogram of \(edges.count - 1) bins", labels: style.labels, series: heights.count)
  }

  func extent(names: [String]) -> Extent {
    var extent = Extent(x: edges, y: [0])
    for column in heights { extent.include(y: column) }
    extent.standsOnZero = true
    return extent
  }

  func draw(on panel: inout PanelScript) {
    // Bins touch; a hair of the background keeps them apart. Several histograms show through each
    // other.
    let opacity = style.alpha < 1 || heights.count == 1 ? style.alpha : 0.55
    let floor = panel.options.y.isLogarithmic ? panel.extent.y?.lowerBound ?? 0 : 0
    for (series, column) in heights.enumerated() {
      let color = panel.color(style, series)
      panel.count(marks: column.count)
      let gap = (edges[edges.count - 1] - edges[0]) * 0.001
      let lows = edges.dropLast().map { $0 + gap }
      let highs = edges.dropFirst().map { $0 - gap }
      let source = panel.data.add([
        zip(lows, highs).map { ($0 + $1) / 2 }, column, lows, Array(highs),
        column.map { _ in floor }, column,
      ])
      panel.element(
        "\(source) using 1:2:3:4:5:6 with boxxyerror fs "
          + (opacity < 1 ? "transparent solid \(GnuplotText.brief(opacity))" : "solid 1")
          + " noborder lc \(color.gnuplot())",
        label: style.label(series))
    }
  }
}
