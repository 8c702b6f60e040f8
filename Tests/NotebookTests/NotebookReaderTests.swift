import Diagnostics
import Notebook
import Testing

@Suite struct NotebookReaderTests {
  static let sample = """
    ---
    title: Sparse attention
    lamella: 1
    seed: 7
    params:
      context: { type: int, default: 32768, min: 1, doc: tokens in the cache }
      rate: 0.5
    figures: { format: png, size: [640, 400] }
    ---

    Prose, $math$.

    ```{lamella}
    #| label: scores
    #| echo: false
    cache = 1
    cache + 1
    ```

    Between.

    ```{expect} rtol=1e-3
    2
    ```

    ~~~{lamella}
    print("tilde")
    ~~~

    """

  @Test func readsFrontMatterCellsAndClaims() throws {
    let document = try read(Self.sample)
    #expect(document.frontMatter.title == "Sparse attention")
    #expect(document.frontMatter.seed == 7)
    #expect(document.frontMatter.figures.format == .png)
    #expect(document.frontMatter.figures.size?.width == 640)
    #expect(document.frontMatter.parameters.map(\.name) == ["context", "rate"])
    #expect(document.frontMatter.parameters.map(\.kind) == [.int, .float])
    #expect(document.cells.map(\.name) == ["scores", "2"])
    #expect(document.cells[0].code.text == "cache = 1\ncache + 1\n")
    #expect(document.cells[0].options.showsCode == false)
    #expect(document.cells[0].claim?.lines == ["2"])
    #expect(document.cells[0].claim?.rtol == 1e-3)
    #expect(document.cells[1].code.text == "print(\"tilde\")\n")
  }

  @Test func numbersLinesAsInTheFile() throws {
    let document = try read(Self.sample)
    for cell in document.cells {
      let first = cell.code.text.prefix { $0 != "\n" }
      #expect(document.source.line(cell.code.firstLine) == first)
    }
    #expect(document.cells.map(\.code.part) == ["cell \"scores\"", "cell 2"])
  }

  @Test(arguments: ["", "\r\n", "bom", "both"])
  func keepsEveryByteAndEveryMeaning(variant: String) throws {
    var text = Self.sample
    if variant == "\r\n" || variant == "both" { text = text.replacing("\n", with: "\r\n") }
    if variant == "bom" || variant == "both" { text = "\u{FEFF}" + text }
    let document = try read(text)
    #expect(NotebookWriter(document).bytes == Array(text.utf8))
    #expect(document.cells.map(\.code.text) == ["cache = 1\ncache + 1\n", "print(\"tilde\")\n"])
    #expect(document.frontMatter.title == "Sparse attention")
    #expect(document.cells[0].code.firstLine == 16)
  }

  @Test(arguments: [
    // A cell counts exactly when Markdown takes it for a fence of the document.
    ("````{lamella}\n```\nx = 1\n```\n````\n", ["```\nx = 1\n```\n"]),
    ("````md\n```{lamella}\nx = 1\n```\n````\n", []),
    ("<!--\n```{lamella}\nx = 1\n```\n-->\n", []),
    ("    ```{lamella}\n    x = 1\n    ```\n", []),
    ("  ```{lamella}\n  x = 1\n    y = 2\n z = 3\n  ```\n", ["x = 1\n  y = 2\nz = 3\n"]),
    ("```{ lamella }\nx\n```\n", ["x\n"]),
    ("```lamella\nx = 1\n```\n", []),
    ("```{=html}\n<b>\n```\n", []),
    ("```{.python}\nx\n```\n", []),
    ("```{lamella}\n```\n", [""]),
    ("```{lamella}\n\n\nx\n```", ["\n\nx\n"]),
    ("~~~{lamella}\n```\n~~~~\n", ["```\n"]),
    ("text\n```{lamella}\nσ = 1\n```\ntext\n", ["σ = 1\n"]),
    ("- item\n\n```{lamella}\nx\n```\n", ["x\n"]),
    ("```{lamella}\nx\n```\n\n```{lamella}\ny\n```\n", ["x\n", "y\n"]),
  ])
  func findsTheCellsOf(text: String, code: [String]) throws {
    let document = try read(text)
    #expect(document.cells.map(\.code.text) == code)
    #expect(NotebookWriter(document).bytes == Array(text.utf8))
  }

