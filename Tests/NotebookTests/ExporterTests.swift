import Diagnostics
import Foundation
import Notebook
import Runtime
import TestSupport
import Testing

@Suite struct ExporterTests {
  static let context = ExportContext(notebookFolder: ".", versions: [("Lamella", "1.2.3")])

  static let notebook = """
    ---
    title: A <page> & more
    subtitle: "*with* a subtitle"
    author: [Ada, Émilie]
    date: 2026-01-02
    seed: 7
    params:
      n: { type: int, default: 3, doc: how many }
    ---

    Prose with `code`, <b>raw HTML</b>, a[^1] note and -- dashes.

    ## Data

    ```{lamella}
    #| label: load
    print <script>alert(1)</script>
    show [1 2 3]
    ```

    ```{expect}
    <script>alert(1)</script>
    [1 2 3]
    ```

    | a | b |
    |:--|--:|
    | x | 1 |

    - [x] done

    ## Figure

    ```{lamella}
    #| label: fig
    #| fig-cap: A *curve*.
    figure abcdef012345
    ```

    ```{lamella}
    warn both sides stretch
    effect wrote out.csv
    ```

    ## Failing

    ```{lamella}
    #| error: E0401
    fail E0401 no such sum
    ```

    ```{lamella}
    #| echo: false
    print shown without code
    ```

    ```{lamella}
    #| output: false
    print hidden
    ```

    ```{lamella}
    #| include: false
    print left out
    ```

    ```{lamella}
    show 5
    ```

    ```{expect}
    6
    ```

    ## Data

    ```lamella
    only = "shown"
    ```

    ```{lamella}
    #| label: bad
    fail E0410 boom
    ```

    ```{lamella}
    print never
    ```

    [^1]: A footnote.

    """

  static func result(_ text: String = notebook) throws -> RunResult {
    let document = try read(text)
    let values = try document.frontMatter.resolve(ParameterArguments())
    return run(document, parameters: values)
  }

  /// The page without what varies: the times.
  static func html(_ result: RunResult) throws -> String {
    let page = try #require(ExporterTable.exporter(named: "html")).page(result, context)
    return page.split(separator: "\n", omittingEmptySubsequences: false)
      .filter { !$0.hasPrefix("<details id=\"times\">") }.joined(separator: "\n")
  }

  @Test func htmlIsAsRecorded() throws {
    let page = try Self.html(Self.result())
    let start = try #require(page.firstRange(of: "</style>"))
    #expect(Golden("notebook/page.html").complaint(String(page[start.upperBound...])) == nil)
  }

  @Test func markdownIsAsRecorded() throws {
    let page = try #require(ExporterTable.exporter(named: "md")).page(Self.result(), Self.context)
    let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
      .filter { !$0.hasPrefix("- Time: ") }
    #expect(Golden("notebook/page.md").complaint(lines.joined(separator: "\n")) == nil)
  }

