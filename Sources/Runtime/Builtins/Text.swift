@_spi(_Unicode) internal import Swift
internal import TensorCore

/// Text. A Str is a sequence of Unicode characters (code points): `len`, indices and positions
/// count those.
let textBuiltins: [Builtin] = [
  Builtin(
    "split", [.required("x"), .optional("by", "none"), .named("limit", "none")],
    """
    The parts of a Str between the separators, at runs of spaces when there is no separator; a key split into `by` keys.

    `limit` is the number of cuts at most, from the left.
    """,
    examples: [
      ("split(\"a,b,,c\", \",\")", "(\"a\", \"b\", \"\", \"c\")"),
      ("split(\" a  b \")", "(\"a\", \"b\")"),
      ("split(\"k=v=w\", \"=\", limit = 1)", "(\"k\", \"v=w\")"), ("len(split(key(1), 3))", "3"),
    ], body: Text.split),
  Builtin(
    "join", [.required("parts"), .optional("separator", "\"\"")],
    "The texts one after the other, with the separator between them.",
    examples: [("join((\"x\", \"y\"), \"-\")", "\"x-y\"")], body: Text.join),
  Builtin(
    "strip", [.required("text"), .optional("characters", "none")],
    "The text without the spaces (or the given characters) at both ends.",
    examples: [("strip(\"  hi \")", "\"hi\""), ("strip(\"--hi-\", \"-\")", "\"hi\"")],
    body: Text.strip),
  Builtin(
    "replace", [.required("text"), .required("old"), .required("new")],
    "The text with every `old` replaced by `new`.",
    examples: [("replace(\"banana\", \"an\", \"AN\")", "\"bANANa\"")], body: Text.replace),
  Builtin(
    "find", [.required("text"), .required("part"), .optional("start", "0")],
    "The position of the first `part` at or after `start`; -1 when there is none.",
    examples: [("find(\"banana\", \"nan\")", "2"), ("find(\"banana\", \"x\")", "-1")],
    body: Text.find),
  Builtin(
    "upper", [.required("text")], "The text in capital letters.",
    examples: [("upper(\"Hi\")", "\"HI\"")], body: Text.upper),
  Builtin(
    "lower", [.required("text")], "The text in small letters.",
    examples: [("lower(\"Hi\")", "\"hi\"")], body: Text.lower),
  Builtin(
    "normal_form", [.required("text"), .optional("form", "\"NFC\"")],
    """
    The text in a Unicode normal form: "NFC", letters and their marks composed, or "NFD", apart.

    Texts that look alike may differ in that; in the same form they are equal.
    """,
    examples: [
      ("len(normal_form(\"é\", \"NFD\"))", "2"), ("codes(normal_form(\"é\"))", "i64[1] [233]"),
    ], body: Text.normalForm),
  Builtin(
    "starts_with", [.required("text"), .required("part")], "Whether the text begins with the part.",
    examples: [("starts_with(\"banana\", \"ban\")", "true")], body: Text.startsWith),
  Builtin(
    "ends_with", [.required("text"), .required("part")], "Whether the text ends with the part.",
    examples: [("ends_with(\"banana\", \"na\")", "true")], body: Text.endsWith),
  Builtin(
    "chars", [.required("text")], "The characters as a tuple of Str.",
    examples: [("chars(\"abc\")", "(\"a\", \"b\", \"c\")")], body: Text.chars),
  Builtin(
    "lines", [.required("text")],
    "The lines, without their line ends; a last empty line is left out.",
    examples: [("lines(\"a\\nb\\n\")", "(\"a\", \"b\")")], body: Text.lines),
  Builtin(
    "bytes", [.required("text")], "The UTF-8 bytes as u8[n].",
    examples: [("bytes(\"hi\")", "u8[2] [104 105]")], body: Text.bytes),
  Builtin(
    "from_bytes", [.required("bytes")],
    "The text whose UTF-8 bytes these are; bytes that are none become `�`.",
    examples: [("from_bytes([104, 105])", "\"hi\"")], body: Text.fromBytes),
  Builtin(
    "char_code", [.required("text")], "The Unicode number of the one character.",
    examples: [("char_code(\"A\")", "65")], body: Text.charCode),
  Builtin(
    "codes", [.required("text")], "The Unicode numbers of the characters as i64[n].",
    examples: [("codes(\"AB\")", "i64[2] [65 66]")], body: Text.codes),
  Builtin(
    "from_code", [.required("code")],
    "The character with this Unicode number; of a tensor or tuple of numbers, the text they make.",
    examples: [("from_code(65)", "\"A\""), ("from_code([72, 105])", "\"Hi\"")], body: Text.fromCode),
]

