/// Changes bytes and tokens of known inputs.
struct Mutator {
  let corpus: [[UInt8]]
  /// Pieces of all texts of the corpus, to put into others.
  private let tokens: [[UInt8]]

  private static let numbers: [Int] = [
    0, 1, -1, 2, 7, 8, 9, 127, 128, 255, 256, 32_767, 65_535, 65_536, 2_147_483_647, 4_294_967_295,
    4_294_967_296, .max, .min,
  ]

  init(_ corpus: [[UInt8]], isText: Bool) {
    self.corpus = corpus
    tokens = isText ? corpus.prefix(400).flatMap { Mutator.tokens(of: $0) } : []
  }

  func input(_ random: inout RandomSource) -> [UInt8] {
    var bytes = random.pick(corpus)
    let usesTokens = !tokens.isEmpty && random.chance(65)
    for _ in 0...random.below(random.chance(70) ? 4 : 24) {
      bytes = usesTokens ? changeTokens(bytes, &random) : changeBytes(bytes, &random)
    }
    return Array(bytes.prefix(1 << 16))
  }

  // MARK: - Bytes

  func changeBytes(_ input: [UInt8], _ random: inout RandomSource) -> [UInt8] {
    var bytes = input
    let place = random.below(bytes.count)
    let length = 1 + random.below(random.chance(80) ? 8 : 64)
    let end = min(bytes.count, place + length)
    switch random.below(9) {
    case 0 where !bytes.isEmpty: bytes[place] ^= 1 << UInt8(random.below(8))
    case 1 where !bytes.isEmpty: bytes[place] = UInt8(random.below(256))
    case 2: bytes.removeSubrange(place..<end)
    case 3: bytes.insert(contentsOf: bytes[place..<end], at: random.below(bytes.count + 1))
    case 4:
      let other = random.pick(corpus)
      let start = random.below(other.count)
      bytes.insert(contentsOf: other[start..<min(other.count, start + 4 * length)], at: place)
    case 5: bytes.insert(contentsOf: "\(random.pick(Mutator.numbers))".utf8, at: place)
    case 6 where bytes.count >= 8:
      // A number as binary files hold it, of 1, 2, 4 or 8 bytes, in either order.
      let number = UInt64(bitPattern: Int64(random.pick(Mutator.numbers)))
      let size = 1 << random.below(4)
      let start = random.below(bytes.count - size + 1)
      let isBig = random.chance(30)
      for i in 0..<size {
        bytes[start + (isBig ? size - 1 - i : i)] = UInt8(
          truncatingIfNeeded: number >> UInt64(8 * i))
      }
    case 7: bytes.removeSubrange(random.below(bytes.count)..<bytes.count)
    default:
      bytes.insert(
        contentsOf: [UInt8](repeating: UInt8(random.below(256)), count: length), at: place)
    }
    return bytes
  }

  // MARK: - Tokens

  private static func kind(_ byte: UInt8) -> Int {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 128...:
      0
    case UInt8(ascii: " "), UInt8(ascii: "\t"): 1
    case UInt8(ascii: "\n"): 2
    default: 3
    }
  }

  /// Words, runs of blanks, and single other characters.
  static func tokens(of bytes: [UInt8]) -> [[UInt8]] {
    var result: [[UInt8]] = []
    for byte in bytes {
      if let last = result.last?.last, kind(last) == kind(byte), kind(byte) < 2 {
        result[result.count - 1].append(byte)
      } else {
        result.append([byte])
      }
    }
    return result
  }

  private func changeTokens(_ input: [UInt8], _ random: inout RandomSource) -> [UInt8] {
    var list = Mutator.tokens(of: input)
    let place = random.below(list.count)
    let end = min(list.count, place + 1 + random.below(6))
    switch random.below(8) {
    case 0, 1: if !list.isEmpty { list[place] = random.pick(tokens) }
    case 2: list.removeSubrange(place..<end)
    case 3: list.insert(contentsOf: list[place..<end], at: random.below(list.count + 1))
    case 4: if !list.isEmpty { list.swapAt(place, random.below(list.count)) }
    case 5: list.insert(random.pick(tokens), at: place)
    case 6:
      if !list.isEmpty { list[place] = Array("\(random.pick(Mutator.numbers))".utf8) }
    default:
      let other = Mutator.tokens(of: random.pick(corpus))
      let start = random.below(other.count)
      list.insert(contentsOf: other[start..<min(other.count, start + 12)], at: place)
    }
    return list.flatMap { $0 }
  }
}
