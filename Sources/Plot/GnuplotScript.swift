/// A figure as text for gnuplot and data beside it: the same for the same figure, always.
///
/// Read top-down: `make` writes terminal, data and panels; `PanelSettings` writes what is set for
/// one panel.
package struct GnuplotScript: Sendable {
  package let text: String
  package let sets: [ScriptData.BinarySet]
  /// Marks in the picture, after thinning.
  package let markCount: Int

  /// The script that draws a figure in a format.
  ///
  /// - Throws: `PlotError.nothingPositive` for a logarithmic axis without positive data.
  package static func make(
    _ figure: Figure, _ format: FigureFormat, size: PictureSize, on background: Background
  ) throws(PlotError) -> GnuplotScript {
    let theme = Theme(format, background)
    var writer = Writer(theme: theme, size: size, thins: format != .pdf || figure.markCount > 2_000)
    try writer.write(figure)
    let head = terminal(format, size, theme) + "\n"
    return GnuplotScript(
      text: head + writer.text, sets: writer.data.sets, markCount: writer.markCount)
  }

  /// The script without a terminal and with all data: what a figure's hash is taken of.
  static func canonical(_ figure: Figure) throws(PlotError) -> GnuplotScript {
    var writer = Writer(
      theme: Theme(.svg, .page), size: PictureSize(width: 640, height: 400), thins: false)
    try writer.write(figure)
    return GnuplotScript(text: writer.text, sets: writer.data.sets, markCount: writer.markCount)
  }

  /// The line that chooses format, size and fonts.
  static func terminal(_ format: FigureFormat, _ size: PictureSize, _ theme: Theme) -> String {
    let font = "font \"\(Theme.font),\(theme.fontSize)\""
    let (width, height) = (size.width, size.height)
    let transparency = theme.background == .page ? "transparent" : "notransparent"
    switch format {
    case .svg:
      return "set terminal svg size \(width),\(height) enhanced \(font)"
    case .png:
      return "set terminal pngcairo size \(width * 2),\(height * 2) enhanced \(font) "
        + "fontscale 1.5 linewidth 2 dashlength 2 pointscale 2 \(transparency)"
    case .pdf:
      let (w, h) = (Double(width) / 96, Double(height) / 96)
      return
        "set terminal pdfcairo size \(GnuplotText.brief(w))in,\(GnuplotText.brief(h))in enhanced \(font) "
        + "fontscale 0.75 linewidth 0.75 dashlength 2.5 pointscale 0.75"
    case .text:
      return "set terminal dumb size \(width),\(height) noenhanced mono"
    case .sixel:
      return
        "set terminal sixelgd size \(width),\(height) enhanced truecolor \(font) \(transparency)"
    }
  }
}

extension GnuplotScript {
  /// Collects data of all panels first, as named blocks must stand before a multiplot begins.
  private struct Writer {
    let theme: Theme
    let size: PictureSize
    let thins: Bool
    var data = ScriptData()
    var markCount = 0
    private var body = ""

    init(theme: Theme, size: PictureSize, thins: Bool) {
      self.theme = theme
      self.size = size
      self.thins = thins
    }

    var text: String { "set encoding utf8\n" + data.blocks + body }

    mutating func write(_ figure: Figure) throws(PlotError) {
      guard !figure.panels.isEmpty else { return try write(panel: figure, size: size) }
      body += "set multiplot layout \(figure.rows),\(figure.columns) rowsfirst"
      if !figure.options.title.isEmpty {
        body +=
          " title \(GnuplotText.quoted(figure.options.title)) noenhanced "
          + "\(theme.boldFont) textcolor \(theme.text.gnuplot())"
      }
      body += "\n"
      let size = PictureSize(
        width: size.width / figure.columns, height: size.height / figure.rows)
      for panel in figure.panels {
        body += "reset\n"
        try write(panel: panel, size: size)
      }
      body += "unset multiplot\n"
    }

    private mutating func write(panel figure: Figure, size: PictureSize) throws(PlotError) {
      let settings = try PanelSettings(figure, theme: theme, size: size)
      var panel = PanelScript(
        figure: figure, theme: theme, pixels: size, extent: settings.shownExtent, thins: thins,
        data: data)
      for layer in figure.layers { layer.draw(on: &panel) }
      data = panel.data
      markCount += panel.markCount
      body += settings.text(for: panel)
      for command in panel.commands { body += command + "\n" }
      for command in figure.commands { body += command + "\n" }
      var elements = panel.elements
      if elements.isEmpty { elements = ["NaN notitle"] }
      body +=
        (figure.isSpatial ? "splot " : "plot ") + elements.joined(separator: ", \\\n  ") + "\n"
    }
  }
}
