internal import Digest

/// A figure that is nothing but gnuplot commands.
package struct RawFigure: Sendable {
  private let commands: String

  package init(_ commands: String) {
    self.commands = commands
  }

  /// Draws it.
  ///
  /// - Throws: `shellCommand` unless `allowingShell`; any `PlotError` under «the program».
  package func drawn(
    as format: FigureFormat, size: PictureSize?, allowingShell: Bool, by process: GnuplotProcess
  ) throws(PlotError) -> Picture {
    if !allowingShell { try RawCommands.check(commands) }
    let fallback =
      format == .text ? TerminalGraphics.defaultSize : PictureSize(width: 640, height: 400)
    let theme = Theme(format, .page)
    let head = GnuplotScript.terminal(format, size ?? fallback, theme)
    let look = """
      set encoding utf8
      set border lc \(theme.axis.gnuplot())
      set tics textcolor \(theme.text.gnuplot())
      set key textcolor \(theme.text.gnuplot())
      set title textcolor \(theme.text.gnuplot())
      set xlabel textcolor \(theme.text.gnuplot())
      set ylabel textcolor \(theme.text.gnuplot())
      set zlabel textcolor \(theme.text.gnuplot())
      set cblabel textcolor \(theme.text.gnuplot())

      """
    let palette = Color.palette.enumerated().map { index, color in
      "set linetype \(index + 1) lw 2 pt 7 ps 0.6 lc \(color.gnuplot())\n"
    }.joined()
    let script = GnuplotScript(
      text: head + "\n" + look + palette + commands, sets: [], markCount: 0)
    var digest = SHA256()
    digest.update(commands)
    let hash = String(digest.finish().prefix(16))
    var process = process
    process.isConfined = !allowingShell
    var bytes = try process.run(script).bytes
    if format == .text { bytes = TerminalGraphics.trimmed(bytes) }
    if format == .svg {
      bytes = SVGPicture.refined(
        bytes, prefix: "f\(hash.prefix(8))-",
        label: "A figure drawn by gnuplot.")
    }
    return Picture(
      format: format, bytes: bytes, figureHash: hash, alternativeText: "A figure drawn by gnuplot.")
  }
}
