internal import Diagnostics
internal import Runtime

/// Cells and what they showed, as HTML.
struct HTMLCells {
  let context: ExportContext
  let run: RunResult

  /// The HTML that takes the place of a cell's fence; empty when the cell is not included.
  func html(_ result: CellResult) -> String {
    let options = result.cell.options
    // An error is always shown, whatever the options say.
    guard options.isIncluded || result.status == .failed else { return "" }
    var parts: [String] = []
    if options.showsCode { parts.append(code(result)) }
    let output = output(result)
    if !output.isEmpty { parts.append("<div class=\"output\">\n\(output)\n</div>") }
    guard !parts.isEmpty else { return "" }
    let identifier = HTMLText.escape(result.anchor)
    let kind = result.status == .done ? "cell" : "cell \(className(result.status))"
    return
      "<section class=\"\(kind)\" id=\"\(identifier)\">\n\(parts.joined(separator: "\n"))\n</section>"
  }

  private func className(_ status: CellResult.Status) -> String {
    switch status {
    case .done: "done"
    case .failed: "failed"
    case .skipped, .notReached: "not-run"
    case .notEvaluated: "not-evaluated"
    }
  }

  private func code(_ result: CellResult) -> String {
    var text = result.cell.code.text
    while text.hasSuffix("\n") { text.removeLast() }
    let html =
      switch result.cell.language {
      case .lamella: CodeHighlighter.html(for: text)
      case .gnuplot: HTMLText.escape(text)
      }
    let identifier = HTMLText.escape(result.anchor)
    let name = HTMLText.escape(result.cell.options.label ?? "\(result.cell.ordinal)")
    return "<div class=\"source\"><a class=\"name\" href=\"#\(identifier)\" "
      + "aria-label=\"\(HTMLText.escape(result.cell.title))\">\(name)</a>"
      + "<pre class=\"code\" tabindex=\"0\"><code>\(html)</code></pre></div>"
  }

  // MARK: - Output

  private func output(_ result: CellResult) -> String {
    var parts: [String] = []
    if result.cell.options.showsOutput, result.cell.options.isIncluded {
      var figure = 0
      for piece in result.pieces {
        switch piece {
        case .output(let text):
          parts.append(preformatted(text, kind: "printed"))
        case .item(let item) where item.isFigure:
          parts.append(figureHTML(item, result, index: figure))
          figure += 1
        case .item(let item):
          parts.append(preformatted(item.plainText, kind: "value"))
        case .warning(let warning):
          parts.append(diagnostic(warning))
        }
      }
    }
    let showsErrors = result.status == .failed || result.cell.options.showsOutput
    if showsErrors { parts += result.errors.map(diagnostic) }
    if let note = note(result) { parts.append("<p class=\"note\">\(note)</p>") }
    if result.cell.options.showsOutput, let claim = result.claim {
      parts.append(claimHTML(claim))
    }
    return parts.joined(separator: "\n")
  }

  private func preformatted(_ text: String, kind: String) -> String {
    var text = text
    while text.hasSuffix("\n") { text.removeLast() }
    return "<pre class=\"\(kind)\" tabindex=\"0\">\(HTMLText.escape(text))</pre>"
  }

  /// The text of a diagnostic as the terminal shows it, its first line and hint set apart.
  private func diagnostic(_ diagnostic: Diagnostic) -> String {
    let text = DiagnosticRenderer.render(diagnostic, colour: false)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let head = HTMLText.escape(lines.first ?? "")
    let rest = HTMLText.escape(lines.dropFirst().joined(separator: "\n"))
    return
      "<pre class=\"diagnostic \(diagnostic.severity.rawValue)\" tabindex=\"0\"><strong>\(head)</strong>"
      + (rest.isEmpty ? "" : "\n\(rest)") + "</pre>"
  }

  private func note(_ result: CellResult) -> String? {
    switch result.status {
    case .done, .failed:
      return nil
    case .notEvaluated:
      return result.cell.options.showsCode ? nil : ""
    case .notReached:
      return "Not run: the run ended before this cell."
    case .skipped:
      guard let missing = result.missing else { return "Not run." }
      return "Not run: it needs <code>\(HTMLText.escape(missing.name))</code>, "
        + "which \(HTMLText.escape(missing.cell)) did not define."
    }
  }

  private func claimHTML(_ claim: ClaimOutcome) -> String {
    guard !claim.isMet else {
      return
        "<p class=\"claim holds\" title=\"This output is claimed in the notebook and checked.\">"
        + "as claimed</p>"
    }
    let lines = (claim.difference ?? []).map { line in
      let name = line.side == .claimed ? "del" : line.side == .shown ? "ins" : "span"
      return "<\(name)>\(line.side.rawValue) \(HTMLText.escape(line.text))</\(name)>"
    }
    let figures = claim.figures.map { figure in
      "figure \(figure.number): claimed \(figure.claimed ?? "none"), shown "
        + "\(figure.hash.map { String($0.prefix(ClaimOutcome.writtenDigits)) } ?? "none")"
    }
    let text = (lines + figures.map(HTMLText.escape)).joined(separator: "\n")
    return
      "<details class=\"claim differs\" open><summary>differs from what the notebook claims</summary>"
      + "<pre tabindex=\"0\">\(text)</pre></details>"
  }

  // MARK: - Figures

  private func figureHTML(_ item: DisplayItem, _ result: CellResult, index: Int) -> String {
    let options = result.cell.options
    let alternative = HTMLText.escape(options.figureAlternative ?? item.alternativeText ?? "Figure")
    var picture = preformatted(item.plainText, kind: "value")
    if let svg = item.data(FigureFormat.svg.mimeType) {
      let prefix = "f\(result.cell.ordinal)-\(index + 1)"
      if let element = InlineSVG.element(svg, prefix: prefix) {
        picture =
          "<div class=\"picture\" role=\"img\" aria-label=\"\(alternative)\">\(element)</div>"
      } else {
        picture = image(svg, .svg, alternative)
      }
    } else if let png = item.data(FigureFormat.png.mimeType) {
      picture = image(png, .png, alternative)
    }
    var caption = ""
    if let text = options.figureCaption, index == 0 {
      let markdown = MarkdownRenderer(cells: [], folder: context.notebookFolder)
      caption = "\n<figcaption>\(markdown.renderInline(text))</figcaption>"
    }
    return "<figure>\n\(picture)\(caption)\n</figure>"
  }

  private func image(_ data: [UInt8], _ format: FigureFormat, _ alternative: String) -> String {
    let address = PictureFile.address(data, type: format.mimeType)
    return "<div class=\"picture\"><img src=\"\(address)\" alt=\"\(alternative)\"></div>"
  }
}
