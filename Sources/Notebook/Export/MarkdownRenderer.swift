internal import CMarkdown
internal import Foundation

/// Turns a notebook's Markdown into HTML, its cells and formulas in their places.
///
/// The Markdown is GitHub's: tables, task lists, strikethrough, autolinks, footnotes; quotes and
/// dashes become typographic.
/// Raw HTML is shown as text, but for comments, which vanish, and a few tags without attributes
/// (`<br>`, `<sub>`, `<sup>`,
/// `<kbd>`, `<mark>`). Pictures in files beside the notebook are taken into the page; others become
/// links.
struct MarkdownRenderer {
  struct Heading: Sendable {
    let level: Int
    let identifier: String
    /// The text, formulas and code included.
    let html: String
  }

  struct Page: Sendable {
    let html: String
    let headings: [Heading]
  }

  /// The HTML that takes the place of a cell's fence, in the order of the cells.
  let cells: [String]
  /// The notebook's folder.
  let folder: String

  private static let extensions = ["table", "strikethrough", "autolink", "tasklist"]
  private static let isRegistered: Bool = {
    cmark_gfm_core_extensions_ensure_registered()
    return true
  }()

  /// Renders the Markdown of `bytes`.
  func render(_ bytes: ArraySlice<UInt8>) -> Page {
    let mathematics = Mathematics(bytes, fences: MarkdownFence.scan(bytes))
    let formulas = MathML.html(for: mathematics.formulas)
    guard Self.isRegistered,
      let parser = cmark_parser_new(CMARK_OPT_SMART | CMARK_OPT_FOOTNOTES)
    else { return Page(html: "", headings: []) }
    defer { cmark_parser_free(parser) }
    for name in Self.extensions {
      if let syntax = cmark_find_syntax_extension(name) {
        cmark_parser_attach_syntax_extension(parser, syntax)
      }
    }
    cmark_parser_feed(parser, mathematics.text, mathematics.text.utf8.count)
    guard let document = cmark_parser_finish(parser) else { return Page(html: "", headings: []) }
    defer { cmark_node_free(document) }
    cmark_consolidate_text_nodes(document)
    var walk = MarkdownWalk(
      mathematics: mathematics, formulas: formulas, cells: cells, folder: folder)
    walk.rewrite(document)
    guard
      let output = cmark_render_html(
        document, CMARK_OPT_DEFAULT, cmark_parser_get_syntax_extensions(parser))
    else { return Page(html: "", headings: []) }
    defer { free(output) }
    return Page(html: walk.filled(String(cString: output)), headings: walk.headings)
  }

  /// A line of Markdown, such as a caption, without the paragraph around it.
  func renderInline(_ text: String) -> String {
    let html = render(Array(text.utf8)[...]).html.trimmed
    guard html.hasPrefix("<p>"), html.hasSuffix("</p>"), html.dropFirst(3).contains("<p>") == false
    else { return html }
    return String(html.dropFirst(3).dropLast(4))
  }
}

/// Rewrites a parsed document: cells, formulas, headings, pictures, raw HTML.
private struct MarkdownWalk {
  typealias Node = OpaquePointer

  let mathematics: Mathematics
  let formulas: [String]
  let cells: [String]
  let folder: String
  var headings: [MarkdownRenderer.Heading] = []
  private var nextCell = 0
  /// HTML that stands behind the marks from `formulas.count` on.
  private var snippets: [String] = []
  private var identifiers: [String: Int] = [:]

  init(mathematics: Mathematics, formulas: [String], cells: [String], folder: String) {
    self.mathematics = mathematics
    self.formulas = formulas
    self.cells = cells
    self.folder = folder
  }

  mutating func rewrite(_ document: Node) {
    var nodes: [Node] = []
    guard let iterator = cmark_iter_new(document) else { return }
    while true {
      let event = cmark_iter_next(iterator)
      if event == CMARK_EVENT_DONE { break }
      // Children before parents, so that a heading or picture sees its finished text.
      if event == CMARK_EVENT_EXIT || isLeaf(cmark_iter_get_node(iterator)),
        let node = cmark_iter_get_node(iterator)
      {
        nodes.append(node)
      }
    }
    cmark_iter_free(iterator)
    for node in nodes { rewriteOne(node, in: document) }
  }