private enum Text {
  static func split(_ context: inout CallContext) throws(CallFailure) -> Value {
    if case .external(let value) = context.value(0), let key = value as? KeyValue {
      return try RandomKeys.split(key, try context.int(1, default: 2), context)
    }
    let text = try context.string(0)
    let limit = try context.intIfPresent(2)
    if let limit, limit < 0 {
      throw context.wrongValue(2, found: String(limit), requirement: "at least 0")
    }
    if let separator = try context.stringIfPresent(1) {
      guard !separator.isEmpty else {
        throw context.wrongValue(
          1, found: "\"\"", requirement: "at least one character",
          hint: "`chars(text)` gives the characters")
      }
      return .tuple(TupleValue(text: text, splitAt: separator, limit: limit ?? .max))
    }
    let words = text.unicodeScalars.split(
      maxSplits: limit ?? .max, whereSeparator: \.properties.isWhitespace)
    // With a limit the last part keeps its inner spaces; the outer ones go.
    let parts = words.map { String($0).trimmingSpaces() }.filter { !$0.isEmpty }
    return .tuple(TupleValue(parts.map(Value.string)))
  }

  static func join(_ context: inout CallContext) throws(CallFailure) -> Value {
    let separator = try context.string(1, default: "")
    if case .tuple(let parts) = context.value(0),
      let bytes = parts.joinedByteCount(separator: separator)
    {
      guard bytes <= Value.longestText else { throw .tensor(.outOfMemory(bytes: bytes)) }
      return .string(parts.joined(separator: separator))
    }
    guard case .string(let text) = context.value(0) else {
      let parts = try context.strings(0)
      let bytes = parts.reduce(0) { $0 + $1.utf8.count + separator.utf8.count }
      guard bytes <= Value.longestText else { throw .tensor(.outOfMemory(bytes: bytes)) }
      return .string(parts.joined(separator: separator))
    }
    return .string(text.unicodeScalars.map { String($0) }.joined(separator: separator))
  }

  static func strip(_ context: inout CallContext) throws(CallFailure) -> Value {
    let text = try context.string(0)
    guard let characters = try context.stringIfPresent(1) else {
      return .string(text.trimmingSpaces())
    }
    let unwanted = Set(characters.unicodeScalars)
    var part = Substring(text).unicodeScalars
    while let first = part.first, unwanted.contains(first) { part.removeFirst() }
    while let last = part.last, unwanted.contains(last) { part.removeLast() }
    return .string(String(Substring(part)))
  }

  static func replace(_ context: inout CallContext) throws(CallFailure) -> Value {
    let text = try context.string(0)
    let old = try context.string(1)
    let new = try context.string(2)
    guard !old.isEmpty else {
      throw context.wrongValue(1, found: "\"\"", requirement: "at least one character")
    }
    let parts = text.parts(between: old, limit: .max)
    let bytes = text.utf8.count + (parts.count - 1) * new.utf8.count
    guard bytes <= Value.longestText else { throw .tensor(.outOfMemory(bytes: bytes)) }
    return .string(parts.joined(separator: new))
  }

  static func find(_ context: inout CallContext) throws(CallFailure) -> Value {
    let text = Array(try context.string(0).unicodeScalars)
    let part = Array(try context.string(1).unicodeScalars)
    let start = try context.int(2, default: 0)
    let from = start < 0 ? max(0, text.count + max(start, -text.count)) : start
    return .int(text.firstPosition(of: part, from: from) ?? -1)
  }

  static func upper(_ context: inout CallContext) throws(CallFailure) -> Value {
    .string(try context.string(0).uppercased())
  }

  static func lower(_ context: inout CallContext) throws(CallFailure) -> Value {
    .string(try context.string(0).lowercased())
  }

