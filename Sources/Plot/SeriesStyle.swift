/// How series of a layer look; one style serves all of them, with labels and colours one by one.
struct SeriesStyle: Sendable {
  var labels: [String] = []
  var colors: [Color] = []
  var dashes: [Dash] = []
  var width: Double?
  var marker: Marker?
  var size: Double?
  var alpha = 1.0

  enum Dash: Sendable {
    case solid, dashed, dotted, dashdot

    static let choices: [(word: String, value: Dash)] = [
      ("solid", .solid), ("dashed", .dashed), ("dotted", .dotted), ("dashdot", .dashdot),
    ]

    /// After `dashtype`, in units of the line's width.
    var gnuplot: String {
      switch self {
      case .solid: "solid"
      case .dashed: "(7,4)"
      case .dotted: "(1.5,3)"
      case .dashdot: "(8,3,1.5,3)"
      }
    }
  }

  enum Marker: Int, Sendable {
    case plus = 1, cross = 2, star = 3, square = 5, ring = 6, circle = 7, triangle = 9, diamond = 13
    case dot = 0

    static let choices: [(word: String, value: Marker)] = [
      ("circle", .circle), ("ring", .ring), ("square", .square), ("triangle", .triangle),
      ("diamond", .diamond), ("cross", .cross), ("plus", .plus), ("star", .star), ("dot", .dot),
    ]
  }

  // MARK: - Parameters

  static let label = LayerParameter.option(
    "label", "none", "The name in the legend; a tuple of names for several series.")
  static let color = LayerParameter.option(
    "color", "none",
    "A name (\(Color.names.map(\.word).joined(separator: ", "))), \"#rrggbb\", or a number into the palette."
  )
  static let style = LayerParameter.option(
    "style", "\"solid\"", "Of the line: " + words(Dash.choices) + ".")
  static let width = LayerParameter.option("width", "2", "Of the line, in points.")
  static let marker = LayerParameter.option("marker", "\"circle\"", words(Marker.choices) + ".")
  static let size = LayerParameter.option("size", "1", "Of the markers, 1 being the usual size.")
  static let alpha = LayerParameter.option("alpha", "1", "Opacity from 0 to 1.")

  private static func words<Value>(_ choices: [(word: String, value: Value)]) -> String {
    choices.map { "\"\($0.word)\"" }.joined(separator: ", ")
  }

  // MARK: - Reading

  /// Reads whichever of the parameters above the layer has.
  ///
  /// - Throws: `PlotError.lengths` when labels or colours are neither one nor one per series.
  init(_ a: LayerArguments, series: Int, readsColor: Bool = true) throws(PlotError) {
    labels = try a.texts("label") ?? []
    if readsColor { colors = try SeriesStyle.colors(a) }
    for word in try a.texts("style") ?? [] {
      dashes.append(try a.choice(word, "style", among: Dash.choices))
    }
    width = try a.positive("width")
    marker = try a.choice("marker", among: Marker.choices)
    size = try a.positive("size")
    if let alpha = try a.number("alpha") {
      guard (0...1).contains(alpha) else {
        throw a.refusal("alpha", wanted: "a number from 0 to 1", given: GnuplotText.number(alpha))
      }
      self.alpha = alpha
    }
    if labels.count > 1 { try a.checkLengths([("series", series), ("label", labels.count)]) }
    if colors.count > 1 { try a.checkLengths([("series", series), ("color", colors.count)]) }
    if dashes.count > 1 { try a.checkLengths([("series", series), ("style", dashes.count)]) }
  }

  private static func colors(_ a: LayerArguments) throws(PlotError) -> [Color] {
    guard let value = a["color"] else { return [] }
    if let numbers = value.numbers {
      var colors: [Color] = []
      for number in numbers.values {
        guard let index = Int(exactly: number), index >= 0 else {
          throw a.mismatch("color", wanted: "a colour, or a whole number from 0 into the palette")
        }
        colors.append(Color.palette[index % Color.palette.count])
      }
      return colors
    }
    guard let words = value.texts else { throw a.mismatch("color", wanted: "a colour") }
    var colors: [Color] = []
    for word in words { colors.append(try color(word, "color", a)) }
    return colors
  }

  static func color(_ text: String, _ name: String, _ a: LayerArguments) throws(PlotError) -> Color
  {
    if let color = Color(text: text) { return color }
    throw PlotError.unknownWord(
      layer: a.layer, parameter: name, given: text,
      known: Color.names.map(\.word) + ["#rrggbb"])
  }

  // MARK: - Per series

  func label(_ series: Int) -> String {
    labels.count == 1
      ? (series == 0 ? labels[0] : "") : (series < labels.count ? labels[series] : "")
  }

  func color(_ series: Int) -> Color? {
    colors.isEmpty ? nil : colors[series % colors.count]
  }

  func dash(_ series: Int) -> Dash {
    dashes.isEmpty ? .solid : dashes[series % dashes.count]
  }
}
