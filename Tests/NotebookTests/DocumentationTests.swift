import Foundation
import Notebook
import Testing

/// `docs/notebook.md` tells of every key and option, and its examples are well formed.
@Suite struct DocumentationTests {
  private let text: String

  init() throws {
    let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    text = try String(
      contentsOf: folder.appendingPathComponent("docs/notebook.md"), encoding: .utf8)
  }

  @Test func namesEveryOption() {
    for row in CellOptions.table { #expect(text.contains("`\(row.name)`"), "\(row.name)") }
  }

  @Test func namesEveryKey() {
    for key in FrontMatter.keys { #expect(text.contains("`\(key.name)`"), "\(key.name)") }
  }

  @Test func firstExampleIsANotebook() throws {
    let start = try #require(text.firstRange(of: "````md\n"))
    let end = try #require(text[start.upperBound...].firstRange(of: "\n````\n"))
    let document = try read(String(text[start.upperBound..<end.lowerBound]) + "\n")
    #expect(document.cells.map(\.name) == ["wave"])
    #expect(document.cells[0].claim?.lines == ["lowest: -0.37"])
  }

  @Test func templateIsANotebook() throws {
    let document = try read(NotebookTemplate.text(title: "a \"b\" \\ c"))
    #expect(document.frontMatter.title == "a \"b\" \\ c")
    #expect(document.cells.count == 3)
  }
}
