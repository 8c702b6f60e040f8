internal import TensorCore

/// Reads PNG pictures: every kind of pixel, interlaced or not. Palettes are spelled out, a
/// transparent colour becomes a channel; nothing else is changed.
struct PNGReader {
  private let name: String
  private let header: PNGHeader
  /// Red, green, blue, alpha of each entry.
  private var palette: [[UInt8]] = []
  private var hasPaletteAlpha = false
  /// The samples of the pixels that are transparent.
  private var keyColor: [Int]?
  private var packed: GrowingBytes

  /// The picture of a file: u8, or i32 when it has 16 bits a sample; [height, width] of grey
  /// pixels, else [height, width, channels].
  ///
  /// - Throws: `damaged`, `tensor` for memory or a wish to stop.
  static func tensor(_ file: FileBytes, name: String) throws(DataError) -> Tensor {
    let reader = try PNGReader(file, name: name)
    return try reader.picture()
  }

  // MARK: - Chunks

  private init(_ file: FileBytes, name: String) throws(DataError) {
    self.name = name
    guard file.count >= 8, file.bytes.prefix(8).elementsEqual(PNGHeader.signature) else {
      throw .damaged(path: name, .wrongFormat(expected: "a PNG picture"))
    }
    var reader = ByteReader(file, from: 8, name: name)
    packed = try GrowingBytes(capacity: file.count)
    let first = try PNGReader.chunk(&reader)
    guard first.type == "IHDR" else {
      throw .damaged(path: name, .header(reason: "it does not come first"))
    }
    header = try PNGHeader(first.data, name)
    while true {
      let (type, data) = try PNGReader.chunk(&reader)
      switch type {
      case "IEND": return
      case "IDAT": try packed.append(data)
      case "PLTE": try readPalette(data)
      case "tRNS": try readTransparency(data)
      default:
        // A small first letter: who does not know the chunk may pass over it.
        guard let letter = type.utf8.first, letter & 0x20 != 0 else {
          throw .damaged(path: name, .header(reason: "a part of kind \(type) is not known"))
        }
      }
    }
  }

  private static func chunk(_ reader: inout ByteReader) throws(DataError) -> (
    type: String, data: UnsafeRawBufferPointer
  ) {
    let length = Int(UInt32(bigEndian: try reader.number(UInt32.self).littleEndian))
    let start = reader.position
    try reader.skip(4)
    try reader.skip(length)
    let bytes = reader.file.bytes
    let sum = UInt32(bigEndian: try reader.number(UInt32.self).littleEndian)
    let type = String(decoding: bytes[start..<start + 4], as: UTF8.self)
    guard crc32(of: UnsafeRawBufferPointer(rebasing: bytes[start..<start + 4 + length])) == sum
    else { throw .damaged(path: reader.name, .checksum(member: type)) }
    return (type, UnsafeRawBufferPointer(rebasing: bytes[start + 4..<start + 4 + length]))
  }

  private mutating func readPalette(_ data: UnsafeRawBufferPointer) throws(DataError) {
    guard data.count % 3 == 0, data.count > 0, data.count <= 768 else {
      throw .damaged(path: name, .header(reason: "its palette has \(data.count) bytes"))
    }
    palette = (0..<data.count / 3).map { [data[3 * $0], data[3 * $0 + 1], data[3 * $0 + 2], 255] }
  }

  private mutating func readTransparency(_ data: UnsafeRawBufferPointer) throws(DataError) {
    switch header.color {
    case .palette:
      guard data.count <= palette.count else { break }
      for index in 0..<data.count { palette[index][3] = data[index] }
      hasPaletteAlpha = true
      return
    case .grey, .rgb:
      guard data.count == 2 * header.samples else { break }
      keyColor = (0..<header.samples).map { Int(data[2 * $0]) << 8 | Int(data[2 * $0 + 1]) }
      return
    case .greyAlpha, .rgba: break
    }
    throw .damaged(path: name, .header(reason: "its transparent colours do not fit its pixels"))
  }

  // MARK: - Pixels

  private var channels: Int {
    if header.color == .palette { return hasPaletteAlpha ? 4 : 3 }
    return header.samples + (keyColor == nil ? 0 : 1)
  }