  private func isLeaf(_ node: Node?) -> Bool {
    guard let node else { return false }
    let type = cmark_node_get_type(node)
    return [
      CMARK_NODE_TEXT, CMARK_NODE_CODE, CMARK_NODE_CODE_BLOCK, CMARK_NODE_HTML_BLOCK,
      CMARK_NODE_HTML_INLINE,
    ].contains { $0 == type }
  }

  private mutating func rewriteOne(_ node: Node, in document: Node) {
    let type = cmark_node_get_type(node)
    if type == CMARK_NODE_CODE {
      cmark_node_set_literal(node, mathematics.restored(literal(node)))
    } else if type == CMARK_NODE_CODE_BLOCK {
      rewriteCode(node, isTopLevel: cmark_node_parent(node) == document)
    } else if type == CMARK_NODE_HTML_BLOCK {
      rewriteHTMLBlock(node)
    } else if type == CMARK_NODE_HTML_INLINE {
      rewriteHTMLInline(node)
    } else if type == CMARK_NODE_LINK {
      cmark_node_set_url(node, mathematics.restored(string(cmark_node_get_url(node))))
      cmark_node_set_title(node, mathematics.restored(string(cmark_node_get_title(node))))
    } else if type == CMARK_NODE_IMAGE {
      rewriteImage(node)
    } else if type == CMARK_NODE_HEADING {
      rewriteHeading(node)
    }
  }

  private func literal(_ node: Node) -> String { string(cmark_node_get_literal(node)) }

  private func string(_ pointer: UnsafePointer<CChar>?) -> String {
    pointer.map { String(cString: $0) } ?? ""
  }

  /// Puts HTML in the place of a block.
  private func replaceBlock(_ node: Node, withHTML html: String) {
    guard let new = cmark_node_new(CMARK_NODE_CUSTOM_BLOCK) else { return }
    cmark_node_set_on_enter(new, html)
    cmark_node_insert_before(node, new)
    remove(node)
  }

  /// Puts HTML in the place of an inline node: a text with a mark, filled in when all is rendered.
  /// (Not every parent, such as
  /// the cell of a table, takes custom nodes.)
  private mutating func replaceInline(_ node: Node, withHTML html: String) {
    guard let new = makeText(html: html) else { return }
    cmark_node_insert_before(node, new)
    remove(node)
  }

  private mutating func makeText(html: String) -> Node? {
    guard let new = cmark_node_new(CMARK_NODE_TEXT) else { return nil }
    cmark_node_set_literal(new, mathematics.mark(formulas.count + snippets.count))
    snippets.append(html)
    return new
  }

  private func remove(_ node: Node) {
    cmark_node_unlink(node)
    cmark_node_free(node)
  }

  /// The HTML with formulas and snippets in place of their marks.
  func filled(_ html: String) -> String {
    mathematics.parts(of: html).map { part in
      switch part {
      case .text(let text): return text
      case .formula(let index):
        if index < formulas.count { return formulas[index] }
        let snippet = index - formulas.count
        return snippets.indices.contains(snippet) ? snippets[snippet] : ""
      }
    }.joined()
  }

  private mutating func rewriteCode(_ node: Node, isTopLevel: Bool) {
    let info = string(cmark_node_get_fence_info(node))
    let marks: Set<Character> = ["{", " ", "."]
    let name = String(info.drop { marks.contains($0) }.prefix { $0.isLetter })
    if isTopLevel, info.hasPrefix("{") {
      if Cell.Language(rawValue: name) != nil {
        replaceBlock(node, withHTML: nextCell < cells.count ? cells[nextCell] : "")
        nextCell += 1
        return
      }
      if name == "expect" {
        remove(node)
        return
      }
    }
    var code = mathematics.restored(literal(node))
    while code.hasSuffix("\n") { code.removeLast() }
    let html =
      name == "lamella" ? CodeHighlighter.html(for: code) : HTMLText.escape(code)
    replaceBlock(node, withHTML: "<pre class=\"code\" tabindex=\"0\"><code>\(html)</code></pre>")
  }

