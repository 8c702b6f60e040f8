/// The formats a figure can be drawn in. The raw value is the file's ending.
package enum FigureFormat: String, CaseIterable, Sendable {
  case svg, png, pdf
  /// Block characters for a terminal.
  case text = "txt"
  case sixel

  package var mimeType: String {
    switch self {
    case .svg: "image/svg+xml"
    case .png: "image/png"
    case .pdf: "application/pdf"
    case .text: "text/plain"
    case .sixel: "image/sixel"
    }
  }

  package init?(mimeType: String) {
    guard let format = FigureFormat.allCases.first(where: { $0.mimeType == mimeType }) else {
      return nil
    }
    self = format
  }
}

/// Where a picture will stand.
package enum Background: Sendable {
  /// On a page that may be light or dark: the picture is transparent and its lines read on either.
  case page
  /// On paper.
  case paper
}

/// The house style: colours and sizes of everything that is not data.
struct Theme: Sendable {
  let text: Color
  let axis: Color
  let grid: Color
  /// Points.
  let fontSize: Int
  let isTerminal: Bool
  let background: Background
  /// Whether viewers of the format smooth the pixels of images.
  let blursImages: Bool

  /// Stand-ins in SVG, which `SVGPicture` turns into the colour of the text around the picture.
  static let pageText = Color(0x010203)
  static let pageAxis = Color(0x010204)
  static let pageGrid = Color(0x010205)

  static let font = "DejaVu Sans"

  init(_ format: FigureFormat, _ background: Background) {
    self.background = background
    fontSize = 11
    isTerminal = format == .text
    blursImages = format == .pdf || format == .text
    switch (format, background) {
    case (.svg, .page):
      (text, axis, grid) = (Theme.pageText, Theme.pageAxis, Theme.pageGrid)
    case (.png, .page), (.sixel, .page), (.pdf, .page), (.text, .page):
      (text, axis, grid) = (Color(0x808080), Color(0x808080), Color(0x909090))
    case (.svg, .paper), (.png, .paper), (.pdf, .paper), (.sixel, .paper), (.text, .paper):
      (text, axis, grid) = (Color(0x333333), Color(0x666666), Color(0xdddddd))
    }
  }

  /// The font of titles.
  var boldFont: String { "font \"\(Theme.font) Bold,\(fontSize + 1)\"" }

  /// The grid's colour with its transparency, as it must be faint on any background.
  var gridColor: String {
    switch background {
    case .page: grid == Theme.pageGrid ? grid.gnuplot() : grid.gnuplot(alpha: 0.25)
    case .paper: grid.gnuplot()
    }
  }
}
