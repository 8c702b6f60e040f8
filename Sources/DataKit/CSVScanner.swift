/// Splits text into rows of fields: separators, quotes (doubled inside quotes), lines ended by `\n`
/// or `\r\n`.
struct CSVScanner {
  /// A stretch of the text without quotes and without spaces around it.
  struct Field {
    let start: Int
    let end: Int
    let isQuoted: Bool
  }

  /// What ended a field.
  enum End { case separator, line, text }

  enum Failure: Error {
    /// A fault and where it is, counted from 1.
    case field(line: Int, column: Int, DataError.FieldFault)
    /// Anything else that stops a reader.
    case other(DataError)
  }

  private let bytes: UnsafeBufferPointer<UInt8>
  private let separator: UInt8
  private(set) var position = 0
  private(set) var line = 1
  /// Of the field last read, from 1.
  private(set) var column = 0

  /// - Precondition: the separator is neither a quote nor an end of line.
  init(_ bytes: UnsafeBufferPointer<UInt8>, separator: UInt8) {
    self.bytes = bytes
    self.separator = separator
    // A byte order mark.
    if bytes.count >= 3, bytes[0] == 0xef, bytes[1] == 0xbb, bytes[2] == 0xbf { position = 3 }
  }

  var isAtEnd: Bool { position >= bytes.count }

  /// Passes over whole lines.
  mutating func skip(lines: Int) {
    for _ in 0..<lines {
      if isAtEnd { return }
      skipLine()
    }
  }

  private mutating func skipLine() {
    while position < bytes.count, bytes[position] != 0x0a { position += 1 }
    position = min(position + 1, bytes.count)
    line += 1
  }

  /// Passes over empty lines; false when no row follows.
  mutating func beginRow() -> Bool {
    column = 0
    while position < bytes.count {
      var end = position
      while end < bytes.count, isSpace(bytes[end]) || bytes[end] == 0x0d { end += 1 }
      if end == bytes.count {
        position = end
        return false
      }
      // A space that separates still begins nothing at the start of a row.
      if bytes[end] != 0x0a {
        if separator == 0x20 { position = end }
        return true
      }
      position = end + 1
      line += 1
    }
    return false
  }

  @inline(__always)
  private func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || (byte == 0x09 && separator != 0x09)
  }

  /// The next field and what ended it.
  ///
  /// - Throws: a quote that is not closed, or text after one.
  @inline(__always)
  mutating func field() throws(Failure) -> (field: Field, end: End) {
    column += 1
    var start = position
    while start < bytes.count, isSpace(bytes[start]), bytes[start] != separator { start += 1 }
    if start < bytes.count, bytes[start] == 0x22 { return try quotedField(start + 1) }
    var stop = start
    while stop < bytes.count {
      let byte = bytes[stop]
      if byte == separator || byte == 0x0a { break }
      stop += 1
    }
    var end = stop
    while end > start, isSpace(bytes[end - 1]) || bytes[end - 1] == 0x0d { end -= 1 }
    return (Field(start: start, end: end, isQuoted: false), finish(at: stop))
  }

  /// Moves past what ended a field.
  @inline(__always)
  private mutating func finish(at stop: Int) -> End {
    guard stop < bytes.count else {
      position = bytes.count
      return .text
    }
    position = stop + 1
    if bytes[stop] == 0x0a {
      line += 1
      return .line
    }
    if separator == 0x20 { return finishSpaces() }
    return .separator
  }

  /// Runs of spaces separate once; at the end of a line not at all.
  private mutating func finishSpaces() -> End {
    while position < bytes.count, isSpace(bytes[position]) || bytes[position] == 0x0d {
      position += 1
    }
    guard position < bytes.count else { return .text }
    guard bytes[position] == 0x0a else { return .separator }
    position += 1
    line += 1
    return .line
  }

  private mutating func quotedField(_ start: Int) throws(Failure) -> (field: Field, end: End) {
    let first = (line, column)
    var stop = start
    while true {
      guard stop < bytes.count else {
        throw .field(line: first.0, column: first.1, .unterminatedQuote)
      }
      if bytes[stop] == 0x0a { line += 1 }
      if bytes[stop] == 0x22 {
        guard stop + 1 < bytes.count, bytes[stop + 1] == 0x22 else { break }
        stop += 1
      }
      stop += 1
    }
    var after = stop + 1
    while after < bytes.count, isSpace(bytes[after]) || bytes[after] == 0x0d,
      bytes[after] != separator
    {
      after += 1
    }
    guard after == bytes.count || bytes[after] == separator || bytes[after] == 0x0a else {
      throw .field(line: line, column: column, .textAfterQuote)
    }
    return (Field(start: start, end: stop, isQuoted: true), finish(at: after))
  }

  func content(of field: Field) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: bytes[field.start..<field.end])
  }

  /// With doubled quotes made single.
  func text(of field: Field) -> String {
    let text = String(decoding: content(of: field), as: UTF8.self)
    guard field.isQuoted, text.contains("\"") else { return text }
    var result = ""
    var isSecond = false
    for character in text.unicodeScalars {
      if character == "\"" {
        isSecond.toggle()
        if !isSecond { continue }
      } else {
        isSecond = false
      }
      result.unicodeScalars.append(character)
    }
    return result
  }
}