  @Test func recordIsAsRecorded() throws {
    let record = try Self.result().record(Self.context)
    let times = try #require(record.firstRange(of: "\n  \"times\""))
    #expect(
      Golden("notebook/run.json").complaint(String(record[..<times.lowerBound]) + "\n") == nil)
    let parsed = try JSONSerialization.jsonObject(with: Data(record.utf8))
    #expect(parsed is [String: Any])
  }

  @Test func twoRunsGiveTheSameBytesTimesApart() throws {
    #expect(try Self.html(Self.result()) == Self.html(Self.result()))
  }

  @Test func pageIsSelfContainedAndActsNot() throws {
    let page = try Self.html(Self.result())
    for word in ["<script", "<link", "@import", "url(", " src=\"http", "javascript:", "onload"] {
      #expect(!page.contains(word), "\(word)")
    }
  }

  @Test func figuresAreNamedByTheirCells() throws {
    let result = try Self.result(
      "```{lamella}\n#| label: a\nfigure 012345\n```\n```{lamella}\nfigure 12\n```\n")
    #expect(
      result.figureFiles(in: "figures").map(\.path) == ["figures/a.svg", "figures/cell-2.svg"])
  }

  @Test func identifiersOfPicturesDoNotMeet() throws {
    let page = try Self.html(
      Self.result("```{lamella}\nfigure 012345\n```\n```{lamella}\nfigure 12\n```\n"))
    #expect(page.contains("id='f1-1-dot'") && page.contains("href='#f1-1-dot'"))
    #expect(page.contains("id='f2-1-dot'") && page.contains("href='#f2-1-dot'"))
    #expect(!page.contains("<title>Gnuplot"))
  }

  @Test func keepsFormulasOutOfMarkdownsHands() throws {
    let page = try Self.html(
      Self.result(
        "A $a_1 * b_1$ and $x$, not $5 or $6, nor `$y$`.\n\n| $|z|$ | <br> |\n|--|--|\n| $\\frac{p}{q}$ | b |\n\n$$\nE = mc^2\n$$\n"
      ))
    let body = try #require(page.firstRange(of: "<main>"))
    let text = String(page[body.upperBound...])
    #expect(text.contains("not $5 or $6"))
    #expect(text.contains("<code>$y$</code>"))
    #expect(text.contains("\\frac{p}{q}"))
    #expect(text.contains("<th>") && text.contains("|z|"))
    #expect(text.contains("display-math"))
    #expect(!text.contains("<em>"))
    let isRendered = text.contains("<math")
    #expect(isRendered || text.contains("<code class=\"math\">a_1 * b_1</code>"))
  }

  @Test func formulasThatAreNoTeXAreShownAsWritten() throws {
    let page = try Self.html(Self.result("Bad $\\frac{$ and $\\nosuchmacro{<b>}$.\n"))
    #expect(page.contains("<code class=\"math\">\\nosuchmacro{&lt;b&gt;}</code>"))
  }

  @Test(arguments: [
    ("[x](javascript:alert(1))", "javascript:"), ("<img src=x onerror=alert(1)>", "<img"),
    ("<script>alert(1)</script>", "<script"), ("<div onclick=\"x\">\n\ntext", "<div"),
    ("![a\"><b>](http://x.y/z.png)", "<img"), ("<a href=\"x\">", "<a href=\"x\""),
    ("```html\n<b>\n```", "<b>"), ("# A <b> head\n", "<b>"),
  ])
  func proseCannotBreakOut(prose: String, word: String) throws {
    let page = try Self.html(Self.result(prose + "\n"))
    let body = try #require(page.firstRange(of: "<main>"))
    #expect(!page[body.upperBound...].contains(word), "\(page[body.upperBound...].prefix(500))")
  }

  @Test func namesOfCellsAndTitlesAreEscaped() throws {
    let page = try Self.html(Self.result("---\ntitle: \"<x> & \\\"y\\\"\"\n---\n"))
    #expect(page.contains("<title>&lt;x&gt; &amp; &quot;y&quot;</title>"))
  }

  @Test func picturesBesideTheNotebookAreTakenIn() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data([1, 2, 3]).write(to: folder.appendingPathComponent("a b.png"))
    let result = try Self.result(
      "![alt](<a b.png> \"t\") ![gone](no.png) ![web](https://x.y/z.png)\n")
    let page = try #require(ExporterTable.exporter(named: "html")).page(
      result, ExportContext(notebookFolder: folder.path, versions: []))
    #expect(page.contains("<img src=\"data:image/png;base64,AQID\" alt=\"alt\" title=\"t\">"))
    #expect(page.contains("[picture: gone]"))
    #expect(page.contains("<a href=\"https://x.y/z.png\">web</a>"))
  }

  @Test func aReportForContinuousIntegrationCountsRight() throws {
    let failed = JUnitReport.Suite(
      name: "b.nb", run: nil, errors: [Diagnostic(.fileNotFound, "there is no file <b>")])
    let text = JUnitReport.xml([
      JUnitReport.Suite(name: "a.nb", run: try Self.result(), errors: []), failed,
    ])
    #expect(
      text.contains(
        "<testsuite name=\"a.nb\" tests=\"10\" failures=\"1\" errors=\"1\" skipped=\"1\""))
    #expect(text.contains("<testsuite name=\"b.nb\" tests=\"1\" failures=\"0\" errors=\"1\""))
    #expect(text.contains("there is no file &lt;b&gt;"))
    #expect(XMLCheck.isWellFormed(text))
  }
}

/// A check that tags of an XML text open and close in turn.
enum XMLCheck {
  static func isWellFormed(_ text: String) -> Bool {
    var open: [Substring] = []
    for piece in text.split(separator: "<").dropFirst() {
      guard let end = piece.firstIndex(of: ">") else { return false }
      let tag = piece[..<end]
      if tag.hasPrefix("?") || tag.hasSuffix("/") { continue }
      if tag.hasPrefix("/") {
        guard open.popLast() == tag.dropFirst() else { return false }
      } else {
        open.append(tag.prefix { $0 != " " })
      }
    }
    return open.isEmpty
  }
}
