internal import Diagnostics
internal import Glibc
internal import TensorCore

/// How a value is written by `format(x, spec)` and `{x:spec}`: Python's format mini-language,
/// `[[fill]align][sign][#][0][width][,|_][.precision][type]`.
///
/// Numbers are rounded from their exact binary value (`{0.125:.2f}` is `0.12`). A tensor is written
/// element by element,
/// a tuple likewise.
package struct FormatSpec: Sendable, Equatable {
  package enum Alignment: Character, Sendable {
    case left = "<"
    case right = ">"
    case center = "^"
    /// Padding after the sign.
    case afterSign = "="
  }

  package enum Sign: Character, Sendable {
    case negativeOnly = "-"
    case always = "+"
    case space = " "
  }

  var fill: Character = " "
  var alignment: Alignment?
  /// `0` without an alignment: numbers are padded after the sign.
  var padsWithZeros = false
  var sign = Sign.negativeOnly
  /// `#`: a prefix (`0x`), or a point that is always there.
  var isAlternate = false
  var width = 0
  /// `,` or `_` between groups of digits.
  var grouping: Character?
  var precision: Int?
  /// One of `b c d e E f F g G n o s x X %`.
  var type: Character?

  static let largestWidth = 10_000
  static let largestPrecision = 1_000
  private static let types: Set<Character> = [
    "b", "c", "d", "e", "E", "f", "F", "g", "G", "n", "o", "s", "x", "X", "%",
  ]

  /// - Throws: E0114 that says which part of the text cannot be read.
  package init(_ text: String) throws(CallFailure) {
    var rest = Substring(text)
    var hasFill = false
    if let second = rest.dropFirst().first, let found = Alignment(rawValue: second),
      let first = rest.first
    {
      fill = first
      hasFill = true
      alignment = found
      rest = rest.dropFirst(2)
    } else if let first = rest.first, let found = Alignment(rawValue: first) {
      alignment = found
      rest = rest.dropFirst()
    }
    if let first = rest.first, let found = Sign(rawValue: first) {
      sign = found
      rest = rest.dropFirst()
    }
    if rest.first == "#" {
      isAlternate = true
      rest = rest.dropFirst()
    }
    if rest.first == "0" {
      if !hasFill { fill = "0" }
      padsWithZeros = alignment == nil
      rest = rest.dropFirst()
    }
    width = try FormatSpec.number(&rest, upTo: FormatSpec.largestWidth, "width", text) ?? 0
    if let first = rest.first, first == "," || first == "_" {
      grouping = first
      rest = rest.dropFirst()
    }
    if rest.first == "." {
      rest = rest.dropFirst()
      precision = try FormatSpec.number(
        &rest, upTo: FormatSpec.largestPrecision, "precision", text)
      if precision == nil { throw .malformedFormat(text, problem: "has no digits after `.`") }
    }
    if let first = rest.first, FormatSpec.types.contains(first) {
      type = first
      rest = rest.dropFirst()
    }
    if !rest.isEmpty { throw .malformedFormat(text, problem: "cannot be read from `\(rest)` on") }
  }

  private static func number(
    _ rest: inout Substring, upTo limit: Int, _ part: String, _ whole: String
  ) throws(CallFailure) -> Int? {
    let digits = rest.prefix { $0.isASCII && $0.isWholeNumber }
    guard !digits.isEmpty else { return nil }
    rest = rest.dropFirst(digits.count)
    guard let number = Int(digits), number <= limit else {
      throw .malformedFormat(
        whole, problem: "has the \(part) \(digits); at most \(limit) is possible")
    }
    return number
  }
}

// MARK: - Values

