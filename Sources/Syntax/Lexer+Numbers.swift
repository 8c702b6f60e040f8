extension Lexer {
  /// A number with whatever directly follows it: a unit, or `i`.
  mutating func readNumber() {
    let start = offset
    if byte() == UInt8(ascii: "0"), let radix = prefixedRadix() {
      readPrefixed(radix, from: start)
      return
    }
    var isFloat = false
    var fault: SyntaxError.NumberFault?
    if byte() != UInt8(ascii: ".") { readDigits(&fault) }
    if byte() == UInt8(ascii: "."), byte(1) != UInt8(ascii: "."), !nameFollowsPoint() {
      isFloat = true
      offset += 1
      if Lexer.isDigit(byte()) { readDigits(&fault) }
      if byte() == UInt8(ascii: "."), Lexer.isDigit(byte(1)) {
        fault = .secondPoint
        while byte() == UInt8(ascii: ".") && Lexer.isDigit(byte(1)) || Lexer.isDigit(byte()) {
          offset += 1
        }
      }
    }
    if byte() | 0x20 == UInt8(ascii: "e"), hasExponent() {
      isFloat = true
      offset += Lexer.isDigit(byte(1)) ? 1 : 2
      readDigits(&fault)
    }
    finishNumber(from: start, isFloat: isFloat, fault: fault)
  }

  private mutating func finishNumber(
    from start: Int, isFloat: Bool, fault: SyntaxError.NumberFault?
  ) {
    let digits = text(from: start).filter { $0 != "_" }
    let unitStart = offset
    if startsName() { skipName() }
    let unit = String(decoding: bytes[unitStart..<offset], as: UTF8.self)
    var fault = fault
    if Keyword(rawValue: unit) != nil { fault = fault ?? .keywordDirectlyAfter(unit) }
    let value = Double(digits) ?? 0
    if value.isInfinite { fault = fault ?? .tooLarge }
    let magnitude = UInt64(digits)
    if !isFloat, unit.isEmpty, magnitude.map({ $0 > UInt64(1) << 63 }) ?? true {
      fault = fault ?? .tooLarge
    }
    if let fault {
      report(.malformedNumber(text(from: start), fault), from: start, to: offset)
    }
    if unit == "i" {
      emit(.imaginary(value), from: start)
    } else if !unit.isEmpty {
      emit(.quantity(value, unit: unit, unitStart: unitStart), from: start)
    } else if isFloat {
      emit(.float(value), from: start)
    } else {
      emit(.int(fault == nil ? magnitude ?? 0 : 0), from: start)
    }
  }

  private mutating func readDigits(_ fault: inout SyntaxError.NumberFault?) {
    var last = UInt8(ascii: "_")
    while Lexer.isDigit(byte())
      || (byte() == UInt8(ascii: "_") && (Lexer.isDigit(byte(1)) || byte(1) == UInt8(ascii: "_")))
    {
      if byte() == UInt8(ascii: "_"), last == UInt8(ascii: "_") { fault = .underscore }
      last = byte()
      offset += 1
    }
    if byte() == UInt8(ascii: "_") {
      fault = .underscore
      offset += 1
    }
  }

  /// `1.mean()` calls a method; `1.` and `1.5` are Floats.
  private func nameFollowsPoint() -> Bool {
    var ahead = self
    ahead.offset += 1
    return ahead.startsName()
  }

  private func hasExponent() -> Bool {
    let next = byte(1)
    return Lexer.isDigit(next)
      || ((next == UInt8(ascii: "+") || next == UInt8(ascii: "-")) && Lexer.isDigit(byte(2)))
  }

  /// `0x`; and `0b` unless letters make it a unit.
  private func prefixedRadix() -> UInt64? {
    if byte(1) | 0x20 == UInt8(ascii: "x") { return 16 }
    guard byte(1) | 0x20 == UInt8(ascii: "b") else { return nil }
    let isUnit = Lexer.isASCIILetter(byte(2)) || byte(2) >= 0x80
    return isUnit ? nil : 2
  }

  private mutating func readPrefixed(_ radix: UInt64, from start: Int) {
    offset += 2
    var value: UInt64 = 0
    var digits = 0
    var fault: SyntaxError.NumberFault?
    while offset < bytes.count,
      Lexer.isDigit(byte()) || Lexer.isASCIILetter(byte()) || byte() == UInt8(ascii: "_")
    {
      let next = byte()
      offset += 1
      if next == UInt8(ascii: "_") {
        if digits == 0 || !(Lexer.isDigit(byte()) || Lexer.isASCIILetter(byte())) {
          fault = .underscore
        }
        continue
      }
      let digit = Lexer.isDigit(next) ? UInt64(next) - 48 : UInt64(next | 0x20) - 87
      digits += 1
      guard digit < radix else {
        fault = fault ?? .digit(Unicode.Scalar(next), radix: Int(radix))
        continue
      }
      let (product, overflows) = value.multipliedReportingOverflow(by: radix)
      if overflows || product > UInt64(Int64.max) - digit { fault = fault ?? .tooLarge }
      value = product &+ digit
    }
    if digits == 0 { fault = .noDigits }
    if let fault { report(.malformedNumber(text(from: start), fault), from: start, to: offset) }
    emit(.int(fault == nil ? value : 0), from: start)
  }
}
