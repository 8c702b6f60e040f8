/// One unit by name: what it measures, how many coherent SI units it is, and how it may be written.
package struct NamedUnit: Sendable {
  /// As it is printed: `Ω`.
  package let symbol: String
  /// Further spellings that are read: `ohm`.
  let aliases: [String]
  /// The English name, which a mistaken spelling is compared with.
  package let name: String
  let dimension: Dimension
  let scale: Scale
  /// Whether prefixes may stand before it.
  let takesPrefix: Bool
  /// Coherent SI units between the SI's zero and the unit's: 273.15 for `°C`.
  let offset: Double

  init(
    _ symbol: String, _ name: String, _ dimension: Dimension, _ scale: Scale = .one,
    aliases: [String] = [], takesPrefix: Bool = true, offset: Double = 0
  ) {
    self.symbol = symbol
    self.aliases = aliases
    self.name = name
    self.dimension = dimension
    self.scale = scale
    self.takesPrefix = takesPrefix
    self.offset = offset
  }
}

/// A power of ten before a unit.
package struct Prefix: Hashable, Sendable {
  package let symbol: String
  let name: String
  /// The exponent of ten.
  package let power: Int
}

/// All units and prefixes, and what spellings mean.
///
/// To add a unit, add one entry; reading, printing, suggestions and the tests follow. A spelling
/// that is an entry's own is that entry (`min` is a minute, `Pa` a pascal); else a prefix is split
/// off (`mV`).
package enum UnitTable {
  /// Where a spelling leads.
  struct Meaning: Sendable {
    let prefix: Prefix?
    /// The position in `units`.
    let unit: Int
  }

  package static let prefixes: [Prefix] = [
    Prefix(symbol: "f", name: "femto", power: -15), Prefix(symbol: "p", name: "pico", power: -12),
    Prefix(symbol: "n", name: "nano", power: -9), Prefix(symbol: "u", name: "micro", power: -6),
    Prefix(symbol: "m", name: "milli", power: -3), Prefix(symbol: "c", name: "centi", power: -2),
    Prefix(symbol: "d", name: "deci", power: -1), Prefix(symbol: "h", name: "hecto", power: 2),
    Prefix(symbol: "k", name: "kilo", power: 3), Prefix(symbol: "M", name: "mega", power: 6),
    Prefix(symbol: "G", name: "giga", power: 9), Prefix(symbol: "T", name: "tera", power: 12),
  ]

  package static let units: [NamedUnit] = base + derived + others

  private static let energy = Dimension(mass: 1, length: 2, time: -2)
  private static let pressure = Dimension(mass: 1, length: -1, time: -2)
  private static let dose = Dimension(length: 2, time: -2)

  private static let base: [NamedUnit] = [
    NamedUnit("m", "metre", Dimension(length: 1)),
    NamedUnit("g", "gram", Dimension(mass: 1), Scale(1, power: -3)),
    NamedUnit("s", "second", Dimension(time: 1)),
    NamedUnit("A", "ampere", Dimension(current: 1)),
    NamedUnit("K", "kelvin", Dimension(temperature: 1)),
    NamedUnit("mol", "mole", Dimension(amount: 1)),
    NamedUnit("cd", "candela", Dimension(luminousIntensity: 1)),
  ]

  /// The derived units of the SI that have names.
  private static let derived: [NamedUnit] = [
    NamedUnit("V", "volt", Dimension(mass: 1, length: 2, time: -3, current: -1)),
    NamedUnit(
      "Ω", "ohm", Dimension(mass: 1, length: 2, time: -3, current: -2),
      aliases: ["ohm", "Ohm", "\u{2126}"]),
    NamedUnit("S", "siemens", Dimension(mass: -1, length: -2, time: 3, current: 2)),
    NamedUnit("F", "farad", Dimension(mass: -1, length: -2, time: 4, current: 2)),
    NamedUnit("C", "coulomb", Dimension(time: 1, current: 1)),
    NamedUnit("N", "newton", Dimension(mass: 1, length: 1, time: -2)),
    NamedUnit("J", "joule", energy),
    NamedUnit("W", "watt", Dimension(mass: 1, length: 2, time: -3)),
    NamedUnit("Hz", "hertz", Dimension(time: -1)),
    NamedUnit("Pa", "pascal", pressure),
    NamedUnit("Wb", "weber", Dimension(mass: 1, length: 2, time: -2, current: -1)),
    NamedUnit("T", "tesla", Dimension(mass: 1, time: -2, current: -1)),
    NamedUnit("H", "henry", Dimension(mass: 1, length: 2, time: -2, current: -2)),
    NamedUnit("lm", "lumen", Dimension(luminousIntensity: 1)),
    NamedUnit("lx", "lux", Dimension(length: -2, luminousIntensity: 1)),
    NamedUnit("Bq", "becquerel", Dimension(time: -1)),
    NamedUnit("Gy", "gray", dose),
    NamedUnit("Sv", "sievert", dose),
    NamedUnit("kat", "katal", Dimension(time: -1, amount: 1)),
    NamedUnit("rad", "radian", .none),
    NamedUnit("sr", "steradian", .none),
    NamedUnit(
      "°C", "degree Celsius", Dimension(temperature: 1), aliases: ["degC", "\u{2103}"],
      takesPrefix: false, offset: 273.15),
  ]

  /// What is used beside the SI. All factors are exact but that of the dalton (CODATA 2022).
  private static let others: [NamedUnit] = [
    NamedUnit("M", "molar", Dimension(length: -3, amount: 1), Scale(1, power: 3)),
    NamedUnit("L", "litre", Dimension(length: 3), Scale(1, power: -3), aliases: ["l"]),
    NamedUnit(
      "Å", "angstrom", Dimension(length: 1), Scale(1, power: -10),
      aliases: ["\u{212B}", "angstrom"], takesPrefix: false),
    NamedUnit("min", "minute", Dimension(time: 1), Scale(60), takesPrefix: false),
    NamedUnit("h", "hour", Dimension(time: 1), Scale(3600), takesPrefix: false),
    NamedUnit("d", "day", Dimension(time: 1), Scale(86400), takesPrefix: false),
    NamedUnit("deg", "degree", .none, degree, aliases: ["°"], takesPrefix: false),
    NamedUnit("eV", "electronvolt", energy, Scale(1_602_176_634, power: -28)),
    NamedUnit("cal", "calorie", energy, Scale(4184, power: -3)),
    NamedUnit("Da", "dalton", Dimension(mass: 1), Scale(166_053_906_892, power: -38)),
    NamedUnit("bar", "bar", pressure, Scale(1, power: 5)),
    NamedUnit("atm", "atmosphere", pressure, Scale(101_325), takesPrefix: false),
    NamedUnit(
      "mmHg", "millimetre of mercury", pressure, Scale(133_322_387_415, power: -9),
      takesPrefix: false),
    NamedUnit("%", "percent", .none, Scale(1, power: -2), takesPrefix: false),
    NamedUnit("ppm", "parts per million", .none, Scale(1, power: -6), takesPrefix: false),
  ]

  /// π/180; the exponents are far from their limit.
  private static let degree: Scale = (try? Scale.pi.divided(by: Scale(180))) ?? .pi

  /// What each spelling means.
  private static let meanings: [String: Meaning] = {
    var meanings: [String: Meaning] = [:]
    for (position, unit) in units.enumerated() where unit.takesPrefix {
      for prefix in prefixes {
        for spelling in [unit.symbol] + unit.aliases {
          for start in prefix.symbol == "u" ? ["u", "\u{B5}", "\u{3BC}"] : [prefix.symbol] {
            meanings[start + spelling] = Meaning(prefix: prefix, unit: position)
          }
        }
      }
    }
    for (position, unit) in units.enumerated() {
      for spelling in [unit.symbol] + unit.aliases {
        meanings[spelling] = Meaning(prefix: nil, unit: position)
      }
    }
    return meanings
  }()

  /// Every spelling that is a unit, in alphabetical order; for completion.
  package static var spellings: [String] { meanings.keys.sorted() }

  /// - Complexity: O(1).
  static func meaning(of spelling: String) -> Meaning? { meanings[spelling] }
}
