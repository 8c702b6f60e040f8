package import Diagnostics
package import Plot
package import Runtime

/// A figure as a value of the language.
package struct FigureValue: ExternalValue {
  package let figure: Figure
  /// Runs gnuplot when the figure is shown.
  let process: GnuplotProcess

  package init(_ figure: Figure, process: GnuplotProcess) {
    self.figure = figure
    self.process = process
  }

  package var typeName: String { "Figure" }

  package var summary: String {
    guard figure.panels.isEmpty else { return "Figure(\(figure.panels.count) panels)" }
    let count = figure.layers.count
    return "Figure(\(count) layer\(count == 1 ? "" : "s"))"
  }

  /// Two figures are equal when they draw the same.
  package func isEqual(to other: any ExternalValue) -> Bool {
    guard let other = other as? FigureValue, let mine = try? figure.hash(),
      let theirs = try? other.figure.hash()
    else { return false }
    return mine == theirs
  }

  /// Draws the figure in the first format of the request that can be made.
  package func display(_ request: DisplayRequest) throws(Diagnostic) -> DisplayItem {
    do {
      return try drawn(for: request)
    } catch {
      throw error.diagnostic
    }
  }

  private func drawn(for request: DisplayRequest) throws(PlotError) -> DisplayItem {
    let format = request.pictureTypes.compactMap { FigureFormat(mimeType: $0) }.first ?? .text
    let size = request.size.map { PictureSize(width: $0.width, height: $0.height) }
    let picture = try figure.drawn(as: format, size: size, by: process)
    return picture.displayItem(summary: summary)
  }
}

extension Picture {
  /// The picture for a front end, with its sentence as plain text unless it is text itself.
  func displayItem(summary: String) -> DisplayItem {
    var representations = [
      DisplayItem.Representation(mimeType: format.mimeType, data: bytes)
    ]
    if format != .text { representations.append(DisplayItem.Representation(text: summary)) }
    return DisplayItem(
      representations, figureHash: figureHash, alternativeText: alternativeText)
  }
}
