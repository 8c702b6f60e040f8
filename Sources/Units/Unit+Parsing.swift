extension Unit {
  /// Reads a unit expression.
  ///
  ///     expression = term { ( "/" | "*" | "·" | blank ) term }       from left to right
  ///     term       = ( unit | "1" | "(" expression ")" ) [ power ]
  ///     power      = ( "^" | "**" ) exponent | "²" …
  ///     exponent   = [ "-" ] digits | "(" [ "-" ] digits [ "/" digits ] ")"
  ///
  /// `mS/cm^2`, `mS cm^-2` and `mS·cm⁻²` are one unit. `J/mol/K` and `J/(mol*K)` are one too;
  /// `J/mol K` is `J/mol*K`.
  ///
  /// - Throws: `unknownUnit`, `malformed`, `exponentTooLarge`, `offsetInProduct`.
  package init(parsing text: String) throws(UnitError) {
    var parser = UnitParser(text)
    self = try parser.parse()
  }
}

/// Reads one unit expression, by recursive descent over its characters.
private struct UnitParser {
  let text: String
  let scalars: [Unicode.Scalar]
  var position = 0
  var depth = 0

  /// How deeply parentheses may nest, and how many characters there may be.
  static let deepest = 20
  static let longest = 1000

  init(_ text: String) {
    self.text = text
    scalars = Array(text.unicodeScalars.prefix(UnitParser.longest + 1))
  }

  mutating func parse() throws(UnitError) -> Unit {
    guard scalars.count <= UnitParser.longest else { throw malformed() }
    let factors = try expression()
    guard position == scalars.count else { throw malformed() }
    return try Unit(factors)
  }

  private mutating func expression() throws(UnitError) -> [Unit.Factor] {
    skipBlanks()
    var factors = try term()
    while true {
      let hadBlank = skipBlanks()
      if take("/") {
        skipBlanks()
        factors += try Unit.raised(try term(), to: Rational.one.negated)
      } else if take("*") || take("·") || take("\u{22C5}") {
        skipBlanks()
        factors += try term()
      } else if hadBlank, let next, next != ")" {
        factors += try term()
      } else {
        return factors
      }
    }
  }

  private mutating func term() throws(UnitError) -> [Unit.Factor] {
    var factors: [Unit.Factor] = []
    if take("(") {
      guard depth < UnitParser.deepest else { throw malformed() }
      depth += 1
      factors = try expression()
      depth -= 1
      guard take(")") else { throw malformed() }
    } else if take("1") {
      factors = []
    } else {
      factors = [try named()]
    }
    if take("^") { return try Unit.raised(factors, to: exponent()) }
    if next == "*", position + 1 < scalars.count, scalars[position + 1] == "*" {
      position += 2
      return try Unit.raised(factors, to: exponent())
    }
    if let power = try superscript() { return try Unit.raised(factors, to: power) }
    return factors
  }

  private mutating func named() throws(UnitError) -> Unit.Factor {
    let start = position
    while let next, UnitParser.isPartOfName(next) { position += 1 }
    guard position > start else { throw malformed() }
    var spelling = ""
    spelling.unicodeScalars.append(contentsOf: scalars[start..<position])
    guard let meaning = UnitTable.meaning(of: spelling) else {
      throw .unknownUnit(spelling, nearest: UnitTable.nearest(to: spelling))
    }
    return Unit.Factor(prefix: meaning.prefix, unit: meaning.unit, exponent: .one)
  }

  private mutating func exponent() throws(UnitError) -> Rational {
    let isBracketed = take("(")
    let isNegative = take("-")
    let numerator = try digits()
    var denominator = 1
    if isBracketed {
      if take("/") { denominator = try digits() }
      guard take(")") else { throw malformed() }
    }
    guard denominator != 0 else { throw malformed() }
    guard let exponent = Rational(isNegative ? -numerator : numerator, denominator) else {
      throw .exponentTooLarge
    }
    return exponent
  }

  private mutating func digits() throws(UnitError) -> Int {
    let start = position
    var value = 0
    while let next, ("0"..."9").contains(next) {
      value = min(value * 10 + Int(next.value - 48), 1_000_000)
      position += 1
    }
    guard position > start else { throw malformed() }
    return value
  }

  /// `⁻²`, when there is one.
  private mutating func superscript() throws(UnitError) -> Rational? {
    let start = position
    let isNegative = take("⁻")
    var value = 0
    var count = 0
    while let next, let digit = UnitParser.superscripts.firstIndex(of: next) {
      value = min(value * 10 + digit, 1_000_000)
      position += 1
      count += 1
    }
    guard count > 0 else {
      position = start
      return nil
    }
    guard let exponent = Rational(isNegative ? -value : value) else { throw .exponentTooLarge }
    return exponent
  }

  private static let superscripts: [Unicode.Scalar] = [
    "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹",
  ]

  /// Letters, `°`, `℃` and `%`.
  private static func isPartOfName(_ scalar: Unicode.Scalar) -> Bool {
    ["°", "\u{2103}", "%"].contains(scalar) || scalar.properties.isAlphabetic
  }

  private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    // `**` is a power, not two products.
    if scalar == "*", position + 1 < scalars.count, scalars[position + 1] == "*" { return false }
    position += 1
    return true
  }

  @discardableResult
  private mutating func skipBlanks() -> Bool {
    let start = position
    while next == " " { position += 1 }
    return position > start
  }

  private func malformed() -> UnitError {
    let offset = scalars.prefix(position).reduce(0) { $0 + UTF8.width($1) }
    return .malformed(text, offset: offset)
  }
}
