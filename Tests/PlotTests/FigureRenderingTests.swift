import Foundation
import FoundationXML
import Testing

@testable import Plot

@Suite struct FigureRenderingTests {
  private let size = PictureSize(width: 480, height: 320)

  private func svg(_ figure: Figure, size: PictureSize? = nil) throws -> String {
    String(
      decoding: try figure.drawn(as: .svg, size: size, by: GnuplotProcess()).bytes, as: UTF8.self)
  }

  @Test(arguments: Sample.all.map(\.name)) func isDrawnInEveryFormat(name: String) throws {
    let figure = try #require(Sample.all.first { $0.name == name }).make()
    for format in FigureFormat.allCases {
      let picture = try figure.drawn(
        as: format, size: format == .text ? nil : size, by: GnuplotProcess())
      #expect(picture.format == format)
      let start = Array(picture.bytes.prefix(4))
      switch format {
      case .svg: #expect(start == Array("<svg".utf8))
      case .png:
        #expect(start == [0x89, 0x50, 0x4e, 0x47])
        // Width and height of the header: twice the size.
        #expect(picture.bytes[16..<24].map(Int.init) == [0, 0, 3, 192, 0, 0, 2, 128])
      case .pdf: #expect(start == Array("%PDF".utf8))
      case .sixel: #expect(start.prefix(2) == [0x1b, 0x50])
      case .text:
        let lines = String(decoding: picture.bytes, as: UTF8.self).split(separator: "\n")
        #expect(lines.count > 3)
      }
    }
  }

  @Test(arguments: Sample.all.map(\.name)) func sameFigureGivesTheSameBytes(name: String) throws {
    let figure = try #require(Sample.all.first { $0.name == name }).make()
    for format in [FigureFormat.svg, .png, .text, .sixel] {
      let first = try figure.drawn(as: format, by: GnuplotProcess())
      #expect(first.bytes == (try figure.drawn(as: format, by: GnuplotProcess())).bytes)
    }
  }

