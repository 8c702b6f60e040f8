/// What is set before the layers of one panel are drawn: axes, ranges, legend, colours, in the
/// house style.
struct PanelSettings: Sendable {
  private let figure: Figure
  private let theme: Theme
  private let size: PictureSize
  private let extent: Extent
  private let x: AxisRange
  private let y: AxisRange
  private let hasDownwardY: Bool

  private var options: FigureOptions { figure.options }

  /// - Throws: `PlotError.nothingPositive` for a logarithmic axis without positive data.
  init(_ figure: Figure, theme: Theme, size: PictureSize) throws(PlotError) {
    self.figure = figure
    self.theme = theme
    self.size = size
    let names = figure.names
    var extent = figure.layers.reduce(Extent()) { $0.union($1.extent(names: names)) }
    if !names.isEmpty { extent.include(x: [-0.5, Double(names.count) - 0.5]) }
    self.extent = extent
    let isTight = extent.fillsPlane
    x = try AxisRange(
      figure.options.x, named: "x", data: extent.x, leastPositive: extent.leastPositiveX,
      isTight: isTight || extent.standsOnZero || !names.isEmpty)
    y = try AxisRange(
      figure.options.y, named: "y", data: extent.y, leastPositive: extent.leastPositiveY,
      isTight: isTight, standsOnZero: extent.standsOnZero)
    hasDownwardY =
      figure.options.y.limits == nil && !figure.layers.isEmpty
      && figure.layers.contains(where: \.prefersDownwardY)
  }

  /// The ranges of the axes as they are shown.
  var shownExtent: Extent {
    var shown = extent
    shown.x = x.closed
    shown.y = y.closed
    return shown
  }

  private var hasAxes: Bool {
    !extent.isPicture || options.x.ticks != .automatic || options.y.ticks != .automatic
  }

  private var text: String { "textcolor \(theme.text.gnuplot())" }

