package import Diagnostics

extension Parser {
  /// What the `##` lines of a text say about the names it defines, in order: functions and assigned
  /// names alike.
  ///
  /// Works on any text; a definition counts when it begins on the line below its comment.
  /// - Complexity: O(length of the text).
  package static func documentation(in source: SourceText) -> [(name: Name, text: String)] {
    let lexed = Lexer.tokenize(source.bytes)
    return lexed.documentation.sorted { $0.key < $1.key }.compactMap { index, text in
      let tokens = lexed.tokens
      let place = tokens[index].kind == .keyword(.fn) ? index + 1 : index
      guard place < tokens.count, case .name(let name) = tokens[place].kind else { return nil }
      let isDefined = place > index || tokens[place + 1].kind == .symbol(.assign)
      return isDefined ? (Name(name, tokens[place].span), text) : nil
    }
  }
}
