internal import Digest

/// A drawn figure.
package struct Picture: Sendable {
  package let format: FigureFormat
  package let bytes: [UInt8]
  /// Names the script and the data, whatever the size and format; see `Figure.hash`.
  package let figureHash: String
  package let alternativeText: String
}

extension Figure {
  /// 16 hexadecimal digits of the SHA-256 of the script and all data. The same figure has the same
  /// hash in every format
  /// and at every size.
  ///
  /// - Throws: `PlotError.nothingPositive`, as drawing would.
  /// - Complexity: O(data).
  package func hash() throws(PlotError) -> String {
    let script = try GnuplotScript.canonical(self)
    var digest = SHA256()
    digest.update(script.text)
    for set in script.sets { digest.update(set.values) }
    return String(digest.finish().prefix(16))
  }

  /// The format a figure is really drawn in: a large SVG gives way to PNG.
  package func format(wanted: FigureFormat) -> FigureFormat {
    wanted == .svg && isLarge ? .png : wanted
  }

  /// Whether the figure has more marks than an SVG should hold, thinned lines counted as drawn.
  package var isLarge: Bool {
    guard markCount > Thinning.markLimit else { return false }
    let size = options.size ?? defaultSize
    guard let script = try? GnuplotScript.make(self, .svg, size: size, on: .page) else {
      return false
    }
    return script.markCount > Thinning.markLimit
  }

  /// Draws the figure.
  ///
  /// - Parameters:
  ///   - format: an SVG of too many marks becomes a PNG; the picture says which it is.
  ///   - size: in pixels, in characters for text; nil leaves it to the figure.
  ///   - background: what it will stand on.
  /// - Throws: any `PlotError` under «the program», or `nothingPositive`.
  package func drawn(
    as format: FigureFormat, size: PictureSize? = nil, on background: Background = .page,
    by process: GnuplotProcess
  ) throws(PlotError) -> Picture {
    let hash = try hash()
    let format = self.format(wanted: format)
    let bytes: [UInt8]
    switch format {
    case .text: bytes = try TerminalGraphics.drawn(self, size: size, by: process)
    case .svg, .png, .pdf, .sixel:
      let size = options.size ?? size ?? defaultSize
      let script = try GnuplotScript.make(self, format, size: size, on: background)
      bytes = try process.run(script).bytes
    }
    guard format == .svg else {
      return Picture(
        format: format, bytes: bytes, figureHash: hash, alternativeText: alternativeText)
    }
    let svg = SVGPicture.refined(
      bytes, prefix: "f\(hash.prefix(8))-", label: alternativeText)
    return Picture(
      format: .svg, bytes: svg, figureHash: hash, alternativeText: alternativeText)
  }
}

extension Figure {
  /// Marks beyond which a figure counts as large.
  package static var markLimit: Int { Thinning.markLimit }
}

extension PictureSize {
  /// A size of the user's: two numbers within the limits.
  ///
  /// - Throws: `PlotError.argument`.
  package init(checking values: [Int]) throws(PlotError) {
    let limits = FigureOptionTable.sizeLimits
    guard values.count == 2, values.allSatisfy(limits.contains) else {
      throw PlotError.argument(
        layer: "size", parameter: "size",
        wanted: "(width, height) of \(limits.lowerBound) to \(limits.upperBound) pixels",
        given: "(" + values.prefix(4).map(String.init).joined(separator: ", ") + ")")
    }
    self.init(width: values[0], height: values[1])
  }
}
