/// How values are written into a gnuplot script.
enum GnuplotText {
  /// A string constant that gnuplot shows exactly as given, in text that is not enhanced.
  ///
  /// Everything gnuplot might act on is written as an octal code, which becomes a character only
  /// after command
  /// substitution (backquotes) and macros (`@name`) have been looked for.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": result += "\\n"
      case "a"..."z", "A"..."Z", "0"..."9", " ", "-", ".", ",", ":", "(", ")", "/", "=", "+":
        result.unicodeScalars.append(scalar)
      case let control where isControl(control): result += " "
      case "\u{a0}"...: result.unicodeScalars.append(scalar)
      default: result += "\\" + octal(scalar.value)
      }
    }
    return result + "\""
  }

  /// Whether a scalar would steer a terminal or spoil XML instead of showing.
  static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || scalar.value == 0xfffe
      || scalar.value == 0xffff
  }

  private static func octal(_ code: UInt32) -> String {
    let digits = String(code, radix: 8)
    return String(repeating: "0", count: 3 - digits.count) + digits
  }

  /// A number: the shortest text that reads back as the same value. NaN and infinities leave a gap.
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return "NaN" }
    if value == value.rounded(), value.magnitude < 1e15 {
      return value == 0 ? "0" : String(Int64(value))
    }
    return "\(value)"
  }

  /// A number for readers: at most `digits` significant ones.
  static func brief(_ value: Double, digits: Int = 4) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
    if value == value.rounded(), value.magnitude < 1e6 { return String(Int64(value)) }
    var exponent = 0
    var scale = value.magnitude
    while scale >= 10 {
      scale /= 10
      exponent += 1
    }
    while scale < 1 {
      scale *= 10
      exponent -= 1
    }
    return decimal(value, exponent: exponent, digits: digits)
  }

  private static func decimal(_ value: Double, exponent: Int, digits: Int) -> String {
    var (power, mantissa) = (exponent, value.magnitude)
    var unit = 1
    for _ in 1..<digits { unit *= 10 }
    // Scale the mantissa to an integer of `digits` digits, then place the point.
    let shift = digits - 1 - exponent
    if shift >= 0 {
      for _ in 0..<shift { mantissa *= 10 }
    } else {
      for _ in 0..<(-shift) { mantissa /= 10 }
    }
    var whole = Int(mantissa.rounded())
    if whole >= unit * 10 {
      whole /= 10
      power += 1
    }
    var text = Array(String(whole))
    let sign = value < 0 ? "-" : ""
    if power < -4 || power >= max(digits, 6) {
      text.insert(".", at: 1)
      return sign + trimmed(String(text)) + "e\(power)"
    }
    if power < 0 {
      return sign + trimmed("0." + String(repeating: "0", count: -power - 1) + String(text))
    }
    if power + 1 >= text.count {
      return sign + String(text) + String(repeating: "0", count: power + 1 - text.count)
    }
    text.insert(".", at: power + 1)
    return sign + trimmed(String(text))
  }

  private static func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var text = text
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }

  /// A tic label: as `quoted`, with the percent signs doubled, which gnuplot would take for a
  /// format.
  static func ticLabel(_ text: String) -> String {
    var doubled = ""
    for character in text.unicodeScalars {
      doubled.unicodeScalars.append(character)
      if character == "%" { doubled += "%" }
    }
    return quoted(doubled)
  }
}
