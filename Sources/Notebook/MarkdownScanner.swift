internal import CMarkdown

/// A fenced block of a Markdown text, found by the CommonMark parser, so that a fence counts
/// exactly when every viewer of
/// Markdown takes it for one: not inside a longer fence, an HTML comment or an indented block.
struct MarkdownFence: Sendable {
  /// The opening line's text after the fence characters, trimmed, escapes resolved.
  let info: String
  /// 0-based lines of the opening fence and of the last line of the block.
  let firstLine: Int
  let lastLine: Int
  /// Whether it stands in the document itself, not in a list or a quotation.
  let isTopLevel: Bool

  /// Every fenced block, in order.
  static func scan(_ text: ArraySlice<UInt8>) -> [MarkdownFence] {
    guard let parser = cmark_parser_new(CMARK_OPT_DEFAULT) else { return [] }
    defer { cmark_parser_free(parser) }
    text.withUnsafeBytes { buffer in
      guard let base = buffer.bindMemory(to: CChar.self).baseAddress else { return }
      cmark_parser_feed(parser, base, buffer.count)
    }
    guard let document = cmark_parser_finish(parser) else { return [] }
    defer { cmark_node_free(document) }
    guard let iterator = cmark_iter_new(document) else { return [] }
    defer { cmark_iter_free(iterator) }
    var fences: [MarkdownFence] = []
    while true {
      let event = cmark_iter_next(iterator)
      if event == CMARK_EVENT_DONE { break }
      guard event == CMARK_EVENT_ENTER, let node = cmark_iter_get_node(iterator),
        cmark_node_get_type(node) == CMARK_NODE_CODE_BLOCK
      else { continue }
      var length: Int32 = 0
      var offset: Int32 = 0
      var character: CChar = 0
      guard cmark_node_get_fenced(node, &length, &offset, &character) != 0 else { continue }
      fences.append(
        MarkdownFence(
          info: cmark_node_get_fence_info(node).map { String(cString: $0) } ?? "",
          firstLine: Int(cmark_node_get_start_line(node)) - 1,
          lastLine: Int(cmark_node_get_end_line(node)) - 1,
          isTopLevel: cmark_node_parent(node) == document))
    }
    return fences
  }
}
