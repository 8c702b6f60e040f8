/// Every option of `figure`: name, default, documentation and effect.
package enum FigureOptionTable {
  package struct Row: Sendable {
    package let parameter: LayerParameter
    let apply: @Sendable (LayerArguments, inout FigureOptions) throws(PlotError) -> Void

    init(
      _ name: String, _ text: String, _ summary: String,
      _ apply: @escaping @Sendable (LayerArguments, inout FigureOptions) throws(PlotError) -> Void
    ) {
      parameter = .option(name, text, summary)
      self.apply = apply
    }
  }

  /// The largest picture that may be asked for, in pixels a side.
  static let sizeLimits = 40...8000

  package static let rows: [Row] = [
    Row("title", "\"\"", "Above the axes.") { a, o throws(PlotError) in
      o.title = try a.text("title") ?? ""
    },
    Row("xlabel", "\"\"", "Below the x axis.") { a, o throws(PlotError) in
      o.x.label = try a.text("xlabel") ?? ""
    },
    Row("ylabel", "\"\"", "Beside the y axis.") { a, o throws(PlotError) in
      o.y.label = try a.text("ylabel") ?? ""
    },
    Row("zlabel", "\"\"", "Beside the z axis of a surface.") { a, o throws(PlotError) in
      o.z.label = try a.text("zlabel") ?? ""
    },
    Row("xlim", "none", "The ends of the x axis, (low, high); found from the data when left out.") {
      a, o throws(PlotError) in o.x.limits = try a.range("xlim")
    },
    Row("ylim", "none", "The ends of the y axis.") { a, o throws(PlotError) in
      o.y.limits = try a.range("ylim")
    },
    Row("zlim", "none", "The ends of the z axis.") { a, o throws(PlotError) in
      o.z.limits = try a.range("zlim")
    },
    Row("logx", "false", "Whether the x axis is logarithmic.") { a, o throws(PlotError) in
      o.x.isLogarithmic = try a.flag("logx", default: false)
    },
    Row("logy", "false", "Whether the y axis is logarithmic.") { a, o throws(PlotError) in
      o.y.isLogarithmic = try a.flag("logy", default: false)
    },
    Row("xticks", "none", tickSummary) { a, o throws(PlotError) in
      o.x.ticks = try ticks(a, "xticks")
    },
    Row("yticks", "none", "As xticks.") { a, o throws(PlotError) in
      o.y.ticks = try ticks(a, "yticks")
    },
    Row("legend", "\"auto\"", legendSummary) { a, o throws(PlotError) in
      o.legend = try a.choice("legend", among: LegendPlace.choices) ?? .automatic
    },
    Row("grid", "true", "Whether light lines stand behind the data.") { a, o throws(PlotError) in
      o.showsGrid = try a.flag("grid", default: true)
    },
    Row("aspect", "none", "\"equal\" for one scale on both axes, or height over width.") {
      a, o throws(PlotError) in o.aspect = try aspect(a)
    },
    Row("colormap", "\"viridis\"", mapSummary) { a, o throws(PlotError) in
      o.colorMap = try a.choice("colormap", among: ColorMap.choices)
    },
    Row("palette", "none", "The colours of series, a tuple of names or \"#rrggbb\".") {
      a, o throws(PlotError) in o.palette = try palette(a)
    },
    Row("size", "(640, 400)", "Width and height in pixels.") { a, o throws(PlotError) in
      o.size = try size(a)
    },
  ]

  package static let parameters = rows.map(\.parameter)

  /// The options for one value per parameter, in the table's order.
  package static func options(_ values: [PlotArgument?]) throws(PlotError) -> FigureOptions {
    let arguments = LayerArguments(layer: "figure", parameters: parameters, values: values)
    var options = FigureOptions()
    for row in rows { try row.apply(arguments, &options) }
    return options
  }

  // MARK: - Reading

  private static let tickSummary = """
    The marks on the x axis: a step, numbers, strings (at 0, 1, 2 …), a pair (numbers, strings), or false.
    """
  private static let legendSummary =
    "Where labels stand: " + LegendPlace.choices.map { "\"\($0.word)\"" }.joined(separator: ", ")
    + "."
  private static let mapSummary =
    "The colours of numbers: " + ColorMap.all.map { "\"\($0.name)\"" }.joined(separator: ", ") + "."

  static func size(_ a: LayerArguments) throws(PlotError) -> PictureSize? {
    guard let values = try a.vector("size") else { return nil }
    let sides = values.compactMap { Int(exactly: $0) }.filter(sizeLimits.contains)
    guard values.count == 2, sides.count == 2 else {
      throw a.refusal(
        "size",
        wanted: "(width, height) of \(sizeLimits.lowerBound) to \(sizeLimits.upperBound) pixels",
        given: "(" + values.prefix(4).map(GnuplotText.number).joined(separator: ", ") + ")")
    }
    return PictureSize(width: sides[0], height: sides[1])
  }

  private static func aspect(_ a: LayerArguments) throws(PlotError) -> Aspect {
    switch a["aspect"] {
    case nil: return .free
    case .text(let word): return try a.choice(word, "aspect", among: [("equal", Aspect.equal)])
    case .number, .tensor: return .ratio(try a.positive("aspect") ?? 1)
    case .flag, .list: throw a.mismatch("aspect", wanted: "\"equal\" or a number")
    }
  }

  private static func palette(_ a: LayerArguments) throws(PlotError) -> [Color] {
    guard let words = try a.texts("palette") else { return Color.palette }
    var colors: [Color] = []
    for word in words { colors.append(try SeriesStyle.color(word, "palette", a)) }
    return colors.isEmpty ? Color.palette : colors
  }

  private static func ticks(_ a: LayerArguments, _ name: String) throws(PlotError) -> Ticks {
    let wanted = "a step, numbers, strings, a pair (numbers, strings) or false"
    guard let value = a[name] else { return .automatic }
    if case .flag(let shown) = value { return shown ? .automatic : .none }
    if let texts = value.texts { return .labelled(texts.enumerated().map { (Double($0), $1) }) }
    if case .list(let pair) = value, pair.count == 2, let positions = pair[0].numbers,
      let texts = pair[1].texts
    {
      try a.checkLengths([("numbers", positions.count), ("strings", texts.count)])
      return .labelled(zip(positions.values, texts).map { ($0, $1) })
    }
    guard let numbers = value.numbers, numbers.rank <= 1, numbers.values.allSatisfy(\.isFinite)
    else {
      throw a.mismatch(name, wanted: wanted)
    }
    guard numbers.rank == 0, let step = numbers.values.first else { return .at(numbers.values) }
    guard step > 0 else { throw a.mismatch(name, wanted: wanted) }
    return .every(step)
  }
}