  /// All of it, given what the layers need.
  func text(for panel: PanelScript) -> String {
    var lines = frame(panel)
    lines += axis("x", options.x, x, isReversed: false)
    lines += axis("y", options.y, y, isReversed: hasDownwardY)
    if figure.isSpatial { lines += space }
    lines += legend(panel)
    lines += colors(panel)
    switch options.aspect {
    case .free: if extent.isPicture { lines.append("set size ratio -1") }
    case .equal: lines.append("set size ratio -1")
    case .ratio(let ratio): lines.append("set size ratio \(GnuplotText.number(ratio))")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: - Frame

  private func frame(_ panel: PanelScript) -> [String] {
    var lines = ["set minussign", "set style fill solid 1 noborder"]
    if theme.isTerminal { lines = ["set style fill solid 1 noborder"] }
    if !options.title.isEmpty {
      lines.append(
        "set title \(GnuplotText.quoted(options.title)) noenhanced \(theme.boldFont)"
          + "\(isAbove(panel) && !theme.isTerminal ? " offset 0,1.1" : "") \(text)")
    }
    let sides = figure.isSpatial ? "127 + 256 + 512" : "3"
    lines.append(
      hasAxes
        ? "set border \(extent.hasCells ? "0" : sides) lw 1 lc \(theme.axis.gnuplot())"
        : "unset border")
    if hasAxes {
      let scale = extent.hasCells ? "0" : "0.5"
      lines.append("set tics nomirror out scale \(scale),\(scale == "0" ? "0" : "0.25") \(text)")
    } else {
      lines.append("unset tics")
    }
    if options.showsGrid, !extent.hasCells, !figure.isSpatial, !theme.isTerminal {
      lines.append("set grid back lt 1 lw 0.7 dt solid lc \(theme.gridColor)")
    }
    return lines
  }

  private var space: [String] {
    var lines = ["set view 58,32", "set xyplane relative 0.05"]
    if !options.z.label.isEmpty {
      lines.append(
        "set zlabel \(GnuplotText.quoted(options.z.label)) noenhanced rotate by 90 \(text)")
    }
    if let limits = options.z.limits {
      lines.append(
        "set zrange [\(GnuplotText.number(limits.lowerBound)):\(GnuplotText.number(limits.upperBound))]"
      )
    } else if let z = extent.z, z.lowerBound == z.upperBound {
      lines.append(
        "set zrange [\(GnuplotText.number(z.lowerBound - 0.5)):\(GnuplotText.number(z.upperBound + 0.5))]"
      )
    }
    return lines
  }

  // MARK: - Axes

  private func axis(_ name: String, _ axis: AxisOptions, _ range: AxisRange, isReversed: Bool)
    -> [String]
  {
    var lines: [String] = []
    if !axis.label.isEmpty {
      lines.append("set \(name)label \(GnuplotText.quoted(axis.label)) noenhanced \(text)")
    }
    if axis.isLogarithmic { lines.append("set logscale \(name)") }
    lines.append("set \(name)range \(range.gnuplot(isReversed: isReversed))")
    guard hasAxes else { return lines }
    lines += ticks(name, axis, range)
    return lines
  }

  private func ticks(_ name: String, _ axis: AxisOptions, _ range: AxisRange) -> [String] {
    switch axis.ticks {
    case .none: return ["unset \(name)tics"]
    case .every(let step):
      // More than can be told apart would only take time.
      guard (range.high - range.low) / step <= 1_000 else {
        return automaticTicks(name, axis, range)
      }
      return [plainFormat(name), "set \(name)tics \(GnuplotText.number(step))"]
    case .at(let positions):
      return [
        plainFormat(name),
        "set \(name)tics (" + positions.map(GnuplotText.number).joined(separator: ", ") + ")",
      ]
    case .labelled(let marks): return [labelled(name, marks)]
    case .automatic:
      if name == "x", !figure.names.isEmpty {
        return [labelled(name, figure.names.enumerated().map { (Double($0), $1) })]
      }
      return automaticTicks(name, axis, range)
    }
  }

  private func automaticTicks(_ name: String, _ axis: AxisOptions, _ range: AxisRange) -> [String] {
    guard axis.isLogarithmic else {
      var lines = [plainFormat(name)]
      if figure.layers.contains(where: \.prefersDownwardY), range.high - range.low <= 20 {
        lines.append("set \(name)tics 1")
      }
      return lines
    }
    if let marks = range.logarithmicTicks {
      return [
        "set \(name)tics ("
          + marks.map { "\(GnuplotText.quoted(GnuplotText.brief($0))) \(GnuplotText.number($0))" }
          .joined(separator: ", ") + ")"
      ]
    }
    let isReadable = range.low >= 0.001 && range.high <= 10_000
    return [
      isReadable || theme.isTerminal
        ? "set format \(name) \"%g\"" : "set format \(name) \"10^{%L}\""
    ]
  }

  private func plainFormat(_ name: String) -> String {
    "set format \(name) \"\(theme.isTerminal ? "%g" : "%h")\""
  }

  /// Words as marks, turned when they would run into each other.
  private func labelled(_ name: String, _ marks: [(position: Double, label: String)]) -> String {
    let letter = theme.isTerminal ? 1 : 7
    let longest = marks.map(\.label.count).max() ?? 0
    let isCrowded =
      name == "x" && !theme.isTerminal
      && (longest + 1) * letter * marks.count > size.width * 85 / 100
    let list = marks.map { "\(GnuplotText.ticLabel($0.label)) \(GnuplotText.number($0.position))" }
    return "set \(name)tics \(isCrowded ? "rotate by 40 right " : "")noenhanced ("
      + list.joined(separator: ", ") + ")"
  }

  // MARK: - Legend and colours

  /// Whether labels stand in a row between the title and the axes.
  private func isAbove(_ panel: PanelScript) -> Bool {
    guard panel.hasLegend else { return false }
    switch options.legend {
    case .automatic: return panel.legendLength <= size.width / (theme.isTerminal ? 1 : 8)
    case .above: return true
    case .none, .outside, .inside: return false
    }
  }

  private func legend(_ panel: PanelScript) -> [String] {
    guard panel.hasLegend, options.legend != .none else { return ["unset key"] }
    let look = "noenhanced nobox samplen 1.6 spacing 1.15 width 1 \(text)"
    if isAbove(panel) {
      guard !theme.isTerminal else { return ["set key above left horizontal Left reverse \(look)"] }
      // By itself gnuplot puts such a legend above the title.
      return [
        "set key at graph 0, graph 1.02 left bottom horizontal Left reverse \(look)",
        "set tmargin \(titleLines == 0 ? "2.2" : GnuplotText.brief(2.6 + 1.3 * Double(titleLines)))",
      ]
    }
    guard case .inside(let vertical, let horizontal) = options.legend else {
      return [outside + look]
    }
    let sides = horizontal == "left" ? " Left reverse" : ""
    return ["set key inside \(vertical) \(horizontal) vertical\(sides) \(look)"]
  }

  private var titleLines: Int {
    options.title.isEmpty
      ? 0 : options.title.split(separator: "\n", omittingEmptySubsequences: false).count
  }

  private var outside: String { "set key outside right top vertical Left reverse " }

  private func colors(_ panel: PanelScript) -> [String] {
    guard let scale = panel.colorScale else { return [] }
    let (low, high) = (scale.range.lowerBound, scale.range.upperBound)
    var lines = [
      "set palette \(scale.map.gnuplot)",
      "set cbrange [\(GnuplotText.number(low)):\(GnuplotText.number(high))]",
    ]
    guard scale.showsBar else { return lines + ["unset colorbox"] }
    lines.append("set colorbox noborder")
    lines.append("set cbtics scale 0 \(text) format \"\(theme.isTerminal ? "%g" : "%h")\"")
    if !scale.label.isEmpty {
      lines.append("set cblabel \(GnuplotText.quoted(scale.label)) noenhanced \(text)")
    }
    return lines
  }
}