  /// Text, code of the error, the line it points at, and words of the message or hint.
  @Test(arguments: [
    ("---\ntitel: x\n---\n", "E0602", 2, "did you mean `title`?"),
    ("---\nlamella: 2\n---\n", "E0613", 2, "version 2"),
    ("---\nseed: -1\n---\n", "E0601", 2, "`-1`"),
    ("---\ntitle: [a\n---\n", "E0601", 3, "YAML"),
    ("---\ntitle: x\n", "E0601", 1, "not closed"),
    ("---\n- a\n---\n", "E0601", 2, "a list"),
    ("---\nparams: { n: { typ: int } }\n---\n", "E0602", 2, "did you mean `type`?"),
    ("---\nparams: { n: { type: integer } }\n---\n", "E0601", 2, "int, float, bool, str"),
    ("---\nparams:\n  n: { type: int, default: 0, min: 1 }\n---\n", "E0601", 3, "at least 1"),
    ("---\nparams:\n  n: { type: str, min: 1 }\n---\n", "E0601", 3, "n: min"),
    ("---\nfigures: { size: [4, 4] }\n---\n", "E0601", 2, "size"),
    ("---\ntitle: a\ntitle: b\n---\n", "E0601", 0, "given twice"),
    ("\n```{lamella}\n#| lable: x\n1\n```\n", "E0603", 3, "did you mean `label`?"),
    ("\n```{lamella}\n#| echo: maybe\n1\n```\n", "E0604", 3, "true or false"),
    ("```{lamella}\n#| error: E9999\n1\n```\n", "E0604", 2, "error code"),
    ("```{lamella}\n#| label: 3rd\n1\n```\n", "E0604", 2, "a letter first"),
    ("```{lamella}\n#| timeout: -3s\n1\n```\n", "E0604", 2, "30s"),
    ("```{lamella}\n#| a b\n1\n```\n", "E0604", 2, "YAML"),
    ("a\n\n```{lamella}\n1\n", "E0605", 3, "not closed"),
    ("```python\n1\n\n```{lamella}\n1\n", "E0605", 1, "not closed"),
    ("- a\n\n  ```{lamella}\n  1\n  ```\n", "E0605", 3, "list"),
    ("```{expect}\n1\n```\n", "E0606", 1, "no cell"),
    ("```{lamella}\n1\n```\n```{expect}\n1\n```\n```{expect}\n1\n```\n", "E0606", 7, "already"),
    ("```{lamella}\n#| eval: false\n1\n```\n```{expect}\n```\n", "E0606", 5, "not run"),
    ("```{lamella}\n1\n```\n```{expect} tol=1\n```\n", "E0602", 4, "did you mean `atol`?"),
    ("```{lamella}\n1\n```\n```{expect} rtol=x\n```\n", "E0604", 4, "`x`"),
    ("```{lamella}\n1\n```\n```{expect}\n/(/\n```\n", "E0604", 5, "regular expression"),
    ("```{lamela}\n1\n```\n", "E0603", 1, "did you mean `{lamella}`?"),
    ("```{python}\n1\n```\n", "E0603", 1, "```python"),
    ("```{lamella} echo=false\n1\n```\n", "E0603", 1, "echo=false"),
    (
      "```{lamella}\n#| label: a\n1\n```\n```{lamella}\n#| label: a\n1\n```\n", "E0607", 6,
      "two cells"
    ),
  ])
  func points(text: String, code: String, line: Int, words: String) throws {
    let errors = NotebookReader.read(bytes: Array(text.utf8), name: "a.nb").errors
    let error = try #require(errors.first)
    #expect(errors.count == 1)
    #expect(error.code.rawValue == code)
    #expect((error.message + (error.hint ?? "")).contains(words), "\(error.message)")
    let location = try #require(error.location)
    if line > 0 { #expect(location.source.position(of: Int(location.span.start)).line == line) }
  }

  @Test func reportsEveryProblemAtOnce() {
    let text = "---\ntitel: x\n---\n```{lamella}\n#| ech: no\n```\n```{python}\n```\n"
    let errors = NotebookReader.read(bytes: Array(text.utf8), name: "a.nb").errors
    #expect(errors.map(\.code.rawValue) == ["E0602", "E0603", "E0603"])
  }

  @Test func knowsOtherProgramsFiles() {
    let wolfram = "(* Content-type: application/vnd.wolfram.mathematica *)\n\n(*** Wolfram Notebook"
    #expect(codes(Array(wolfram.utf8)) == ["E0608"])
    #expect(codes(Array("Notebook[{Cell[1]}]".utf8)) == ["E0608"])
    #expect(codes(Array("{\"cells\": [], \"nbformat\": 4}".utf8)) == ["E0802"])
  }

  @Test func namesTheFirstByteThatIsNotUTF8() throws {
    let errors = NotebookReader.read(bytes: Array("é\n".utf8) + [0xE9, 0x20], name: "a.nb").errors
    let error = try #require(errors.first)
    #expect(error.code == .fileUnreadable)
    #expect(error.message.contains("offset 3"))
    #expect(codes([0xFF]) == ["E0802"])
    #expect(codes(Array("abc".utf8) + [0xE2, 0x82]) == ["E0802"])
  }

  @Test func survivesDeepAndLongYAML() {
    for text in [
      String(repeating: "[", count: 100_000), String(repeating: "- ", count: 30_000),
      String(repeating: "? ", count: 30_000),
      "a: &a [x]\nb: " + String(repeating: "{a: ", count: 500),
      "a: &a [1,1,1,1,1,1,1,1,1]\n"
        + (1...9).map { "k\($0): &b\($0) [*a, *a, *a]\n" }.joined(),
    ] {
      let file = "---\n\(text)\n---\n"
      #expect(codes(Array(file.utf8)).isEmpty == false)
    }
  }

  @Test func survivesEveryPrefixOfANotebook() {
    let bytes = Array(Self.sample.utf8)
    for count in 0...bytes.count {
      let result = NotebookReader.read(bytes: Array(bytes[..<count]), name: "a.nb")
      if let document = result.document {
        #expect(NotebookWriter(document).bytes == Array(bytes[..<count]))
      }
    }
  }

  private func codes(_ bytes: [UInt8]) -> [String] {
    NotebookReader.read(bytes: bytes, name: "a.nb").errors.map(\.code.rawValue)
  }
}

/// Reads a notebook that is well formed.
func read(_ text: String, name: String = "a.nb") throws -> NotebookDocument {
  let result = NotebookReader.read(bytes: Array(text.utf8), name: name)
  for error in result.errors { Issue.record("\(error.code.rawValue): \(error.message)") }
  return try #require(result.document)
}
