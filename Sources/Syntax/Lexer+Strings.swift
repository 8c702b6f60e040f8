extension Lexer {
  /// Reads from the opening quote to the end or the first interpolation.
  mutating func readString(isRaw: Bool) {
    let start = isRaw ? offset - 1 : offset
    let isMultiline = byte(1) == UInt8(ascii: "\"") && byte(2) == UInt8(ascii: "\"")
    offset += isMultiline ? 3 : 1
    emit(.stringStart, from: start)
    if isMultiline {
      // The line end after the opening quotes belongs to the layout, not to the text.
      if byte() == UInt8(ascii: "\r"), byte(1) == UInt8(ascii: "\n") { offset += 1 }
      if byte() == UInt8(ascii: "\n"), offset < bytes.count {
        offset += 1
        countLineEnd()
      }
    }
    readStringBody(isMultiline: isMultiline, isRaw: isRaw, quoteStart: start)
  }

  /// Reads text up to the closing quote, the next interpolation, or the end of what the string may
  /// span.
  mutating func readStringBody(isMultiline: Bool, isRaw: Bool, quoteStart: Int) {
    var pieces: [UInt8] = []
    var start = offset
    while offset < bytes.count {
      let next = bytes[offset]
      if next == UInt8(ascii: "\""), !isMultiline || closesMultiline() {
        flush(&pieces, from: start)
        start = offset
        offset += isMultiline ? 3 : 1
        emit(.stringEnd, from: start)
        return
      }
      if next == UInt8(ascii: "\n") {
        if !isMultiline { break }
        countLineEnd()
      } else if !isRaw, next == UInt8(ascii: "\\") {
        readEscape(into: &pieces)
        continue
      } else if !isRaw, next == UInt8(ascii: "{"), byte(1) != next {
        flush(&pieces, from: start)
        start = offset
        offset += 1
        emit(.interpolationStart, from: start)
        modes.append(Mode(isMultiline: isMultiline, quoteStart: quoteStart, braceStart: start))
        return
      } else if !isRaw, next == UInt8(ascii: "{") || next == UInt8(ascii: "}") {
        if byte(1) == next {
          offset += 1
        } else {
          report(.strayBrace, from: offset, to: offset + 1)
        }
      }
      pieces.append(next)
      offset += 1
    }
    // Inside an interpolation the quote was meant to close the outer string: its brace is what is
    // missing.
    if isMultiline || modes.last?.isMultiline != false {
      report(
        .unterminatedString(isMultiline: isMultiline), from: quoteStart, to: offset,
        isAtEnd: isMultiline)
    }
    flush(&pieces, from: start)
    emit(.stringEnd, from: offset)
  }

  /// Of a run of quotes the last three close, so that a text may end in a quote.
  private func closesMultiline() -> Bool {
    let quote = UInt8(ascii: "\"")
    return byte(1) == quote && byte(2) == quote && byte(3) != quote
  }

  private mutating func flush(_ pieces: inout [UInt8], from start: Int) {
    guard !pieces.isEmpty else { return }
    emit(.stringText(String(decoding: pieces, as: UTF8.self)), from: start)
    pieces = []
  }

  private mutating func readEscape(into pieces: inout [UInt8]) {
    let start = offset
    offset += 1
    guard offset < bytes.count, bytes[offset] != UInt8(ascii: "\n") else {
      // A backslash at the end of a line joins it with the next.
      if offset < bytes.count {
        offset += 1
        countLineEnd()
      }
      return
    }
    let next = bytes[offset]
    switch next {
    case UInt8(ascii: "n"): pieces.append(10)
    case UInt8(ascii: "t"): pieces.append(9)
    case UInt8(ascii: "r"): pieces.append(13)
    case UInt8(ascii: "0"): pieces.append(0)
    case UInt8(ascii: "a"): pieces.append(7)
    case UInt8(ascii: "b"): pieces.append(8)
    case UInt8(ascii: "e"): pieces.append(27)
    case UInt8(ascii: "f"): pieces.append(12)
    case UInt8(ascii: "v"): pieces.append(11)
    case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "{"),
      UInt8(ascii: "}"):
      pieces.append(next)
    case UInt8(ascii: "x"):
      offset += 1
      appendCodePoint(from: start, digits: 2, into: &pieces)
      return
    case UInt8(ascii: "u"):
      offset += 1
      if byte() == UInt8(ascii: "{") {
        appendBracedCodePoint(from: start, into: &pieces)
      } else {
        appendCodePoint(from: start, digits: 4, into: &pieces)
      }
      return
    default:
      offset += scalar().1
      report(.unknownEscape(text(from: start)), from: start, to: offset)
      return
    }
    offset += 1
  }

  /// `\x41`, `\u03c3`: exactly so many hexadecimal digits.
  private mutating func appendCodePoint(from start: Int, digits: Int, into pieces: inout [UInt8]) {
    let first = offset
    while offset < min(first + digits, bytes.count), isHexDigit(bytes[offset]) { offset += 1 }
    append(hex: text(from: first), whole: offset == first + digits, from: start, into: &pieces)
  }

  private mutating func appendBracedCodePoint(from start: Int, into pieces: inout [UInt8]) {
    offset += 1
    let first = offset
    while offset < bytes.count, isHexDigit(bytes[offset]) { offset += 1 }
    let hex = text(from: first)
    let closes = byte() == UInt8(ascii: "}")
    if closes { offset += 1 }
    append(hex: hex, whole: closes, from: start, into: &pieces)
  }

  private mutating func append(
    hex: String, whole: Bool, from start: Int, into pieces: inout [UInt8]
  ) {
    guard whole, let value = UInt32(hex, radix: 16), let scalar = Unicode.Scalar(value) else {
      report(.unknownEscape(text(from: start)), from: start, to: offset)
      return
    }
    pieces.append(contentsOf: Array(String(Character(scalar)).utf8))
  }

  private func isHexDigit(_ byte: UInt8) -> Bool {
    Lexer.isDigit(byte) || (byte | 0x20) &- UInt8(ascii: "a") < 6
  }

  /// From the colon of an interpolation to its closing brace. The spec itself is judged by the
  /// parser.
  mutating func readFormatSpec() {
    offset += 1
    let start = offset
    while offset < bytes.count {
      let next = bytes[offset]
      if next == UInt8(ascii: "}") || next == UInt8(ascii: "\n") || next == UInt8(ascii: "\"") {
        break
      }
      offset += 1
    }
    emit(.formatSpec(text(from: start)), from: start)
    if byte() == UInt8(ascii: "\""), offset < bytes.count { abandonInterpolation(atEnd: false) }
  }

  /// Ends an interpolation whose brace is missing, together with its string.
  mutating func abandonInterpolation(atEnd: Bool) {
    guard let mode = modes.popLast() else { return }
    report(
      .unclosedInterpolation, from: mode.braceStart, to: mode.braceStart + 1,
      isAtEnd: atEnd && mode.isMultiline)
    emit(.interpolationEnd, from: offset)
    if byte() == UInt8(ascii: "\""), offset < bytes.count {
      readStringBody(isMultiline: mode.isMultiline, isRaw: false, quoteStart: mode.quoteStart)
    } else {
      emit(.stringEnd, from: offset)
    }
  }

  /// `'text'`: strings of other languages. Read as a string, so that one mistake is one error.
  mutating func readSingleQuoted() {
    let start = offset
    var end = offset + 1
    while end < bytes.count, bytes[end] != UInt8(ascii: "'"), bytes[end] != UInt8(ascii: "\n") {
      end += 1
    }
    guard end < bytes.count, bytes[end] == UInt8(ascii: "'") else {
      offset += 1
      report(.unexpectedCharacter("'"), from: start, to: offset)
      return
    }
    offset = end + 1
    report(.singleQuotedString(text(from: start)), from: start, to: offset)
    emit(.stringStart, from: start)
    emit(.stringEnd, from: offset)
  }
}
