/// Numbers in text, as tables have them: no locale, no hexadecimal, spaces around them ignored.
enum NumberText {
  enum Parsed<Number> {
    case number(Number)
    /// Nothing, or one of the usual words for it: `NA`, `N/A`, `nan`, `null`.
    case missing
    /// A number that is too large.
    case overflow
    case malformed
  }

  /// A Float. Exact: correctly rounded whatever the number of digits.
  static func double(_ text: UnsafeBufferPointer<UInt8>) -> Parsed<Double> {
    if let fast = fastDouble(text) { return .number(fast) }
    return slowDouble(text)
  }

  /// Numbers of at most 19 digits whose value is one correctly rounded operation on two exact ones
  /// (Clinger 1990).
  private static func fastDouble(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
    let count = text.count
    var position = 0
    guard count > 0, count < 32 else { return nil }
    let isNegative = text[0] == 0x2d
    if isNegative || text[0] == 0x2b { position = 1 }
    var mantissa: UInt64 = 0
    var digits = 0
    var places = 0
    while position < count, text[position] &- 0x30 <= 9 {
      mantissa = mantissa &* 10 &+ UInt64(text[position] &- 0x30)
      digits += 1
      position += 1
    }
    if position < count, text[position] == 0x2e {
      position += 1
      while position < count, text[position] &- 0x30 <= 9 {
        mantissa = mantissa &* 10 &+ UInt64(text[position] &- 0x30)
        digits += 1
        places += 1
        position += 1
      }
    }
    guard digits > 0, digits <= 19 else { return nil }
    var power = -places
    if position < count {
      guard text[position] | 0x20 == 0x65, let exponent = exponent(text, position + 1) else {
        return nil
      }
      power += exponent
    }
    guard mantissa <= 1 << 53, power >= -22, power <= 22 else { return nil }
    let value = Double(mantissa)
    let scaled = power < 0 ? value / powersOfTen[-power] : value * powersOfTen[power]
    return isNegative ? -scaled : scaled
  }

  /// The Int from `start` to the end, up to four digits.
  private static func exponent(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int? {
    var position = start
    guard position < text.count else { return nil }
    let isNegative = text[position] == 0x2d
    if isNegative || text[position] == 0x2b { position += 1 }
    guard position < text.count, text.count - position <= 4 else { return nil }
    var value = 0
    while position < text.count {
      guard text[position] &- 0x30 <= 9 else { return nil }
      value = value * 10 + Int(text[position] &- 0x30)
      position += 1
    }
    return isNegative ? -value : value
  }

  /// 10⁰ … 10²², all exact.
  private static let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
    1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  private static func slowDouble(_ text: UnsafeBufferPointer<UInt8>) -> Parsed<Double> {
    if isMissing(text) { return .missing }
    let word = String(decoding: text, as: UTF8.self)
    let isPlain = text.allSatisfy { byte in
      byte &- 0x30 <= 9 || byte == 0x2b || byte == 0x2d || byte == 0x2e || byte | 0x20 == 0x65
    }
    if isPlain, let value = Double(word) { return .number(value) }
    switch word.lowercased() {
    case "inf", "+inf", "infinity", "+infinity": return .number(.infinity)
    case "-inf", "-infinity": return .number(-.infinity)
    default: return .malformed
    }
  }

  /// An Int in decimal.
  static func int(_ text: UnsafeBufferPointer<UInt8>) -> Parsed<Int> {
    var position = 0
    let count = text.count
    let isNegative = count > 0 && text[0] == 0x2d
    if isNegative || (count > 0 && text[0] == 0x2b) { position = 1 }
    guard position < count else { return isMissing(text) ? .missing : .malformed }
    var value = 0
    while position < count {
      let digit = text[position] &- 0x30
      guard digit <= 9 else { return isMissing(text) ? .missing : .malformed }
      // Negative all the way, since there is one more negative Int.
      let (tenfold, first) = value.multipliedReportingOverflow(by: 10)
      let (next, second) = tenfold.subtractingReportingOverflow(Int(digit))
      if first || second { return overflowOrMalformed(text) }
      value = next
      position += 1
    }
    if isNegative { return .number(value) }
    return value == Int.min ? .overflow : .number(-value)
  }

  private static func overflowOrMalformed(_ text: UnsafeBufferPointer<UInt8>) -> Parsed<Int> {
    text.dropFirst().allSatisfy { $0 &- 0x30 <= 9 } ? .overflow : .malformed
  }

  /// `true`, `false` in any case, 1 or 0.
  static func bool(_ text: UnsafeBufferPointer<UInt8>) -> Parsed<Bool> {
    switch String(decoding: text, as: UTF8.self).lowercased() {
    case "true", "1": .number(true)
    case "false", "0": .number(false)
    default: isMissing(text) ? .missing : .malformed
    }
  }

  static func isMissing(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard text.count <= 4 else { return false }
    switch String(decoding: text, as: UTF8.self).lowercased() {
    case "", "na", "n/a", "nan", "null": return true
    default: return false
    }
  }
}