extension FormatSpec {
  /// The value as text.
  ///
  /// - Throws: E0114 when the type of the spec does not go with the value.
  package func text(of value: Value) throws(CallFailure) -> String {
    switch value {
    case .bool(let flag):
      return type == nil || type == "s"
        ? aligned(truncated(flag ? "true" : "false"), .left) : try text(of: flag ? 1 : 0)
    case .int(let number): return try text(of: number)
    case .float(let number): return try text(of: number)
    case .string(let text):
      guard type == nil || type == "s" else { throw mismatch(value) }
      guard alignment != .afterSign else { throw mismatch(value) }
      return aligned(truncated(text), .left)
    case .tensor(let tensor): return try text(of: tensor)
    case .tuple(let values):
      if type == nil, precision == nil { return aligned(value.printText, .left) }
      var parts: [String] = []
      for element in values { parts.append(try text(of: element)) }
      return "(" + parts.joined(separator: ", ") + (parts.count == 1 ? ",)" : ")")
    case .traced: return try text(of: value.primal)
    case .none, .complex, .record, .map, .range, .function, .module, .external:
      guard type == nil || type == "s" else { throw mismatch(value) }
      return aligned(truncated(value.printText), .left)
    }
  }

  private func text(of tensor: Tensor) throws(CallFailure) -> String {
    if tensor.rank == 0 { return try text(of: tensor.asValue) }
    let plain = tensor.dtype.kind == .complex || type == "s" || (type == nil && precision == nil)
    if plain { return aligned(tensor.arrayText(), .left) }
    return try rows(of: tensor, indent: 1)
  }

  /// The elements in nested brackets, rows on lines of their own; long axes are elided as in a
  /// tensor's display.
  private func rows(of tensor: Tensor, indent: Int) throws(CallFailure) -> String {
    let size = tensor.shape[0]
    let isElided = size > 1000
    var parts: [String] = []
    for position in 0..<size where !isElided || position < 3 || position >= size - 3 {
      if isElided, position == size - 3 { parts.append("...") }
      let part = tensor.selecting(position, axis: 0)
      parts.append(
        part.rank == 0 ? try text(of: part.asValue) : try rows(of: part, indent: indent + 1))
    }
    let separator = tensor.rank == 1 ? " " : "\n" + String(repeating: " ", count: indent)
    return "[" + parts.joined(separator: separator) + "]"
  }

  private func mismatch(_ value: Value) -> CallFailure {
    .formatMismatch(type: type ?? "=", value: value)
  }

  // MARK: - Integers

  private func text(of number: Int) throws(CallFailure) -> String {
    switch type {
    case "e", "E", "f", "F", "g", "G", "%": return try text(of: Double(number))
    case "s": throw mismatch(.int(number))
    case "c":
      guard let code = UInt32(exactly: number), let scalar = Unicode.Scalar(code) else {
        throw mismatch(.int(number))
      }
      return aligned(String(Character(scalar)), .left)
    case "b": return integer(number, radix: 2, prefix: "0b", groupSize: 4)
    case "o": return integer(number, radix: 8, prefix: "0o", groupSize: 4)
    case "x": return integer(number, radix: 16, prefix: "0x", groupSize: 4)
    case "X": return integer(number, radix: 16, prefix: "0X", groupSize: 4)
    case _:
      // A precision asks for decimals: `{3:.1}` reads as the Float.
      if precision != nil { return try text(of: Double(number)) }
      return integer(number, radix: 10, prefix: "", groupSize: 3)
    }
  }

  private func integer(_ number: Int, radix: Int, prefix: String, groupSize: Int) -> String {
    let digits = String(number.magnitude, radix: radix, uppercase: type == "X")
    return padded(
      sign: number < 0, prefix: isAlternate ? prefix : "", whole: digits, tail: "",
      groupSize: groupSize)
  }

  // MARK: - Floats

  private func text(of number: Double) throws(CallFailure) -> String {
    guard
      type != "b" && type != "c" && type != "d" && type != "o" && type != "x" && type != "X"
        && type != "s"
    else { throw mismatch(.float(number)) }
    let isUpper = type == "E" || type == "F" || type == "G"
    guard number.isFinite else {
      let word = number.isNaN ? "nan" : "inf"
      return padded(
        sign: number < 0, prefix: "", whole: isUpper ? word.uppercased() : word,
        tail: type == "%" ? "%" : "", groupSize: .max)
    }
    var text = unsignedText(number.magnitude)
    if isUpper { text = text.uppercased() }
    let whole = text.prefix { $0.isASCII && $0.isWholeNumber }
    return padded(
      sign: number.sign == .minus, prefix: "", whole: String(whole),
      tail: String(text.dropFirst(whole.count)), groupSize: 3)
  }

