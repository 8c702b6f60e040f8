/// What the layers of one figure write: the elements of its plot command, and what must be set
/// before it.
///
/// Layers see colours, data and the size of the picture here, never a terminal.
package struct PanelScript: Sendable {
  let options: FigureOptions
  let theme: Theme
  /// The names on the x axis, in order.
  let names: [String]
  /// Pixels across the plotted area, for thinning.
  let pixels: PictureSize
  /// The ranges that the axes show.
  let extent: Extent
  /// Whether data may be thinned to what the pixels can show. Off when the script is made to be
  /// hashed.
  let thins: Bool
  let barSets: Int

  var data: ScriptData
  private(set) var elements: [String] = []
  private(set) var commands: [String] = []
  private(set) var markCount = 0
  private(set) var hasLegend = false
  private(set) var legendLength = 0
  private(set) var legendCount = 0
  private(set) var colorScale: ColorScale?
  private var nextColor = 0
  private var nextBarSet = 0
  private var nextTable = 0

  /// The numbers that the colour map spans, and what stands beside its bar.
  struct ColorScale: Sendable, Equatable {
    var map: ColorMap
    var range: ClosedRange<Double>
    var label: String
    var showsBar: Bool
  }

  init(
    figure: Figure, theme: Theme, pixels: PictureSize, extent: Extent, thins: Bool, data: ScriptData
  ) {
    options = figure.options
    self.theme = theme
    names = figure.names
    self.pixels = pixels
    self.extent = extent
    self.thins = thins
    self.data = data
    barSets = figure.layers.reduce(0) { $0 + $1.barSets }
  }

  // MARK: - Writing

  /// Adds an element of the plot command. With a label it has a line in the legend.
  mutating func element(_ text: String, label: String = "") {
    elements.append(text + (label.isEmpty ? " notitle" : " title \(GnuplotText.quoted(label))"))
    guard !label.isEmpty else { return }
    hasLegend = true
    legendCount += 1
    legendLength += label.count + 5
  }

  mutating func command(_ text: String) { commands.append(text) }

  mutating func count(marks: Int) { markCount += marks }

  mutating func setColorScale(
    _ values: some Sequence<Double>, limits: ClosedRange<Double>?, map: ColorMap?, label: String,
    showsBar: Bool = true
  ) {
    var extent = Extent()
    extent.include(z: values)
    let map = map ?? options.colorMap ?? ColorMap.all[0]
    let showsBar = showsBar && !theme.isTerminal
    var range = limits ?? extent.z ?? 0...1
    if limits == nil, map.isDiverging {
      let bound = max(range.lowerBound.magnitude, range.upperBound.magnitude)
      range = -bound...bound
    }
    if range.lowerBound == range.upperBound {
      range = (range.lowerBound - 0.5)...(range.upperBound + 0.5)
    }
    if let scale = colorScale {
      range = Extent.union(range, scale.range) ?? range
      colorScale = ColorScale(
        map: scale.map, range: range, label: scale.label.isEmpty ? label : scale.label,
        showsBar: scale.showsBar || showsBar)
    } else {
      colorScale = ColorScale(map: map, range: range, label: label, showsBar: showsBar)
    }
  }

  /// The keyword that draws an image cell by cell, for formats whose viewers would blur a few large
  /// pixels.
  func drawsPixels(_ count: Int) -> String {
    theme.blursImages && count <= 4_096 ? " pixels" : ""
  }

  /// Draws cells in characters of growing density, one for each character of the plotted area.
  ///
  /// - Parameters:
  ///   - x: the edges of columns, ascending; `y` those of rows.
  ///   - shares: for each cell, row by row, how dense it is from 0 to 1; NaN leaves a gap.
  mutating func shade(x: [Double], y: [Double], shares: [Double]) {
    // At least as many as there are characters: what falls together is written twice.
    let (columns, rows) = (pixels.width, pixels.height)
    let ink = ["░", "▒", "▓", "█"]
    var places: [[(x: Double, y: Double)]] = ink.map { _ in [] }
    func centers(_ edges: [Double], _ count: Int) -> [(place: Double, cell: Int)] {
      let (low, span) = (edges[0], edges[edges.count - 1] - edges[0])
      return (0..<count).map { index in
        let place = low + (Double(index) + 0.5) / Double(count) * span
        return (place, max((edges.firstIndex { $0 > place } ?? edges.count - 1) - 1, 0))
      }
    }
    let across = centers(x, columns)
    for (height, row) in centers(y, rows) {
      for (place, column) in across {
        let share = shares[row * (x.count - 1) + column]
        guard share.isFinite, share >= 0.1 else { continue }
        places[Int(min(max(share, 0), 0.99) * 4)].append((place, height))
      }
    }
    for (index, list) in places.enumerated() where !list.isEmpty {
      let source = data.add([list.map(\.x), list.map(\.y)])
      element("\(source) using 1:2:(\"\(ink[index])\") with labels center")
    }
  }

  // MARK: - Handing out

  /// The series' own colour, or the palette's next.
  mutating func color(_ style: SeriesStyle, _ series: Int) -> Color {
    if let color = style.color(series) { return color }
    return takeColor()
  }

  mutating func takeColor() -> Color {
    nextColor += 1
    return options.palette[(nextColor - 1) % options.palette.count]
  }

  /// The place of the next set of bars among those that share the figure.
  mutating func takeBarSet() -> Int {
    nextBarSet += 1
    return nextBarSet - 1
  }

  /// A name for a block that gnuplot itself fills.
  mutating func takeTable() -> String {
    nextTable += 1
    return "$table\(data.sets.count)_\(nextTable)"
  }

  /// `with lines`' properties.
  func line(_ style: SeriesStyle, _ series: Int, _ color: Color) -> String {
    let width = GnuplotText.number(style.width ?? 2)
    return "lw \(width) dt \(style.dash(series).gnuplot) lc \(color.gnuplot(alpha: style.alpha))"
  }
}
