package import Diagnostics
package import Plot
package import Runtime
internal import TensorCore

/// Figures: `figure`, one builtin for each kind of layer, `grid` and `gnuplot`; and how `save`
/// writes them.
package let plotKit = makePlotKit(allowShell: false)

/// The kit with choices of the host program.
///
/// - Parameters:
///   - allowShell: whether raw gnuplot commands may run programs and write files.
///   - process: how gnuplot is run.
package func makePlotKit(allowShell: Bool, process: GnuplotProcess = .interruptible) -> Kit {
  var process = process
  process.isConfined = !allowShell
  let builtins = PlotBuiltins(allowShell: allowShell, process: process)
  return Kit(name: "plot", builtins: builtins.all, fileFormats: PlotBuiltins.fileFormats)
}

/// Draws the script of a ```` ```{gnuplot} ```` cell.
///
/// - Parameters:
///   - script: gnuplot commands; terminal and output are ours.
///   - folder: where relative names of data files are looked for; nil is the process's own.
/// - Throws: `.shellCommand` unless `allowShell`; what gnuplot says of the script.
package func runRawGnuplot(
  script: String, request: DisplayRequest, allowShell: Bool, folder: String? = nil,
  process: GnuplotProcess = .interruptible
) throws(Diagnostic) -> DisplayItem {
  do {
    let types = request.pictureTypes.compactMap { FigureFormat(mimeType: $0) }
    let size = request.size.map { PictureSize(width: $0.width, height: $0.height) }
    var process = process
    process.folder = folder ?? process.folder
    let picture = try RawFigure(script).drawn(
      as: types.first ?? .text, size: size, allowingShell: allowShell, by: process)
    return picture.displayItem(summary: "gnuplot figure")
  } catch {
    throw error.diagnostic
  }
}

extension GnuplotProcess {
  /// Ends gnuplot when the user asks to stop.
  package static let interruptible = GnuplotProcess(shouldStop: { Interruption.isRequested })
}
