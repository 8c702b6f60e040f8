package import Diagnostics

/// A notebook as written: its text, its front matter, its cells with their options and claims.
///
/// Everything points into `source`, the file byte for byte, so that writing the document back
/// without a change gives the same
/// file. What happened in a run is kept apart, in `RunResult`.
package struct NotebookDocument: Sendable {
  /// The whole file; offsets of the document are offsets into its bytes.
  package let source: SourceText
  package let frontMatter: FrontMatter
  /// Where the Markdown begins: after a byte order mark and the front matter.
  package let bodyStart: Int
  package let cells: [Cell]

  package init(source: SourceText, frontMatter: FrontMatter, bodyStart: Int, cells: [Cell]) {
    self.source = source
    self.frontMatter = frontMatter
    self.bodyStart = bodyStart
    self.cells = cells
  }

  /// The file's name without its folder, so that an export does not depend on where it was made.
  package var fileName: String {
    source.name.split(separator: "/").last.map(String.init) ?? source.name
  }

  /// Whether the file ends its lines with CR LF.
  package var usesCarriageReturns: Bool {
    guard let end = source.bytes.firstIndex(of: UInt8(ascii: "\n")), end > 0 else { return false }
    return source.bytes[end - 1] == UInt8(ascii: "\r")
  }
}

/// A fenced cell that is run.
package struct Cell: Sendable {
  package enum Language: String, CaseIterable, Sendable {
    case lamella, gnuplot
  }

  /// Its place among the cells, from 1.
  package let ordinal: Int
  package let language: Language
  package let options: CellOptions
  /// What is run: the lines after the `#|` options, without the fence's indentation, ended by `\n`.
  /// Lines are numbered as in
  /// the file.
  package let code: SourceText
  package let fence: Fence
  package let claim: Claim?

  package init(
    ordinal: Int, language: Language, options: CellOptions, code: SourceText, fence: Fence,
    claim: Claim? = nil
  ) {
    self.ordinal = ordinal
    self.language = language
    self.options = options
    self.code = code
    self.fence = fence
    self.claim = claim
  }

  /// The label, or the ordinal when there is none. Unique in a notebook: a label begins with a
  /// letter.
  package var name: String { options.label ?? String(ordinal) }

  /// As messages name it: `cell "forward"`, `cell 3`.
  package var title: String { options.label.map { "cell \"\($0)\"" } ?? "cell \(ordinal)" }

  func with(_ claim: Claim) -> Cell {
    Cell(
      ordinal: ordinal, language: language, options: options, code: code, fence: fence,
      claim: claim)
  }
}

/// Where a fenced block stands in the file, in byte offsets.
package struct Fence: Sendable {
  /// From the start of the opening line to the end of the closing one, its line end left out.
  package let whole: Range<Int>
  /// The lines between, with their line ends.
  package let content: Range<Int>
  /// `content` after the `#|` option lines.
  package let body: Range<Int>
  /// The opening line's text after the fence characters.
  package let info: Range<Int>
  /// Spaces before the fence: 0 to 3.
  package let indentation: Int

  package init(
    whole: Range<Int>, content: Range<Int>, body: Range<Int>, info: Range<Int>, indentation: Int
  ) {
    self.whole = whole
    self.content = content
    self.body = body
    self.info = info
    self.indentation = indentation
  }
}

/// What a cell is claimed to show: the lines of an `expect` fence.
package struct Claim: Sendable {
  package let fence: Fence
  /// Without the fence's indentation.
  package let lines: [String]
  /// nil: not written on the fence, so 1e-6, and whole numbers must be equal.
  package let rtol: Double?
  package let atol: Double

  package init(fence: Fence, lines: [String], rtol: Double?, atol: Double) {
    self.fence = fence
    self.lines = lines
    self.rtol = rtol
    self.atol = atol
  }
}
