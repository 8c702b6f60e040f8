internal import Diagnostics

/// Splits a text into tokens in one pass; never fails, but notes every fault.
///
/// Strings with interpolations become flat runs of tokens: `modes` holds one entry for each
/// interpolation that is
/// open, so nesting costs no recursion. Line ends are not tokens: a token knows whether it starts a
/// line, and the
/// parser knows whether that matters where it stands.
package struct Lexer {
  package struct Output: Sendable {
    /// Ends with `.end`.
    package var tokens: [Token] = []
    package var comments: [Comment] = []
    /// The text of the `##` lines directly above a token, by the token's index.
    package var documentation: [Int: String] = [:]
    package var errors: [SyntaxError] = []
  }

  /// An interpolation being read, and the string it stands in.
  struct Mode {
    let isMultiline: Bool
    let quoteStart: Int
    let braceStart: Int
    var openBraces = 0
    var openBrackets = 0
  }

  let bytes: [UInt8]
  var offset = 0
  var output = Output()
  var modes: [Mode] = []
  var sawLineEnd = true
  var sawSpace = false
  private var line = 0
  private var docLines: [String] = []
  private var lastDocLine = -1

  private init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// - Complexity: O(bytes).
  package static func tokenize(_ bytes: [UInt8]) -> Output {
    var lexer = Lexer(bytes)
    lexer.run()
    return lexer.output
  }

  private mutating func run() {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
    while true {
      skipBlank()
      guard offset < bytes.count else { break }
      readToken()
    }
    while !modes.isEmpty { abandonInterpolation(atEnd: true) }
    emit(.end, from: offset)
  }

  // MARK: - Cursor

  func byte(_ ahead: Int = 0) -> UInt8 {
    let index = offset + ahead
    return index < bytes.count ? bytes[index] : 0
  }

  func text(from start: Int) -> String {
    String(decoding: bytes[start..<offset], as: UTF8.self)
  }

  mutating func emit(_ kind: Token.Kind, from start: Int) {
    if sawLineEnd, !docLines.isEmpty {
      if lastDocLine == line - 1 {
        output.documentation[output.tokens.count] = docLines.joined(separator: "\n")
      }
      docLines = []
    }
    output.tokens.append(
      Token(
        kind: kind, span: Span(start, offset), startsLine: sawLineEnd,
        hasSpaceBefore: sawSpace || sawLineEnd))
    sawLineEnd = false
    sawSpace = false
  }

  mutating func report(
    _ kind: SyntaxError.Kind, from start: Int, to end: Int, isAtEnd: Bool = false
  ) {
    output.errors.append(SyntaxError(kind, at: Span(start, end), isAtEnd: isAtEnd))
  }

  /// The scalar at the cursor and its length in bytes.
  func scalar() -> (Unicode.Scalar, Int) {
    let first = bytes[offset]
    if first < 0x80 { return (Unicode.Scalar(first), 1) }
    let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
    var value = UInt32(first) & (0x7F >> UInt32(length))
    for ahead in 1..<length { value = value << 6 | UInt32(byte(ahead) & 0x3F) }
    return (Unicode.Scalar(value) ?? "\u{FFFD}", length)
  }

  func startsName() -> Bool {
    guard offset < bytes.count else { return false }
    let first = bytes[offset]
    if first < 0x80 { return Lexer.isASCIILetter(first) || first == UInt8(ascii: "_") }
    return scalar().0.properties.isAlphabetic
  }

  mutating func skipName() {
    while offset < bytes.count {
      let first = bytes[offset]
      if first < 0x80 {
        guard Lexer.isASCIILetter(first) || Lexer.isDigit(first) || first == UInt8(ascii: "_")
        else {
          return
        }
        offset += 1
      } else {
        let (scalar, length) = scalar()
        guard scalar.properties.isXIDContinue || (0x2080...0x2089).contains(scalar.value) else {
          return
        }
        offset += length
      }
    }
  }

  static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  static func isASCIILetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }

  // MARK: - Blank space and comments

  private mutating func skipBlank() {
    while offset < bytes.count {
      switch bytes[offset] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), 0x0C:
        sawSpace = true
        offset += 1
      case UInt8(ascii: "\n"):
        if let mode = modes.last, !mode.isMultiline {
          abandonInterpolation(atEnd: false)
          continue
        }
        sawLineEnd = true
        line += 1
        offset += 1
      case UInt8(ascii: "#"):
        readComment()
      default:
        return
      }
    }
  }

  mutating func countLineEnd() { line += 1 }

  private mutating func readComment() {
    let start = offset
    while offset < bytes.count, bytes[offset] != UInt8(ascii: "\n") { offset += 1 }
    if offset > start, bytes[offset - 1] == UInt8(ascii: "\r") { offset -= 1 }
    output.comments.append(Comment(span: Span(start, offset), standsAlone: sawLineEnd))
    sawSpace = true
    let content = text(from: start)
    guard sawLineEnd, content.hasPrefix("##"), !content.hasPrefix("###") else { return }
    if lastDocLine != line - 1 { docLines = [] }
    var documentation = content.dropFirst(2)
    if documentation.first == " " { documentation = documentation.dropFirst() }
    while documentation.last?.isWhitespace == true { documentation = documentation.dropLast() }
    docLines.append(String(documentation))
    lastDocLine = line
  }

  // MARK: - Tokens

  private mutating func readToken() {
    let start = offset
    let first = bytes[offset]
    if Lexer.isDigit(first) || (first == UInt8(ascii: ".") && pointStartsNumber()) {
      readNumber()
    } else if first == UInt8(ascii: "\"") {
      readString(isRaw: false)
    } else if first == UInt8(ascii: "r"), byte(1) == UInt8(ascii: "\"") {
      offset += 1
      readString(isRaw: true)
    } else if startsName() {
      skipName()
      let name = text(from: start)
      if let keyword = Keyword(rawValue: name) {
        emit(.keyword(keyword), from: start)
      } else {
        emit(.name(name), from: start)
      }
    } else if first == UInt8(ascii: "'"), !(endsOperand && !sawSpace && !sawLineEnd) {
      readSingleQuoted()
    } else if let symbol = symbolHere() {
      readSymbol(symbol)
    } else {
      let (scalar, length) = scalar()
      offset += length
      report(.unexpectedCharacter(scalar), from: start, to: offset)
      sawSpace = true
    }
  }

  /// `.5` is a number unless it directly follows something that can have a field.
  private func pointStartsNumber() -> Bool {
    Lexer.isDigit(byte(1)) && !(endsOperand && !sawSpace && !sawLineEnd) && !followsPoint
  }

  private var followsPoint: Bool {
    guard !sawSpace, !sawLineEnd, case .symbol(let symbol)? = output.tokens.last?.kind else {
      return false
    }
    return symbol == .dot || symbol == .rangeTo || symbol == .ellipsis
  }

  /// Whether the last token can end an operand, so that a `'` right after it transposes.
  private var endsOperand: Bool {
    switch output.tokens.last?.kind {
    case .int, .float, .imaginary, .quantity, .name, .stringEnd: true
    case .keyword(let keyword): keyword == .true || keyword == .false || keyword == .none
    case .symbol(let symbol):
      switch symbol {
      case .rightParen, .rightBracket, .rightBrace, .quote: true
      default: false
      }
    case .stringStart, .stringText, .interpolationStart, .formatSpec, .interpolationEnd, .end, nil:
      false
    }
  }

  private static let symbols: [UInt32: Symbol] = {
    var table: [UInt32: Symbol] = [:]
    for symbol in Symbol.allCases {
      table[symbol.rawValue.utf8.reduce(0) { $0 << 8 | UInt32($1) }] = symbol
    }
    return table
  }()

  /// The longest symbol at the cursor. Inside an interpolation `:=` is a colon, which begins the
  /// format.
  private func symbolHere() -> Symbol? {
    let one = UInt32(byte())
    let two = one << 8 | UInt32(byte(1))
    let three = two << 8 | UInt32(byte(2))
    if offset + 2 < bytes.count, let symbol = Lexer.symbols[three] { return symbol }
    if offset + 1 < bytes.count, let symbol = Lexer.symbols[two] {
      if symbol != .foreignAssign || modes.isEmpty { return symbol }
    }
    return Lexer.symbols[one]
  }

  private mutating func readSymbol(_ symbol: Symbol) {
    let start = offset
    if let mode = modes.last {
      if symbol == .rightBrace, mode.openBraces == 0 {
        offset += 1
        emit(.interpolationEnd, from: start)
        modes.removeLast()
        readStringBody(isMultiline: mode.isMultiline, isRaw: false, quoteStart: mode.quoteStart)
        return
      }
      if symbol == .colon, mode.openBraces == 0, mode.openBrackets <= 0 {
        readFormatSpec()
        return
      }
      switch symbol {
      case .leftBrace: modes[modes.count - 1].openBraces += 1
      case .rightBrace: modes[modes.count - 1].openBraces -= 1
      case .leftParen, .leftBracket: modes[modes.count - 1].openBrackets += 1
      case .rightParen, .rightBracket: modes[modes.count - 1].openBrackets -= 1
      default: break
      }
    }
    offset += symbol.rawValue.utf8.count
    emit(.symbol(symbol), from: start)
  }
}