  @Test func svgStandsInAPage() throws {
    let figure = try #require(Sample.all.first { $0.name == "points" }).make()
    let hash = try figure.hash()
    let text = try svg(figure, size: size)
    #expect(!text.contains("<?xml"))
    #expect(!text.contains("DOCTYPE"))
    #expect(text.contains("width=\"480\" height=\"320\""))
    #expect(text.contains("role=\"img\""))
    #expect(text.contains("currentColor"))
    #expect(!text.contains("rgb(  1,   2,   3)"))
    #expect(!text.contains("rgb(1,2,"))
    // Every id is the figure's own, and every reference finds one.
    let ids = text.matches(of: /id='([^']*)'/).map { String($0.output.1) }
    #expect(!ids.isEmpty)
    #expect(ids.allSatisfy { $0.hasPrefix("f\(hash.prefix(8))-") })
    #expect(Set(ids).count == ids.count)
    let references = text.matches(of: /href='#([^']*)'/).map { String($0.output.1) }
    #expect(references.allSatisfy(Set(ids).contains))
    #expect(!text.contains("id=\""))
  }

  @Test(arguments: Sample.all.map(\.name)) func svgIsWellFormed(name: String) throws {
    let figure = try #require(Sample.all.first { $0.name == name }).make()
    let parser = XMLParser(data: Data(try figure.drawn(as: .svg, by: GnuplotProcess()).bytes))
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
  }

  @Test func svgWithWordsOverLinesIsWellFormed() throws {
    let words = PlotArgument.text("a\n<b> & \"c\"\n</title>\u{1}\u{1b}[31m\u{ffff}")
    let figure = try Sample.figure(
      ["title": words], [("line", ["x": Sample.row([1, 2]), "label": words])])
    let parser = XMLParser(data: Data(try figure.drawn(as: .svg, by: GnuplotProcess()).bytes))
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
  }

  @Test func svgShowsLabelsOnce() throws {
    let text = try svg(try #require(Sample.all.first { $0.name == "line" }).make())
    for label in ["loss", "epoch", "nats", "adamw", "p", "q"] {
      #expect(text.components(separatedBy: "<text>\(label)</text>").count == 2, "\(label)")
    }
  }

  @Test func hashIsOfContentNotOfSizeOrFormat() throws {
    let figure = try #require(Sample.all.first { $0.name == "line" }).make()
    let hash = try figure.hash()
    #expect(hash.count == 16)
    let pictures = [
      try figure.drawn(as: .svg, size: size, by: GnuplotProcess()),
      try figure.drawn(as: .png, by: GnuplotProcess()),
      try figure.drawn(as: .text, size: PictureSize(width: 60, height: 20), by: GnuplotProcess()),
    ]
    #expect(pictures.allSatisfy { $0.figureHash == hash })
    let other = try Sample.figure([("line", ["x": Sample.row([1, 2, 3])])])
    let almost = try Sample.figure([("line", ["x": Sample.row([1, 2, 3.0000001])])])
    #expect(try other.hash() != almost.hash())
  }

  @Test func hashSeesDataThatThinningDropsAndStyles() throws {
    var values = (0..<50_000).map { Double($0 % 7) }
    let figure = try Sample.figure([("line", ["x": Sample.row(values)])])
    values[25_003] += 0.25
    let other = try Sample.figure([("line", ["x": Sample.row(values)])])
    #expect(try figure.hash() != other.hash())
  }

  @Test func textHasNoControlCharactersAndNoTrailingSpace() throws {
    for (name, make) in Sample.all {
      let picture = try make().drawn(as: .text, by: GnuplotProcess())
      let text = String(decoding: picture.bytes, as: UTF8.self)
      #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" }, "\(name)")
      #expect(!text.contains(" \n") && !text.hasSuffix("\n") && !text.hasPrefix("\n"), "\(name)")
    }
  }

  @Test func wordsCannotSteerATerminal() throws {
    let words = PlotArgument.text("\u{1b}]0;owned\u{7}\u{9b}31m")
    let panel = try Sample.figure(
      ["title": words, "xlabel": words],
      [
        ("line", ["x": Sample.row([1, 2]), "label": words]),
        ("text", ["x": .number(0), "y": .number(1), "text": words]),
      ])
    let figure = try Figure(panels: [panel], columns: 1, title: "\u{1b}[2J")
    let text = String(
      decoding: try figure.drawn(as: .text, by: GnuplotProcess()).bytes, as: UTF8.self)
    #expect(!text.unicodeScalars.contains { GnuplotText.isControl($0) && $0 != "\n" })
  }

  @Test func manyPointsBecomePixels() throws {
    let count = 60_000
    let x = (0..<count).map { Double(($0 * 7919) % count) }
    let y = (0..<count).map { Double(($0 * 104_729) % count) }
    let figure = try Sample.figure([("points", ["x": Sample.row(x), "y": Sample.row(y)])])
    #expect(figure.isLarge)
    #expect(try figure.drawn(as: .svg, size: size, by: GnuplotProcess()).format == .png)
  }

  @Test func longLinesAreThinnedAndStaySVG() throws {
    let count = 200_000
    let y = (0..<count).map { Double(($0 * 7919) % 1000) }
    let figure = try Sample.figure([("line", ["x": Sample.row(y)])])
    let picture = try figure.drawn(as: .svg, size: size, by: GnuplotProcess())
    #expect(picture.format == .svg)
    #expect(picture.bytes.count < 300_000)
  }

  @Test func logarithmicAxisNeedsPositiveNumbers() throws {
    let figure = try Sample.figure(
      ["logy": .flag(true)], [("line", ["x": Sample.row([-1, 0, -3])])])
    #expect(throws: PlotError.nothingPositive(axis: "y")) { try svg(figure) }
    let mixed = try Sample.figure(
      ["logy": .flag(true)], [("line", ["x": Sample.row([-1, 0, 10, 100])])])
    _ = try svg(mixed)
  }

  private static let unusual: [[Double]] = [
    [.nan, .nan], [], [5], [3, 3, 3], [1e308, -1e308], [.infinity, 1, -.infinity],
    [Double.leastNonzeroMagnitude, 0],
    [1, 1 + 1e-16], [1e300, 1.0000001e300],
  ]

  @Test(arguments: unusual) func drawsUnusualData(values: [Double]) throws {
    for kind in ["line", "points", "bars"] {
      _ = try svg(try Sample.figure([(kind, ["x": Sample.row(values)])]))
    }
    _ = try svg(try Sample.figure([("hist", ["values": Sample.row(values)])]))
    if !values.isEmpty {
      _ = try svg(try Sample.figure([("heatmap", ["z": Sample.matrix([values])])]))
      _ = try svg(
        try Sample.figure([("contour", ["z": Sample.matrix([values + [0], values + [1]])])]))
      _ = try svg(
        try Sample.figure([("surface", ["z": Sample.matrix([values + [0], values + [1]])])]))
      _ = try svg(try Sample.figure([("image", ["pixels": Sample.matrix([values])])]))
    }
  }

  @Test func descriptionNamesKindsSeriesAndRanges() throws {
    let figure = try #require(Sample.all.first { $0.name == "line" }).make()
    #expect(
      figure.alternativeText
        == "Figure titled “loss”: line, 3 series (adamw, p, q); x (epoch) from 0 to 3, y (nats) from 0.5 to 5."
    )
    #expect(Figure().alternativeText == "Figure without data.")
  }
}