  private func picture() throws(DataError) -> Tensor {
    if header.color == .palette, palette.isEmpty {
      throw .damaged(path: name, .header(reason: "its palette is missing"))
    }
    let rows = try unpacked()
    let sizes = [header.height, header.width] + (channels == 1 ? [] : [channels])
    let shape = Shape(sizes)
    let result: Tensor
    do throws(TensorError) {
      result = try Tensor(uninitialized: header.depth == 16 ? .i32 : .u8, shape)
    } catch {
      throw .tensor(error)
    }
    let bytes = rows.storage.bytes.assumingMemoryBound(to: UInt8.self)
    var position = 0
    for pass in header.passes {
      let width = (header.width - pass.x + pass.dx - 1) / pass.dx
      guard width > 0 else { continue }
      let size = header.rowBytes(width)
      var previous: UnsafeMutablePointer<UInt8>?
      for y in stride(from: pass.y, to: header.height, by: pass.dy) {
        if y & 0xff == 0, Interruption.isRequested { throw .tensor(.interrupted) }
        let row = bytes + position + 1
        try unfilter(row, previous, size, kind: bytes[position])
        let start = y * header.width + pass.x
        if header.depth == 16 {
          try spread(
            row, width, start, pass.dx, result.pointer.assumingMemoryBound(to: Int32.self))
        } else {
          try spread(
            row, width, start, pass.dx, result.pointer.assumingMemoryBound(to: UInt8.self))
        }
        previous = row
        position += size + 1
      }
    }
    withExtendedLifetime(rows.storage) {}
    return result
  }

  /// The rows with their filters, decompressed.
  private func unpacked() throws(DataError) -> FileBytes {
    let source = FileBytes(storage: packed.storage, count: packed.count)
    // Deflate makes at most 1032 bytes of one.
    guard let needed = header.storedBytes, needed / 1032 <= source.count else {
      throw .damaged(
        path: name,
        .truncated(neededBytes: header.storedBytes ?? .max, foundBytes: source.count))
    }
    guard source.count >= 6, source.bytes[0] & 0xf == 8, source.bytes[1] & 0x20 == 0,
      (Int(source.bytes[0]) << 8 | Int(source.bytes[1])) % 31 == 0
    else { throw .damaged(path: name, .compression(reason: "its first bytes are wrong")) }
    let rows = try Inflater(
      source: source, offset: 2, count: source.count - 2, isRaw: true, name: name
    ).inflated(expected: needed + 1)
    guard rows.count >= needed else {
      throw .damaged(path: name, .truncated(neededBytes: needed, foundBytes: rows.count))
    }
    return rows
  }

  /// Takes back what the filter of a row did.
  private func unfilter(
    _ row: UnsafeMutablePointer<UInt8>, _ previous: UnsafeMutablePointer<UInt8>?, _ size: Int,
    kind: UInt8
  ) throws(DataError) {
    let step = max(1, header.samples * header.depth / 8)
    switch kind {
    case 0: return
    case 1:
      for i in stride(from: step, to: size, by: 1) { row[i] &+= row[i - step] }
    case 2:
      guard let previous else { return }
      for i in 0..<size { row[i] &+= previous[i] }
    case 3:
      for i in 0..<size {
        let left = i >= step ? Int(row[i - step]) : 0
        row[i] &+= UInt8((left + Int(previous?[i] ?? 0)) / 2)
      }
    case 4:
      for i in 0..<size {
        let left = i >= step ? row[i - step] : 0
        let corner = i >= step ? previous?[i - step] ?? 0 : 0
        row[i] &+= PNGFilter.predicted(left: left, up: previous?[i] ?? 0, corner: corner)
      }
    default: throw .damaged(path: name, .compression(reason: "there is no filter \(kind)"))
    }
  }

  /// Writes the pixels of a row to the picture, every `step`-th from `start` on.
  private func spread<Element: FixedWidthInteger>(
    _ row: UnsafeMutablePointer<UInt8>, _ width: Int, _ start: Int, _ step: Int,
    _ target: UnsafeMutablePointer<Element>
  ) throws(DataError) {
    let (samples, channels, depth) = (header.samples, channels, header.depth)
    let full = 1 << depth - 1
    for x in 0..<width {
      let pixel = target + (start + x * step) * channels
      if header.color == .palette {
        let index = sample(row, x, depth)
        guard index < palette.count else {
          throw .damaged(path: name, .header(reason: "its palette has no colour \(index)"))
        }
        for channel in 0..<channels { pixel[channel] = Element(palette[index][channel]) }
        continue
      }
      var isKey = keyColor != nil
      for channel in 0..<samples {
        let value = sample(row, x * samples + channel, depth)
        if let keyColor, keyColor[channel] != value { isKey = false }
        pixel[channel] = Element(depth < 8 ? value * 255 / full : value)
      }
      if keyColor != nil { pixel[samples] = isKey ? 0 : Element(depth == 16 ? 65_535 : 255) }
    }
  }

  @inline(__always)
  private func sample(_ row: UnsafeMutablePointer<UInt8>, _ index: Int, _ depth: Int) -> Int {
    switch depth {
    case 8: return Int(row[index])
    case 16: return Int(row[2 * index]) << 8 | Int(row[2 * index + 1])
    default:
      let bit = index * depth
      return Int(row[bit / 8]) >> (8 - depth - bit % 8) & (1 << depth - 1)
    }
  }
}
