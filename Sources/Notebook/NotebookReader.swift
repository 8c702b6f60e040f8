package import Diagnostics

/// Reads notebooks: front matter, cells, options, claims, every problem with its place in the file.
///
/// Pure: the same bytes give the same answer, whatever they are. The result holds every problem
/// found; with one, the
/// notebook is not run.
package enum NotebookReader {
  package struct Result: Sendable {
    /// nil when the file is no notebook at all (not UTF-8, another program's format).
    package let document: NotebookDocument?
    /// In the order of the file; empty when the notebook is well formed.
    package let errors: [Diagnostic]
  }

  /// - Parameters:
  ///   - bytes: the file.
  ///   - name: how messages name it.
  /// - Complexity: O(bytes).
  package static func read(bytes: [UInt8], name: String) -> Result {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let source = SourceText(name: name, text: "")
      let offset = firstInvalidOffset(in: bytes)
      return reject(source, .notUTF8(offset: offset))
    }
    let source = SourceText(name: name, text: text)
    if let foreign = foreignFormat(of: source.bytes) { return reject(source, foreign) }
    var reading = Reading(source: source)
    reading.readFrontMatter()
    reading.readCells()
    let errors = reading.problems.sorted { $0.span.start < $1.span.start }
    return Result(
      document: NotebookDocument(
        source: source, frontMatter: reading.frontMatter, bodyStart: reading.bodyStart,
        cells: reading.cells),
      errors: errors.map { $0.diagnostic(in: source) })
  }

  private static func reject(_ source: SourceText, _ kind: NotebookProblem.Kind) -> Result {
    Result(
      document: nil, errors: [NotebookProblem(kind, at: .zero).diagnostic(in: source)])
  }

  /// The offset of the first byte that does not belong to UTF-8 text.
  private static func firstInvalidOffset(in bytes: [UInt8]) -> Int {
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var offset = 0
    while true {
      switch parser.parseScalar(from: &iterator) {
      case .valid(let scalar): offset += scalar.count
      case .error, .emptyInput: return offset
      }
    }
  }

  /// Files of other programs that people will give by mistake.
  private static func foreignFormat(of bytes: [UInt8]) -> NotebookProblem.Kind? {
    let head = String(decoding: bytes.prefix(2000), as: UTF8.self)
    let start = head.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
    let lower = start.lowercased()
    if start.hasPrefix("Notebook[{") { return .wolframNotebook }
    if start.hasPrefix("(*"), lower.contains("wolfram") || lower.contains("mathematica") {
      return .wolframNotebook
    }
    if start.hasPrefix("{"), start.contains("\"cells\"") || start.contains("\"nbformat\"") {
      return .jupyterNotebook
    }
    return nil
  }
}

/// One reading of a file: what has been found so far.
struct Reading {
  let source: SourceText
  var frontMatter = FrontMatter()
  var bodyStart = 0
  var cells: [Cell] = []
  var problems: [NotebookProblem] = []

  init(source: SourceText) {
    self.source = source
    if source.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bodyStart = 3 }
  }

  /// Reads what stands between a first line `---` and the next line `---` or `...`.
  mutating func readFrontMatter() {
    let lines = LineTable(source.bytes[bodyStart...])
    guard Self.trimmedEnd(lines.text(0)) == "---" else { return }
    let opening = lines.range(0)
    guard
      let closing = (1..<max(1, lines.count)).first(where: {
        ["---", "..."].contains(Self.trimmedEnd(lines.text($0)))
      })
    else {
      problems.append(
        NotebookProblem(.frontMatterUnclosed, at: Span(opening.lowerBound, opening.upperBound)))
      bodyStart = source.bytes.count
      return
    }
    bodyStart = lines.fullRange(closing).upperBound
    let range = lines.fullRange(1).lowerBound..<lines.range(closing).lowerBound
    let text = String(decoding: source.bytes[range], as: UTF8.self)
    do {
      let yaml = try YAMLValue.read(text, place: .frontMatter) {
        lines.offset(line: $0 + 1, scalarColumn: $1)
      }
      if let yaml { frontMatter = try FrontMatter(yaml) }
    } catch {
      problems.append(error)
    }
  }

  static func trimmedEnd(_ text: String) -> Substring {
    var text = text[...]
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return text
  }
}
