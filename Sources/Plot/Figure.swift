/// A picture to be: options and layers, or panels of other figures. A value; adding a layer makes
/// another figure.
///
/// Data are checked when a layer is made, so that an error points at the line that gave them;
/// gnuplot runs only when
/// the figure is shown (`Figure+Rendering.swift`).
package struct Figure: Sendable {
  package private(set) var options: FigureOptions
  package private(set) var layers: [any Layer] = []
  /// Raw gnuplot commands, run after ours and before the data are drawn.
  package private(set) var commands: [String] = []
  /// Figures drawn side by side; then there are no layers.
  package private(set) var panels: [Figure] = []
  package private(set) var columns = 1

  package init(_ options: FigureOptions = FigureOptions()) {
    self.options = options
  }

  /// Tiles figures, row by row.
  ///
  /// - Throws: `noPanels`; `panelsInside` when one of them is itself tiled.
  package init(panels: [Figure], columns: Int, title: String = "", size: PictureSize? = nil)
    throws(PlotError)
  {
    guard !panels.isEmpty else { throw .noPanels }
    guard panels.allSatisfy(\.panels.isEmpty) else { throw .panelsInside(operation: "grid") }
    options = FigureOptions()
    options.title = title
    options.size = size
    self.panels = panels
    self.columns = min(max(columns, 1), panels.count)
  }

  /// The figure with one more layer on top.
  ///
  /// - Throws: `mixedDimensions` when a surface would share its axes with a flat layer;
  ///   `panelsInside`.
  package func adding(_ layer: any Layer, named name: String) throws(PlotError) -> Figure {
    guard panels.isEmpty else { throw .panelsInside(operation: name) }
    if let first = layers.first, first.isSpatial != layer.isSpatial {
      throw .mixedDimensions(layer: name)
    }
    var figure = self
    figure.layers.append(layer)
    return figure
  }

  /// The figure with raw commands that gnuplot runs before it draws.
  ///
  /// - Throws: `shellCommand` when they would leave the figure, unless `allowingShell`.
  package func adding(commands text: String, allowingShell: Bool) throws(PlotError) -> Figure {
    guard panels.isEmpty else { throw .panelsInside(operation: "gnuplot") }
    if !allowingShell { try RawCommands.check(text) }
    var figure = self
    figure.commands.append(text)
    return figure
  }

  package var rows: Int { (panels.count + columns - 1) / columns }

  package var isSpatial: Bool { layers.contains(where: \.isSpatial) }

  package var markCount: Int {
    panels.reduce(layers.reduce(0) { $0 + $1.markCount }) { $0 + $1.markCount }
  }

  /// The size used when neither the figure nor who asks says one.
  package var defaultSize: PictureSize {
    guard panels.isEmpty else {
      let width = columns == 1 ? 640 : 420 * columns
      return PictureSize(width: min(width, 4000), height: min(300 * rows, 4000))
    }
    return PictureSize(width: 640, height: 400)
  }

  /// The names on the x axis, over all layers, in order of appearance.
  var names: [String] {
    var seen: Set<String> = []
    return layers.flatMap(\.names).filter { seen.insert($0).inserted }
  }
}
