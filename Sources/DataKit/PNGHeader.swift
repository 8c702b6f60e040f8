/// What the first chunk of a PNG file says of its picture.
struct PNGHeader {
  enum Color: UInt8 { case grey = 0, rgb = 2, palette = 3, greyAlpha = 4, rgba = 6 }

  let width: Int
  let height: Int
  /// Bits a sample: 1, 2, 4, 8 or 16.
  let depth: Int
  let color: Color
  let isInterlaced: Bool

  static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

  /// Samples a pixel, as they are stored.
  var samples: Int {
    switch color {
    case .grey, .palette: 1
    case .greyAlpha: 2
    case .rgb: 3
    case .rgba: 4
    }
  }

  /// The bytes of a row of `width` pixels, its filter not counted.
  func rowBytes(_ width: Int) -> Int { (width * samples * depth + 7) / 8 }

  /// The parts that the picture is stored in: first pixel and steps of each.
  var passes: [(x: Int, y: Int, dx: Int, dy: Int)] {
    guard isInterlaced else { return [(0, 0, 1, 1)] }
    return [
      (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
      (0, 1, 1, 2),
    ]
  }

  /// The bytes of all rows with their filters; nil when that is no number.
  var storedBytes: Int? {
    guard width <= 1 << 28, height <= 1 << 28 else { return nil }
    var total = 0
    for pass in passes {
      let columns = (width - pass.x + pass.dx - 1) / pass.dx
      let rows = (height - pass.y + pass.dy - 1) / pass.dy
      if columns > 0, rows > 0 { total += rows * (1 + rowBytes(columns)) }
    }
    return total
  }

  /// - Throws: `damaged` for what the format does not have.
  init(_ data: UnsafeRawBufferPointer, _ name: String) throws(DataError) {
    guard data.count == 13 else {
      throw .damaged(path: name, .header(reason: "its length is \(data.count)"))
    }
    width = PNGHeader.word(data, 0)
    height = PNGHeader.word(data, 4)
    depth = Int(data[8])
    guard let color = Color(rawValue: data[9]), data[10] == 0, data[11] == 0, data[12] <= 1 else {
      throw .damaged(path: name, .header(reason: "its kind of pixels is not known"))
    }
    self.color = color
    isInterlaced = data[12] == 1
    let depths: [Int] =
      switch color {
      case .grey: [1, 2, 4, 8, 16]
      case .palette: [1, 2, 4, 8]
      case .rgb, .rgba, .greyAlpha: [8, 16]
      }
    guard depths.contains(depth), width > 0, height > 0 else {
      throw .damaged(
        path: name, .header(reason: "\(width) × \(height) pixels of depth \(depth)"))
    }
  }

  /// A number in big-endian order.
  static func word(_ bytes: UnsafeRawBufferPointer, _ position: Int) -> Int {
    Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
  }
}