  // MARK: - Raw HTML

  private func rewriteHTMLBlock(_ node: Node) {
    let text = mathematics.restored(literal(node)).trimmed
    if text.hasPrefix("<!--"), text.hasSuffix("-->") {
      remove(node)
    } else {
      replaceBlock(node, withHTML: "<p class=\"raw-html\">\(HTMLText.escape(text))</p>")
    }
  }

  private static let plainTags: Set<String> = [
    "<br>", "<br/>", "<br />", "<sub>", "</sub>", "<sup>", "</sup>", "<kbd>", "</kbd>", "<mark>",
    "</mark>",
  ]

  private mutating func rewriteHTMLInline(_ node: Node) {
    let text = mathematics.restored(literal(node))
    if Self.plainTags.contains(text.lowercased()) {
      replaceInline(node, withHTML: text.lowercased())
    } else if text.hasPrefix("<!--") {
      remove(node)
    } else {
      replaceInline(node, withHTML: HTMLText.escape(text))
    }
  }

  // MARK: - Pictures

  private mutating func rewriteImage(_ node: Node) {
    let url = mathematics.restored(string(cmark_node_get_url(node)))
    let title = mathematics.restored(string(cmark_node_get_title(node)))
    let alternative = HTMLText.escape(plainText(of: node))
    let caption = title.isEmpty ? "" : " title=\"\(HTMLText.escape(title))\""
    if let data = PictureFile.dataAddress(of: url, folder: folder) {
      replaceInline(node, withHTML: "<img src=\"\(data)\" alt=\"\(alternative)\"\(caption)>")
      return
    }
    let isWeb = url.hasPrefix("http://") || url.hasPrefix("https://")
    let label = alternative.isEmpty ? HTMLText.escape(url) : alternative
    replaceInline(
      node,
      withHTML: isWeb
        ? "<a href=\"\(HTMLText.escape(url))\"\(caption)>\(label)</a>"
        : "<span class=\"missing\">[picture: \(label)]</span>")
  }

  /// The text of a node's children; formulas as TeX.
  private func plainText(of node: Node) -> String {
    var text = ""
    var child = cmark_node_first_child(node)
    while let current = child {
      let type = cmark_node_get_type(current)
      if type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE {
        text += mathematics.restored(literal(current))
      } else if type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK {
        text += " "
      } else {
        text += plainText(of: current)
      }
      child = cmark_node_next(current)
    }
    return text
  }

  // MARK: - Headings

  private mutating func rewriteHeading(_ node: Node) {
    let slug = HTMLText.slug(plainText(of: node))
    let base = slug.isEmpty ? "section" : slug
    let count = identifiers[base, default: 0]
    identifiers[base] = count + 1
    // Cells have the anchors `cell-…`; no heading gets one.
    let identifier = (base.hasPrefix("cell-") ? "s-" : "") + base + (count == 0 ? "" : "-\(count)")
    headings.append(
      MarkdownRenderer.Heading(
        level: Int(cmark_node_get_heading_level(node)), identifier: identifier,
        html: inlineHTML(of: node)))
    let anchor = makeText(
      html: "<a class=\"anchor\" id=\"\(identifier)\" href=\"#\(identifier)\" aria-hidden=\"true\" "
        + "tabindex=\"-1\">#</a>")
    if let anchor { cmark_node_prepend_child(node, anchor) }
  }

  /// The text of a heading for the table of contents: links and emphasis dropped.
  private func inlineHTML(of node: Node) -> String {
    var html = ""
    var child = cmark_node_first_child(node)
    while let current = child {
      let type = cmark_node_get_type(current)
      if type == CMARK_NODE_TEXT {
        html += filled(HTMLText.escape(literal(current)))
      } else if type == CMARK_NODE_CODE {
        html += "<code>\(HTMLText.escape(literal(current)))</code>"
      } else if type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK {
        html += " "
      } else {
        html += inlineHTML(of: current)
      }
      child = cmark_node_next(current)
    }
    return html
  }
}
