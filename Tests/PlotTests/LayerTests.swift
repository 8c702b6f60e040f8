import Testing

@testable import Plot

@Suite struct LayerTests {
  private func error(_ kind: String, _ arguments: [String: PlotArgument]) -> PlotError? {
    do {
      _ = try Sample.layer(kind, arguments)
      return nil
    } catch { return error as? PlotError }
  }

  @Test func unequalLengthsAreCounted() {
    #expect(
      error("line", ["x": Sample.row([1, 2, 3]), "y": Sample.row([1, 2])])
        == .lengths(layer: "line", counts: [.init("x", 3), .init("y", 2)]))
    #expect(
      error("band", ["x": Sample.row([1, 2]), "low": .number(0), "high": Sample.row([1])])
        == .lengths(
          layer: "band", counts: [.init("x", 2), .init("low", 2), .init("high", 1)]))
    #expect(
      error("heatmap", ["z": Sample.matrix([[1, 2]]), "x": Sample.row([1])])
        == .lengths(layer: "heatmap", counts: [.init("columns of z", 2), .init("x", 1)]))
    #expect(
      error("line", ["x": Sample.matrix([[1, 2]]), "label": Sample.words(["a", "b", "c"])])
        == .lengths(layer: "line", counts: [.init("series", 2), .init("label", 3)]))
  }

  @Test func wrongTypesAreNamed() {
    #expect(
      error("line", ["x": .text("a")])
        == .argument(
          layer: "line", parameter: "x", wanted: "a tensor of real numbers", given: "a Str"))
    #expect(
      error("hist", ["values": Sample.row([1]), "bins": .number(0)])
        == .argument(
          layer: "hist", parameter: "bins", wanted: "a whole number from 1 to 10000", given: "0"))
    #expect(error("line", [:]) == .missingArgument(layer: "line", parameter: "x"))
    #expect(error("heatmap", ["z": Sample.row([1])]) != nil)
    #expect(error("image", ["pixels": .number(1)]) != nil)
    #expect(error("line", ["x": Sample.row([1]), "width": .number(-1)]) != nil)
    #expect(error("line", ["x": Sample.row([1]), "alpha": .number(2)]) != nil)
    #expect(error("bars", ["x": Sample.row([1]), "width": .number(2)]) != nil)
  }

  @Test func unknownWordsShowTheKnownOnes() {
    guard
      case .unknownWord("line", "style", "dashes", let known)? = error(
        "line", ["x": Sample.row([1]), "style": .text("dashes")])
    else {
      Issue.record("the style is unknown")
      return
    }
    #expect(known == ["solid", "dashed", "dotted", "dashdot"])
    #expect(error("line", ["x": Sample.row([1]), "color": .text("blu")]) != nil)
    #expect(error("heatmap", ["z": Sample.matrix([[1]]), "colormap": .text("jet")]) != nil)
  }

  @Test func surfacesAndFlatLayersDoNotMix() throws {
    let figure = try Sample.figure([("line", ["x": Sample.row([1, 2])])])
    let surface = try Sample.layer("surface", ["z": Sample.matrix([[1, 2], [3, 4]])])
    #expect(throws: PlotError.mixedDimensions(layer: "surface")) {
      try figure.adding(surface, named: "surface")
    }
  }

  @Test func gridsHoldFiguresWithAxes() throws {
    let grid = try Figure(panels: [Figure()], columns: 2)
    #expect(throws: PlotError.panelsInside(operation: "grid")) {
      try Figure(panels: [grid], columns: 1)
    }
    #expect(throws: PlotError.noPanels) { try Figure(panels: [], columns: 1) }
    #expect(throws: PlotError.panelsInside(operation: "line")) {
      try grid.adding(try Sample.layer("line", ["x": Sample.row([1])]), named: "line")
    }
  }

  // Expected counts are NumPy's: np.histogram(values, …).
  @Test func histogramsCountAsNumPy() throws {
    let values = Sample.row([1, 2, 2, 3, 3, 3, 4, 4, 5])
    func heights(_ arguments: [String: PlotArgument]) throws -> [Double] {
      let layer = try Sample.layer("hist", arguments)
      return try #require((layer as? HistLayer)?.heights.first)
    }
    #expect(try heights(["values": values, "bins": .number(5)]) == [1, 2, 3, 2, 1])
    #expect(try heights(["values": values]) == [1, 2, 3, 3])
    #expect(
      try heights(["values": Sample.row([0.5, 1.5, 2.5, 3, 9]), "bins": Sample.row([0, 1, 2, 3])])
        == [1, 1, 2])
    let squares = Sample.row((0..<100).map { Double($0 * $0) / 100 })
    #expect(try heights(["values": squares]) == [36, 14, 11, 10, 8, 7, 7, 7])
    let density = try heights(["values": values, "bins": .number(4), "density": .flag(true)])
    for (height, expected) in zip(density, [1 / 9.0, 2 / 9.0, 1 / 3.0, 1 / 3.0]) {
      #expect(abs(height - expected) < 1e-12)
    }
  }

  @Test func imagesAreTiledWithGaps() throws {
    let layer = try #require(
      try Sample.layer(
        "image",
        [
          "pixels": .list([
            Sample.matrix([[0, 1]]), Sample.matrix([[1, 0]]), Sample.matrix([[1, 1]]),
          ]), "columns": .number(2),
        ]) as? ImageLayer)
    #expect(layer.width == 5)
    #expect(layer.height == 3)
    let gap = Double.nan
    let expected = [0, 255, gap, 255, 0] + [gap, gap, gap, gap, gap] + [255, 255, gap, gap, gap]
    for (pixel, value) in zip(layer.channels[0], expected) {
      #expect(pixel == value || pixel.isNaN && value.isNaN)
    }
  }

  @Test func paletteReadsOnLightAndDark() {
    func contrast(_ a: Double, _ b: Double) -> Double { (max(a, b) + 0.05) / (min(a, b) + 0.05) }
    for color in Color.palette {
      #expect(contrast(color.luminance, 1) >= 3, "\(color.hex) on white")
      #expect(contrast(color.luminance, Color(0x111111).luminance) >= 3, "\(color.hex) on #111")
    }
  }
}
