/// Writing zip archives that NumPy reads. Times are fixed, so that equal content gives equal files.
struct ZipWriter {
  private(set) var bytes: GrowingBytes
  private var directory: [UInt8] = []
  private var count = 0

  init() throws(DataError) { bytes = try GrowingBytes(capacity: 1 << 16) }

  /// 1 January 1980, the first day of zip.
  private static let date: UInt16 = 0x21

  /// - Throws: `tensor` for memory or a wish to stop.
  mutating func add(_ name: String, _ content: UnsafeRawBufferPointer, compresses: Bool)
    throws(DataError)
  {
    let packed = compresses ? try Deflater.deflated(content, isRaw: true) : nil
    let body = packed?.bytes ?? content
    let offset = bytes.count
    let common = entryFields(
      method: compresses ? 8 : 0, checksum: crc32(of: content), packed: body.count,
      size: content.count,
      nameLength: name.utf8.count)
    let local =
      little(UInt32(0x0403_4b50)) + common.fields
      + little(UInt16(common.extra.count)) + Array(name.utf8) + common.extra
    try append(local)
    try bytes.append(body)
    // In the directory the wide values also hold the offset.
    var extra = common.extra
    let isFar = offset >= 0xffff_ffff
    if isFar {
      let values = Array(extra.dropFirst(4)) + little(UInt64(offset))
      extra = little(UInt16(1)) + little(UInt16(values.count)) + values
    }
    directory +=
      little(UInt32(0x0201_4b50)) + little(UInt16(45)) + common.fields
      + little(UInt16(extra.count)) + [UInt8](repeating: 0, count: 10)
      + little(UInt32(isFar ? 0xffff_ffff : offset)) + Array(name.utf8) + extra
    count += 1
  }

  /// From the version to the length of the name, as both headers have them; and the 64-bit sizes
  /// when they are needed.
  private func entryFields(
    method: UInt16, checksum: UInt32, packed: Int, size: Int, nameLength: Int
  ) -> (fields: [UInt8], extra: [UInt8]) {
    let isWide = max(packed, size) >= 0xffff_ffff
    let extra =
      isWide
      ? little(UInt16(1)) + little(UInt16(16)) + little(UInt64(size)) + little(UInt64(packed)) : []
    // 0x0800: the name is UTF-8.
    let head = little(UInt16(45)) + little(UInt16(0x0800)) + little(method)
    let time = little(UInt16(0)) + little(ZipWriter.date)
    let sizes =
      little(checksum) + little(UInt32(isWide ? 0xffff_ffff : packed))
      + little(UInt32(isWide ? 0xffff_ffff : size))
    return (head + time + sizes + little(UInt16(nameLength)), extra)
  }

  /// Ends the archive.
  mutating func finish() throws(DataError) {
    let start = bytes.count
    try append(directory)
    let isWide = start >= 0xffff_ffff || count >= 0xffff
    if isWide {
      let wideStart = bytes.count
      try append(
        little(UInt32(0x0606_4b50)) + little(UInt64(44)) + little(UInt16(45)) + little(UInt16(45))
          + little(UInt32(0)) + little(UInt32(0)))
      try append(
        little(UInt64(count)) + little(UInt64(count)) + little(UInt64(directory.count))
          + little(UInt64(start)))
      try append(
        little(UInt32(0x0706_4b50)) + little(UInt32(0)) + little(UInt64(wideStart))
          + little(UInt32(1)))
    }
    let shown = UInt16(min(count, 0xffff))
    try append(
      little(UInt32(0x0605_4b50)) + little(UInt32(0)) + little(shown) + little(shown)
        + little(UInt32(min(directory.count, 0xffff_ffff)))
        + little(UInt32(isWide ? 0xffff_ffff : start)) + little(UInt16(0)))
  }

  private mutating func append(_ part: [UInt8]) throws(DataError) {
    try bytes.reserve(part.count)
    part.withUnsafeBytes { source in
      if let base = source.baseAddress { bytes.end.copyMemory(from: base, byteCount: source.count) }
    }
    bytes.count += part.count
  }

  private func little(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}
