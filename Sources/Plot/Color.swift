internal import Glibc

/// A colour in 8-bit sRGB.
package struct Color: Sendable, Hashable {
  package let red: UInt8
  package let green: UInt8
  package let blue: UInt8

  init(_ hex: UInt32) {
    red = UInt8(truncatingIfNeeded: hex >> 16)
    green = UInt8(truncatingIfNeeded: hex >> 8)
    blue = UInt8(truncatingIfNeeded: hex)
  }

  init(red: Double, green: Double, blue: Double) {
    func byte(_ value: Double) -> UInt8 { UInt8(min(max(value * 255, 0), 255).rounded()) }
    self.red = byte(red)
    self.green = byte(green)
    self.blue = byte(blue)
  }

  /// `#rgb`, `#rrggbb` or a name of `Color.names`; nil for anything else.
  init?(text: String) {
    if let named = Color.names.first(where: { $0.word == text }) {
      self = named.value
      return
    }
    guard text.hasPrefix("#"), let code = UInt32(text.dropFirst(), radix: 16) else { return nil }
    switch text.utf8.count {
    case 7: self.init(code)
    case 4:
      let (r, g, b) = (code >> 8 & 15, code >> 4 & 15, code & 15)
      self.init(r * 0x110000 + g * 0x1100 + b * 0x11)
    default: return nil
    }
  }

  /// `#rrggbb`
  var hex: String {
    "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// As gnuplot writes it after `lc`: with transparency first when there is any.
  func gnuplot(alpha: Double = 1) -> String {
    guard alpha < 1 else { return "rgb \"\(hex)\"" }
    let transparency = UInt8(((1 - max(alpha, 0)) * 255).rounded())
    return
      "rgb \"#\(transparency < 16 ? "0" : "")\(String(transparency, radix: 16))\(hex.dropFirst())\""
  }

  /// Relative luminance as WCAG 2 defines it, 0…1.
  package var luminance: Double {
    func linear(_ byte: UInt8) -> Double {
      let value = Double(byte) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
  }

  func mixed(with other: Color, _ share: Double) -> Color {
    func mix(_ a: UInt8, _ b: UInt8) -> Double {
      (Double(a) + (Double(b) - Double(a)) * share) / 255
    }
    return Color(
      red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue))
  }

  /// The house palette, in the order series take it. Every colour has a contrast of at least 3
  /// against white and
  /// against #111, and neighbours differ for readers with any common form of colour blindness.
  package static let palette: [Color] = [
    Color(0x3b7fc4), Color(0xd9661f), Color(0x1d9a74), Color(0xc25b9b), Color(0xa8861a),
    Color(0x7b6fd0), Color(0xc0504a), Color(0x7f7f7f),
  ]

  package static let names: [(word: String, value: Color)] = [
    ("blue", palette[0]), ("orange", palette[1]), ("green", palette[2]), ("pink", palette[3]),
    ("yellow", palette[4]), ("purple", palette[5]), ("red", palette[6]), ("gray", palette[7]),
    ("grey", palette[7]), ("black", Color(0x000000)), ("white", Color(0xffffff)),
  ]
}

/// A named run of colours for numbers, piecewise linear in sRGB.
package struct ColorMap: Sendable, Equatable {
  package let name: String
  package let anchors: [Color]
  /// Whether its middle means zero, so that ranges are made symmetric about it.
  let isDiverging: Bool

  private init(_ name: String, isDiverging: Bool = false, _ anchors: [UInt32]) {
    self.name = name
    self.isDiverging = isDiverging
    self.anchors = anchors.map { Color($0) }
  }

  /// The colour at a place from 0 to 1.
  func color(at place: Double) -> Color {
    let scaled = min(max(place.isFinite ? place : 0, 0), 1) * Double(anchors.count - 1)
    let index = min(Int(scaled), anchors.count - 2)
    return anchors[index].mixed(with: anchors[index + 1], scaled - Double(index))
  }

  /// For `set palette`.
  var gnuplot: String {
    let last = Double(anchors.count - 1)
    let steps = anchors.enumerated().map { "\(GnuplotText.brief(Double($0) / last)) \"\($1.hex)\"" }
    return "defined (" + steps.joined(separator: ", ") + ")"
  }

  /// The first is the default. Viridis and magma are anchors of the maps that their authors (S. van
  /// der Walt,
  /// N. Smith) gave to the public domain.
  package static let all: [ColorMap] = [
    ColorMap(
      "viridis",
      [
        0x440154, 0x482878, 0x3e4989, 0x31688e, 0x26828e, 0x1f9e89, 0x35b779, 0x6ece58, 0xb5de2b,
        0xfde725,
      ]),
    ColorMap(
      "magma",
      [
        0x000004, 0x180f3d, 0x440f76, 0x721f81, 0x9e2f7f, 0xcd4071, 0xf1605d, 0xfd9668, 0xfeca8d,
        0xfcfdbf,
      ]),
    ColorMap("blues", [0xf4f8fc, 0xd3e3f2, 0xa5c8e4, 0x6fa8d6, 0x3b7fc4, 0x255d9c, 0x123a6b]),
    ColorMap("gray", [0x000000, 0xffffff]),
    ColorMap(
      "diverging", isDiverging: true,
      [
        0x1c4e88, 0x3b7fc4, 0x8db6de, 0xc9dcee, 0xf4f4f2, 0xf5d5c2, 0xe9a27e, 0xd0612c, 0x8f3a12,
      ]),
    ColorMap(
      "cyclic",
      [0xd8c4d8, 0x8aa0cf, 0x4a64ae, 0x3b2f6e, 0x2f1a38, 0x6a1f49, 0xa94a51, 0xcd9480, 0xd8c4d8]),
  ]

  static let choices = all.map { (word: $0.name, value: $0) }
}
