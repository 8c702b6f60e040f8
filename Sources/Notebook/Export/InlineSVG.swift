/// Prepares an SVG picture to stand inside an HTML page.
enum InlineSVG {
  /// The `svg` element with its ids made unique by `prefix`; nil when the picture cannot safely
  /// stand in a page.
  ///
  /// Removed: what stands before and after the element, and `title` and `desc`, which name the
  /// program that drew it.
  /// - Complexity: O(bytes).
  static func element(_ data: [UInt8], prefix: String) -> String? {
    guard let start = find("<svg", in: data[...]), String(validating: data, as: UTF8.self) != nil,
      let end = findLast("</svg>", in: data)
    else { return nil }
    var svg = Array(data[start..<end])
    guard !isActive(svg) else { return nil }
    for (open, close) in [("<!--", "-->"), ("<title>", "</title>"), ("<desc>", "</desc>")] {
      svg = removing(open, close, from: svg)
    }
    return String(
      decoding: prefixingIdentifiers(in: svg, with: Array("\(prefix)-".utf8)), as: UTF8.self)
  }

  // MARK: - Searching bytes

  private static func matches(_ text: StaticString, _ bytes: [UInt8], at index: Int) -> Bool {
    guard index + text.utf8CodeUnitCount <= bytes.count else { return false }
    return text.withUTF8Buffer { buffer in
      for offset in 0..<buffer.count where lowered(bytes[index + offset]) != buffer[offset] {
        return false
      }
      return true
    }
  }

  private static func lowered(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
  }

  private static func find(_ text: String, in bytes: ArraySlice<UInt8>) -> Int? {
    let wanted = Array(text.utf8)
    guard let first = wanted.first else { return nil }
    var index = bytes.startIndex
    while let candidate = bytes[index...].firstIndex(of: first) {
      if bytes[candidate...].starts(with: wanted) { return candidate }
      index = candidate + 1
    }
    return nil
  }

  /// The offset after the last occurrence.
  private static func findLast(_ text: String, in bytes: [UInt8]) -> Int? {
    let wanted = Array(text.utf8)
    guard bytes.count >= wanted.count else { return nil }
    for start in stride(from: bytes.count - wanted.count, through: 0, by: -1)
    where bytes[start...].starts(with: wanted) {
      return start + wanted.count
    }
    return nil
  }

  private static func removing(_ open: String, _ close: String, from bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var rest = bytes[...]
    while let start = find(open, in: rest),
      let end = find(close, in: bytes[(start + open.utf8.count)...])
    {
      result += rest[rest.startIndex..<start]
      rest = bytes[(end + close.utf8.count)...]
    }
    return result + rest
  }

  // MARK: - Safety

  /// Whether the picture holds anything that acts: scripts, event attributes, foreign content,
  /// references to elsewhere.
  private static func isActive(_ bytes: [UInt8]) -> Bool {
    for index in bytes.indices {
      switch lowered(bytes[index]) {
      case UInt8(ascii: "<"):
        if matches("<script", bytes, at: index) || matches("<foreignobject", bytes, at: index) {
          return true
        }
      case UInt8(ascii: "j"):
        if matches("javascript:", bytes, at: index) { return true }
      case UInt8(ascii: "o"):
        if index > 0, isSpaceOrQuote(bytes[index - 1]), isEventAttribute(bytes, at: index) {
          return true
        }
      case UInt8(ascii: "h"):
        if matches("href=", bytes, at: index), !isLocalReference(bytes, at: index + 5) {
          return true
        }
      default:
        break
      }
    }
    return false
  }

  private static func isSpaceOrQuote(_ byte: UInt8) -> Bool {
    byte <= 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'")
      || byte == UInt8(ascii: "/")
  }

  /// `onload=`, `onclick =`
  private static func isEventAttribute(_ bytes: [UInt8], at start: Int) -> Bool {
    guard matches("on", bytes, at: start) else { return false }
    var index = start + 2
    while index < bytes.count,
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(lowered(bytes[index]))
    {
      index += 1
    }
    guard index > start + 2 else { return false }
    while index < bytes.count, bytes[index] <= 0x20 { index += 1 }
    return index < bytes.count && bytes[index] == UInt8(ascii: "=")
  }

  private static func isLocalReference(_ bytes: [UInt8], at quote: Int) -> Bool {
    guard quote + 1 < bytes.count else { return false }
    return bytes[quote + 1] == UInt8(ascii: "#") || matches("data:image/", bytes, at: quote + 1)
  }

  // MARK: - Identifiers

  /// Prefixes `id='a'`, `href='#a'` and `url(#a)`: two pictures in a page must not share a name.
  private static func prefixingIdentifiers(in bytes: [UInt8], with prefix: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + 1024)
    var index = 0
    while index < bytes.count {
      let length = referenceLength(bytes, at: index)
      result += bytes[index..<index + max(1, length)]
      if length > 0 { result += prefix }
      index += max(1, length)
    }
    return result
  }

  /// The length of what stands before a name here; 0 when no name follows.
  private static func referenceLength(_ bytes: [UInt8], at index: Int) -> Int {
    switch bytes[index] {
    case UInt8(ascii: "i"):
      guard index > 0, bytes[index - 1] <= 0x20 else { return 0 }
      return matches("id='", bytes, at: index) || matches("id=\"", bytes, at: index) ? 4 : 0
    case UInt8(ascii: "h"):
      return matches("href='#", bytes, at: index) || matches("href=\"#", bytes, at: index) ? 7 : 0
    case UInt8(ascii: "u"):
      if matches("url(#", bytes, at: index) { return 5 }
      return matches("url('#", bytes, at: index) || matches("url(\"#", bytes, at: index) ? 6 : 0
    default:
      return 0
    }
  }
}
