import Foundation
import Testing

@testable import Plot

/// Words of the user's that gnuplot would act on.
@Suite struct GnuplotTextTests {
  private static let hostile = [
    "`touch CANARY`", "$(touch CANARY)", "\"; system('touch CANARY'); set title \"",
    "'; system(\"touch CANARY\"); '", "@macro", "a\\\"b", "%d %s %h", "{/*9 big}_x^2", "x\\nline",
    "\\140touch CANARY\\140", "<b>&amp;</b>", "\\", "\n`touch CANARY`\n", "EOD", "σ ≤ 1 µm 数",
    "!touch CANARY",
  ]

  @Test(arguments: hostile) func showsWordsAndRunsNothing(words: String) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "plot-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var process = GnuplotProcess()
    process.folder = folder.path
    let figure = try everywhere(words)
    let svg = String(decoding: try figure.drawn(as: .svg, by: process).bytes, as: UTF8.self)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    // The same words in all places, line by line.
    for line in words.split(separator: "\n") {
      let shown = svg.components(separatedBy: "<text>\(escaped(String(line)))</text>").count - 1
      #expect(shown >= 7, "\(line) is shown \(shown) times")
    }
  }

  /// Title, labels of axes, marks, legend, words, names on the x axis and the colour bar.
  private func everywhere(_ words: String) throws -> Figure {
    let first = try Sample.figure(
      [
        "title": .text(words), "xlabel": .text(words), "ylabel": .text(words),
        "yticks": .list([Sample.row([1, 2]), Sample.words([words, words])]),
      ],
      [
        (
          "line",
          ["x": Sample.words([words, "b"]), "y": Sample.row([1, 2]), "label": .text(words)]
        ),
        ("text", ["x": .text(words), "y": .number(1), "text": .text(words)]),
      ])
    let second = try Sample.figure([
      ("heatmap", ["z": Sample.matrix([[1, 2]]), "label": .text(words)])
    ])
    return try Figure(panels: [first, second], columns: 1, title: words)
  }

  /// As gnuplot writes text in SVG.
  private func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
  }
}
