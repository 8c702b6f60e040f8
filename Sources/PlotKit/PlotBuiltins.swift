internal import Diagnostics
internal import Plot
internal import Runtime

/// The builtins of the kit, made from Plot's own tables of layers and options.
struct PlotBuiltins: Sendable {
  let allowShell: Bool
  let process: GnuplotProcess

  var all: [Builtin] {
    [figure] + LayerTable.kinds.map(layer) + [grid, gnuplot]
  }

  // MARK: - figure

  private var figure: Builtin {
    Builtin(
      "figure", FigureOptionTable.parameters.map(Self.parameter),
      "A figure without data; layers are added with `|>`.\n\n"
        + Self.documentation(FigureOptionTable.parameters),
      examples: [(#"figure(title = "loss", logy = true)"#, "Figure(0 layers)")]
    ) { [process] context throws(CallFailure) in
      let values = try Self.values(
        of: FigureOptionTable.parameters, from: 0, in: context, layer: "figure")
      let options = try Self.result(context, from: 0, FigureOptionTable.parameters) {
        () throws(PlotError) in try FigureOptionTable.options(values)
      }
      return .external(FigureValue(Figure(options), process: process))
    }
  }

  // MARK: - Layers

  /// `line(figure, x, y, …)`, or `line(x, y, …)` for a figure of its own.
  private func layer(_ kind: LayerKind) -> Builtin {
    let parameters =
      [Signature.Parameter("figure", .optional(text: "figure()"))]
      + kind.parameters.map(Self.parameter)
    return Builtin(
      kind.name, parameters,
      kind.summary + "\n\nThe first argument is the figure to add to, usually by `|>`; without one "
        + "the layer makes a figure of its own.\n\n" + Self.documentation(kind.parameters),
      examples: [(kind.example, Self.shown(kind))]
    ) { [process] context throws(CallFailure) in
      let call = Self.shifted(context)
      let base = call.figure ?? FigureValue(Figure(), process: process)
      let values = try Self.values(of: kind.parameters, from: 1, in: call.context, layer: kind.name)
      let figure = try Self.result(call.context, from: 1, kind.parameters, moved: call.moved) {
        () throws(PlotError) in try base.figure.adding(try kind.layer(values), named: kind.name)
      }
      Self.warnOfSize(before: base.figure, after: figure, context)
      return .external(FigureValue(figure, process: base.process))
    }
  }

  private static func shown(_ kind: LayerKind) -> String {
    "Figure(\(kind.example.contains("|>") ? "2 layers" : "1 layer"))"
  }

  /// Says so once, when a layer makes a figure large.
  private static func warnOfSize(before: Figure, after: Figure, _ context: CallContext) {
    let limit = Figure.markLimit
    guard before.markCount <= limit, after.markCount > limit else { return }
    context.host.warn(
      PlotWarning.manyMarks(after.markCount, limit: limit, becomesPixels: after.isLarge))
  }

  /// The figure, and the arguments with a place for it: when the first argument is data, all that
  /// follow by position
  /// move one parameter on, the last of them to `moved`.
  private static func shifted(_ context: CallContext) -> (
    figure: FigureValue?, context: CallContext, moved: Int
  ) {
    if case .external(let value)? = context.arguments.first ?? nil,
      let figure = value as? FigureValue
    {
      return (figure, context, 0)
    }
    var moved = 0
    var arguments = context.arguments
    guard var carried = arguments.first ?? nil else { return (nil, context, 0) }
    arguments[0] = nil
    for index in arguments.indices.dropFirst() {
      moved = index
      guard let next = arguments[index] else {
        arguments[index] = carried
        break
      }
      arguments[index] = carried
      carried = next
    }
    return (
      nil,
      CallContext(
        arguments: arguments, builtinName: context.builtinName, signature: context.signature,
        host: context.host), moved
    )
  }

  // MARK: - grid, gnuplot

  private var grid: Builtin {
    Builtin(
      "grid",
      [
        .init("figures", .rest), .init("columns", .named(text: "2")),
        .init("title", .named(text: "\"\"")), .init("size", .named(text: "none")),
      ],
      "Tiles figures, row by row; the result is a figure too.",
      examples: [("grid(line([1, 2]), bars([3, 1]), columns = 2)", "Figure(2 panels)")]
    ) { [process] context throws(CallFailure) in
      let figures = try Self.figures(context)
      let columns = try context.int(1, default: 2)
      let title = try context.string(2, default: "")
      let size = try context.intsIfPresent(3)
      let figure = try Self.result(context, from: 0, []) { () throws(PlotError) in
        let size = try size.map { values throws(PlotError) in try PictureSize(checking: values) }
        return try Figure(panels: figures, columns: columns, title: title, size: size)
      }
      return .external(FigureValue(figure, process: process))
    }
  }

  /// The figures among the arguments: one by one, or in a tuple.
  private static func figures(_ context: CallContext) throws(CallFailure) -> [Figure] {
    var figures: [Figure] = []
    for value in try context.tupleIfPresent(0) ?? TupleValue([]) {
      if case .tuple(let nested) = value {
        for element in nested { figures.append(try figure(element, context)) }
      } else {
        figures.append(try figure(value, context))
      }
    }
    return figures
  }

  private static func figure(_ value: Value, _ context: CallContext) throws(CallFailure) -> Figure {
    guard case .external(let external) = value, let figure = external as? FigureValue else {
      throw context.wrongType(0, found: value, wanted: "a Figure")
    }
    return figure.figure
  }

  private var gnuplot: Builtin {
    Builtin(
      "gnuplot", [.init("figure"), .init("commands")],
      """
      The figure with raw gnuplot commands, run after its own settings and before its data are drawn.

      Commands that could run a program or write a file are refused unless `--allow-shell` is given.
      """,
      examples: [(#"line([1, 2]) |> gnuplot("set border 15")"#, "Figure(1 layer)")]
    ) { [allowShell] context throws(CallFailure) in
      let base = try context.external(0, as: FigureValue.self, wanted: "a Figure")
      let commands = try context.string(1)
      let figure = try Self.result(context, from: 0, [], text: 1) { () throws(PlotError) in
        try base.figure.adding(commands: commands, allowingShell: allowShell)
      }
      return .external(FigureValue(figure, process: base.process))
    }
  }

  // MARK: - Files

  /// A figure is drawn in the format that the ending says.
  static var fileFormats: [FileFormat] {
    FigureFormat.allCases.map { format in
      FileFormat(
        format.rawValue, "a figure",
        takes: { if case .external(let value) = $0 { value is FigureValue } else { false } },
        write: { context throws(CallFailure) in try write(format, &context) })
    }
  }

  private static func write(_ format: FigureFormat, _ context: inout CallContext)
    throws(CallFailure)
  {
    let value = try context.external(0, as: FigureValue.self, wanted: "a Figure")
    let path = try context.string(1)
    let size = try context.intsIfPresent(2)
    let picture = try Self.result(context, from: 0, [], text: 1) { () throws(PlotError) in
      let size = try size.map { values throws(PlotError) in try PictureSize(checking: values) }
      return try value.figure.drawn(as: format, size: size, on: .paper, by: value.process)
    }
    if let failure = FigureFile.write(picture.bytes, to: context.host.resolve(path: path)) {
      throw context.failure(
        .fileNotWritten, "\"\(path)\" cannot be written: \(failure)", argument: 1)
    }
    context.host.noteEffect("wrote \(path)")
  }

  // MARK: - Between the tables and the language

  private static func parameter(_ parameter: LayerParameter) -> Signature.Parameter {
    switch parameter.kind {
    case .data: Signature.Parameter(parameter.name, .optional(text: "none"))
    case .optionalData(let text): Signature.Parameter(parameter.name, .optional(text: text))
    case .option(let text): Signature.Parameter(parameter.name, .named(text: text))
    }
  }

  private static func documentation(_ parameters: [LayerParameter]) -> String {
    parameters.map { "- `\($0.name)`: \($0.summary)" }.joined(separator: "\n")
  }

  /// The arguments for `parameters`, which begin at `first` in the call.
  private static func values(
    of parameters: [LayerParameter], from first: Int, in context: CallContext, layer: String
  ) throws(CallFailure) -> [PlotArgument?] {
    var values: [PlotArgument?] = []
    for index in parameters.indices {
      guard context.has(first + index) else {
        values.append(nil)
        continue
      }
      guard let argument = try context.value(first + index).plotArgument() else {
        throw context.wrongType(
          first + index, wanted: "a tensor, a number, a Str, a Bool or a tuple of these")
      }
      values.append(argument)
    }
    return values
  }

  /// Runs plot code; its error becomes the call's, marked with the argument at fault.
  ///
  /// - Parameters:
  ///   - text: the argument that holds a file's name or commands.
  ///   - moved: the arguments up to this one were given one place earlier.
  private static func result<Result>(
    _ context: CallContext, from first: Int, _ parameters: [LayerParameter], text: Int? = nil,
    moved: Int = 0,
    _ body: () throws(PlotError) -> Result
  ) throws(CallFailure) -> Result {
    do {
      return try body()
    } catch {
      // The session knows whether the user or a time limit asked.
      if error == .interrupted { try context.host.checkInterrupt() }
      var argument = parameters.firstIndex { $0.name == error.parameter }.map { first + $0 }
      if let place = argument, place <= moved { argument = place - 1 }
      switch error {
      case .shellCommand: argument = text
      default: break
      }
      throw CallFailure.diagnostic(error.diagnostic, argument: argument)
    }
  }
}