  static func normalForm(_ context: inout CallContext) throws(CallFailure) -> Value {
    let text = try context.string(0)
    let form = try context.string(1, default: "NFC")
    var scalars = String.UnicodeScalarView()
    switch form {
    case "NFC": scalars.append(contentsOf: text._nfc)
    case "NFD": scalars.append(contentsOf: text._nfd)
    default:
      throw context.wrongValue(1, found: form.quoted, requirement: "\"NFC\" or \"NFD\"")
    }
    let normal = String(scalars)
    guard normal.utf8.count <= Value.longestText else {
      throw .tensor(.outOfMemory(bytes: normal.utf8.count))
    }
    return .string(normal)
  }

  static func startsWith(_ context: inout CallContext) throws(CallFailure) -> Value {
    .bool(try context.string(0).utf8.starts(with: try context.string(1).utf8))
  }

  static func endsWith(_ context: inout CallContext) throws(CallFailure) -> Value {
    .bool(try context.string(0).utf8.reversed().starts(with: try context.string(1).utf8.reversed()))
  }

  static func chars(_ context: inout CallContext) throws(CallFailure) -> Value {
    let text = try context.string(0)
    return .tuple(TupleValue(text.unicodeScalars.map { Value.string(String($0)) }))
  }

  static func lines(_ context: inout CallContext) throws(CallFailure) -> Value {
    let text = try context.string(0)
    var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return .tuple(
      TupleValue(
        lines.map { line in
          let kept = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
          return Value.string(String(Substring(kept)))
        }))
  }

  static func bytes(_ context: inout CallContext) throws(CallFailure) -> Value {
    let bytes = Array(try context.string(0).utf8)
    return .tensor(try tensorResult { () throws(TensorError) in try Tensor(bytes) })
  }

  static func fromBytes(_ context: inout CallContext) throws(CallFailure) -> Value {
    var bytes: [UInt8] = []
    for number in try context.ints(0) {
      guard let byte = UInt8(exactly: number) else {
        throw context.wrongValue(
          0, found: "a tensor with \(number)", requirement: "numbers from 0 to 255")
      }
      bytes.append(byte)
    }
    return .string(String(decoding: bytes, as: UTF8.self))
  }

  static func charCode(_ context: inout CallContext) throws(CallFailure) -> Value {
    let text = try context.string(0)
    guard let first = text.unicodeScalars.first, text.unicodeScalars.count == 1 else {
      throw context.wrongValue(0, found: text.quoted, requirement: "one character")
    }
    return .int(Int(first.value))
  }

  static func codes(_ context: inout CallContext) throws(CallFailure) -> Value {
    let codes = try context.string(0).unicodeScalars.map { Int($0.value) }
    return .tensor(try tensorResult { () throws(TensorError) in try Tensor(codes) })
  }

  static func fromCode(_ context: inout CallContext) throws(CallFailure) -> Value {
    var text = String.UnicodeScalarView()
    for number in try context.ints(0) {
      guard let code = UInt32(exactly: number), let scalar = Unicode.Scalar(code) else {
        throw context.wrongValue(
          0, found: String(number), requirement: "the number of a Unicode character")
      }
      text.append(scalar)
    }
    return .string(String(text))
  }
}

extension String {
  /// The stretches between non-overlapping separators, found byte by byte from the left; at most
  /// `limit` cuts.
  ///
  /// - Precondition: the separator is not empty.
  func parts(between separator: String, limit: Int) -> [String] {
    let bytes = Array(utf8)
    let wanted = Array(separator.utf8)
    var parts: [String] = []
    var start = 0
    while parts.count < limit, let found = bytes.firstPosition(of: wanted, from: start) {
      parts.append(String(decoding: bytes[start..<found], as: UTF8.self))
      start = found + wanted.count
    }
    parts.append(String(decoding: bytes[start...], as: UTF8.self))
    return parts
  }
}

extension Array where Element: Equatable {
  /// Where `part` first stands at or after `start`. O(count · part.count) at worst.
  func firstPosition(of part: [Element], from start: Int) -> Int? {
    guard start >= 0, start <= count, part.count <= count - start else { return nil }
    guard let first = part.first else { return start }
    var position = start
    let last = count - part.count
    while position <= last {
      if self[position] == first, self[position..<position + part.count].elementsEqual(part) {
        return position
      }
      position += 1
    }
    return nil
  }
}
