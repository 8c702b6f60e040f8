internal import Diagnostics
internal import Digest
internal import Runtime

/// GitHub-flavoured Markdown: the prose as written, code and outputs fenced, figures as links to
/// their files.
///
/// Two runs of a notebook give the same bytes but for the last line, which holds the time.
enum MarkdownExporter {
  static let exporter = Exporter(
    name: "md", summary: "GitHub-flavoured Markdown with figures in files", fileEnding: "md",
    linksFigures: true,
    page: { run, context in page(run, context) })

  static func page(_ run: RunResult, _ context: ExportContext) -> String {
    let document = run.document
    let bytes = document.source.bytes
    var text = header(document.frontMatter)
    var position = document.bodyStart
    for result in run.cells {
      let fence = result.cell.fence.whole
      text += String(decoding: bytes[position..<fence.lowerBound], as: UTF8.self)
      text += cell(result, context)
      position = fence.upperBound
      if let claim = result.cell.claim {
        let before = String(
          decoding: bytes[position..<claim.fence.whole.lowerBound], as: UTF8.self)
        text += before.trimmed.isEmpty ? "" : before
        position = claim.fence.whole.upperBound
      }
    }
    text += String(decoding: bytes[position...], as: UTF8.self)
    return collapsed(text) + "\n\n" + footer(run, context)
  }

  private static func header(_ matter: FrontMatter) -> String {
    var lines: [String] = []
    if let title = matter.title { lines.append("# \(title.replacing("<", with: "\\<"))") }
    if let subtitle = matter.subtitle { lines.append(subtitle) }
    let byline = matter.authors + [matter.date].compactMap { $0 }
    if !byline.isEmpty { lines.append(byline.joined(separator: " · ")) }
    if let description = matter.description { lines.append(description) }
    return lines.isEmpty ? "" : lines.joined(separator: "\n\n") + "\n\n"
  }

  // MARK: - Cells

  private static func cell(_ result: CellResult, _ context: ExportContext) -> String {
    let options = result.cell.options
    guard options.isIncluded || result.status == .failed else { return "" }
    var blocks: [String] = []
    if options.showsCode {
      blocks.append(fenced(result.cell.code.text, info: result.cell.language.rawValue))
    }
    if options.showsOutput, options.isIncluded {
      var figure = 0
      for piece in result.pieces {
        switch piece {
        case .output(let output):
          blocks.append(fenced(output, info: "text"))
        case .item(let item) where item.isFigure:
          blocks += figureBlocks(item, result, figure, context)
          figure += 1
        case .item(let item):
          blocks.append(fenced(item.plainText, info: "text"))
        case .warning(let warning):
          blocks.append(fenced(DiagnosticRenderer.render(warning, colour: false), info: "text"))
        }
      }
    }
    if result.status == .failed || options.showsOutput {
      blocks += result.errors.map {
        fenced(DiagnosticRenderer.render($0, colour: false), info: "text")
      }
    }
    switch result.status {
    case .notReached: blocks.append("*Not run: the run ended before this cell.*")
    case .skipped:
      let missing = result.missing.map {
        ": it needs `\($0.name)`, which \($0.cell) did not define"
      }
      blocks.append("*Not run\(missing ?? "").*")
    case .done, .failed, .notEvaluated: break
    }
    return blocks.joined(separator: "\n\n")
  }

  private static func figureBlocks(
    _ item: DisplayItem, _ result: CellResult, _ index: Int, _ context: ExportContext
  ) -> [String] {
    guard let picture = item.picture else { return [fenced(item.plainText, info: "text")] }
    let alternative = result.cell.options.figureAlternative ?? item.alternativeText ?? "Figure"
    let file = "\(context.figureFolder)/\(result.figureName(index, picture.ending))"
    let image = "![\(escapedLabel(alternative))](<\(file)>)"
    guard index == 0, let caption = result.cell.options.figureCaption else { return [image] }
    return [image, caption]
  }

  private static func escapedLabel(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("[", with: "\\[").replacing("]", with: "\\]")
      .replacing("\n", with: " ")
  }

  /// A fence that its content cannot close.
  private static func fenced(_ text: String, info: String) -> String {
    var text = text
    while text.hasSuffix("\n") { text.removeLast() }
    let lines: [Substring] = text.split(separator: "\n")
    let longest = lines.map { $0.trimmingSpaces.prefix { $0 == "`" }.count }.max() ?? 0
    let mark = String(repeating: "`", count: max(3, longest + 1))
    return "\(mark)\(info)\n\(text)\n\(mark)"
  }

  /// Without the runs of empty lines that cells left out leave behind.
  private static func collapsed(_ text: String) -> String {
    var lines: [Substring] = []
    var isInFence: Substring?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let line = line.hasSuffix("\r") ? line.dropLast() : line
      let mark = line.drop { $0 == " " }.prefix { $0 == "`" || $0 == "~" }
      if let open = isInFence {
        if mark.hasPrefix(open), line.trimmingSpaces == mark { isInFence = nil }
      } else {
        if mark.count >= 3 { isInFence = mark }
        if line.isEmpty, lines.last?.isEmpty ?? true { continue }
      }
      lines.append(line)
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines.joined(separator: "\n")
  }

  private static func footer(_ run: RunResult, _ context: ExportContext) -> String {
    var lines = [
      "Notebook: \(run.document.fileName)",
      "SHA-256: \(SHA256.hexDigest(of: run.document.source.bytes))", "Seed: \(run.seed)",
    ]
    if !run.parameters.isEmpty {
      let values = run.parameters.map { "\($0.name) = \($0.value.text)" }
      lines.append("Parameters: `\(values.joined(separator: ", "))`")
    }
    if !context.versions.isEmpty {
      let versions = context.versions.map { "\($0.program) \($0.version)" }
      lines.append("Made with: \(versions.joined(separator: ", "))")
    }
    if run.ending != .done { lines.append("The run ended early: \(run.ending.word)") }
    let seconds = run.cells.reduce(0) { $0 + $1.seconds }
    lines.append("Time: \(HTMLFooter.duration(seconds))")
    return "---\n\n" + lines.map { "- \($0)\n" }.joined()
  }
}

extension Substring {
  fileprivate var trimmingSpaces: Substring {
    var text = drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return text
  }
}