  private func unsignedText(_ number: Double) -> String {
    switch type {
    case "e", "E": return printed(number, "e", precision ?? 6)
    case "f", "F": return printed(number, "f", precision ?? 6)
    case "%":
      // Python scales first, then rounds; the product may overflow.
      let scaled = number * 100
      return (scaled.isFinite ? printed(scaled, "f", precision ?? 6) : "inf") + "%"
    case "g", "G", "n": return printed(number, "g", max(precision ?? 6, 1))
    case _:
      guard let precision else { return formatFloat(number) }
      return generalWithPoint(number, max(precision, 1))
    }
  }

  /// As `g`, but with an exponent from `precision` digits on and at least one digit after the
  /// point, as Python does when
  /// no type is given.
  private func generalWithPoint(_ number: Double, _ precision: Int) -> String {
    let scientific = printed(number, "e", precision - 1)
    let exponent = scientific.split(separator: "e").last.flatMap { Int($0) } ?? 0
    if exponent < -4 || exponent >= precision - 1 {
      let pieces = scientific.split(separator: "e", maxSplits: 1)
      return FormatSpec.trimmingZeros(String(pieces[0])) + "e" + pieces[1]
    }
    let text = FormatSpec.trimmingZeros(printed(number, "f", max(precision - 1 - exponent, 0)))
    return text.contains(".") ? text : text + ".0"
  }

  private static func trimmingZeros(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var kept = Substring(text)
    while kept.last == "0" { kept.removeLast() }
    if kept.last == "." { kept.removeLast() }
    return String(kept)
  }

  /// C's exactly rounded `%.<places><letter>`.
  private func printed(_ number: Double, _ letter: Character, _ places: Int) -> String {
    let format = (isAlternate ? "%#.*" : "%.*") + String(letter)
    // At most 309 digits before the point.
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: places + 400) { buffer in
      let length = withVaList([Int32(clamping: places), number]) {
        vsnprintf(buffer.baseAddress, buffer.count, format, $0)
      }
      let used = buffer.prefix(max(0, Int(length))).map { UInt8(bitPattern: $0) }
      return String(decoding: used, as: UTF8.self)
    }
  }

  // MARK: - Padding

  /// Sign, prefix, grouped digits and what follows them, padded to the width.
  private func padded(
    sign isNegative: Bool, prefix: String, whole: String, tail: String, groupSize: Int
  ) -> String {
    let signText: String
    switch sign {
    case .negativeOnly: signText = isNegative ? "-" : ""
    case .always: signText = isNegative ? "-" : "+"
    case .space: signText = isNegative ? "-" : " "
    }
    let head = signText + prefix
    let placement = alignment ?? (padsWithZeros ? .afterSign : .right)
    var digits = whole
    if let grouping, groupSize != .max {
      var minimum = 0
      if placement == .afterSign, fill == "0" { minimum = width - head.count - tail.count }
      digits = FormatSpec.grouped(whole, by: groupSize, grouping, minimum: minimum)
    }
    let body = digits + tail
    if placement == .afterSign {
      return head + String(repeating: fill, count: max(0, width - head.count - body.count)) + body
    }
    return aligned(head + body, .right)
  }

  /// Digits in groups from the right; zeros are put in front, grouped too, until `minimum` columns
  /// are filled.
  private static func grouped(
    _ digits: String, by size: Int, _ separator: Character, minimum: Int
  ) -> String {
    var result: [Character] = []
    var remaining = Array(digits)
    var inGroup = 0
    while !remaining.isEmpty || result.count < minimum {
      if inGroup == size {
        result.append(separator)
        inGroup = 0
      }
      result.append(remaining.popLast() ?? "0")
      inGroup += 1
    }
    return String(result.reversed())
  }

  private func truncated(_ text: String) -> String {
    precision.map { String(text.prefix($0)) } ?? text
  }

  private func aligned(_ text: String, _ fallback: Alignment) -> String {
    let missing = width - text.count
    guard missing > 0 else { return text }
    func padding(_ count: Int) -> String { String(repeating: fill, count: count) }
    switch alignment ?? fallback {
    case .left: return text + padding(missing)
    case .right, .afterSign: return padding(missing) + text
    case .center: return padding(missing / 2) + text + padding(missing - missing / 2)
    }
  }
}
