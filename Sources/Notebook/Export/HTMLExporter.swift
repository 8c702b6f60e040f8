internal import Diagnostics
internal import Runtime

/// One self-contained HTML file: no network, no JavaScript, light and dark, fit for print.
///
/// Two runs of a notebook give the same bytes but for the element with the id `times`.
enum HTMLExporter {
  static let exporter = Exporter(
    name: "html", summary: "one self-contained page", fileEnding: "html", linksFigures: false,
    page: { run, context in page(run, context) })

  static func page(_ run: RunResult, _ context: ExportContext) -> String {
    let document = run.document
    let matter = document.frontMatter
    let cells = HTMLCells(context: context, run: run)
    let markdown = MarkdownRenderer(
      cells: run.cells.map(cells.html), folder: context.notebookFolder)
    let body = markdown.render(document.source.bytes[document.bodyStart...])
    let contents = contents(body.headings)
    let title =
      matter.title ?? body.headings.first(where: { $0.level == 1 })?.plain ?? document.fileName
    return """
      <!doctype html>
      <html lang="\(matter.language)">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="generator" content="Lamella">
      <meta name="color-scheme" content="light dark">
      <title>\(HTMLText.escape(title))</title>
      <style>
      \(HTMLStyle.css)</style>
      </head>
      <body\(contents.isEmpty ? "" : " class=\"has-contents\"")>
      \(contents)<main>
      \(header(matter, markdown))\(banner(run))\(body.html)\(HTMLFooter.html(run, context))</main>
      </body>
      </html>

      """
  }

  /// Title, subtitle, authors and date; empty when the front matter has none.
  private static func header(_ matter: FrontMatter, _ markdown: MarkdownRenderer) -> String {
    var lines: [String] = []
    if let title = matter.title {
      lines.append("<h1 class=\"title\">\(markdown.renderInline(title))</h1>")
    }
    if let subtitle = matter.subtitle {
      lines.append("<p class=\"subtitle\">\(markdown.renderInline(subtitle))</p>")
    }
    let byline = (matter.authors + [matter.date].compactMap { $0 }).map(HTMLText.escape)
    if !byline.isEmpty {
      lines.append("<p class=\"byline\">\(byline.joined(separator: " <span>·</span> "))</p>")
    }
    if let description = matter.description {
      lines.append("<p class=\"description\">\(markdown.renderInline(description))</p>")
    }
    return lines.isEmpty ? "" : "<header>\n\(lines.joined(separator: "\n"))\n</header>\n"
  }

  /// What a reader must know first when a run did not come to its end.
  private static func banner(_ run: RunResult) -> String {
    let failed = run.cells.filter { $0.status == .failed }
    guard run.ending != .done || !failed.isEmpty else { return "" }
    let links = failed.map {
      "<a href=\"#\(HTMLText.escape($0.anchor))\">\(HTMLText.escape($0.cell.title))</a>"
    }
    let cause =
      switch run.ending {
      case .interrupted: "This run was interrupted."
      case .timedOut: "This run was stopped by a time limit: \(links.joined(separator: ", "))."
      case .done, .failed:
        "This run failed in \(links.joined(separator: ", "))."
      }
    let missing = run.cells.count { $0.status == .notReached || $0.status == .skipped }
    let rest =
      missing == 0 ? "" : " \(missing) \(missing == 1 ? "cell was" : "cells were") not run."
    return "<p class=\"banner\" role=\"alert\">\(cause)\(rest)</p>\n"
  }

  /// The table of contents of a page with four headings or more: beside the text on a wide screen,
  /// folded above it on a
  /// narrow one.
  private static func contents(_ headings: [MarkdownRenderer.Heading]) -> String {
    guard headings.count >= 4 else { return "" }
    let top = headings.map(\.level).min() ?? 1
    // A single heading of the highest level is the page's title.
    let isTitled = headings.count { $0.level == top } == 1 && headings.first?.level == top
    let base = isTitled ? top + 1 : top
    let entries = headings.filter { $0.level >= base && $0.level < base + 3 }
    guard entries.count >= 3 else { return "" }
    let items = entries.map { heading in
      "<li class=\"level-\(heading.level - base + 1)\"><a href=\"#\(HTMLText.escape(heading.identifier))\">"
        + "\(heading.html)</a></li>"
    }
    let list = "<ul>\n\(items.joined(separator: "\n"))\n</ul>"
    return """
      <nav class="contents wide" aria-label="Contents">
      \(list)
      </nav>
      <details class="contents narrow">
      <summary>Contents</summary>
      <nav aria-label="Contents">
      \(list)
      </nav>
      </details>

      """
  }
}

extension MarkdownRenderer.Heading {
  /// The heading without tags, for the title of the window.
  fileprivate var plain: String {
    var text = ""
    var isInTag = false
    for character in html {
      if character == "<" { isInTag = true }
      if !isInTag { text.append(character) }
      if character == ">" { isInTag = false }
    }
    return text.replacing("&amp;", with: "&").replacing("&lt;", with: "<")
      .replacing("&gt;", with: ">").replacing("&quot;", with: "\"").replacing("&#39;", with: "'")
  }
}
