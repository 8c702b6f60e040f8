internal import TensorCore

/// What both directions of PNG share.
enum PNGFilter {
  /// The neighbour nearest to left + up - corner (Paeth's filter).
  @inline(__always)
  static func predicted(left: UInt8, up: UInt8, corner: UInt8) -> UInt8 {
    let (a, b, c) = (Int(left), Int(up), Int(corner))
    let guess = a + b - c
    let (toLeft, toUp, toCorner) = (abs(guess - a), abs(guess - b), abs(guess - c))
    if toLeft <= toUp, toLeft <= toCorner { return left }
    return toUp <= toCorner ? up : corner
  }
}

/// Writes PNG pictures with 8 or 16 bits a sample, grey or in colours, with or without alpha.
enum PNGWriter {
  /// What is wrong with a tensor as a picture.
  enum Refusal: Error {
    case shape(Shape)
    case dtype(DType)
    case range
    case data(DataError)
  }

  /// The file of a picture u8 (8 bits) or of another integer dtype (16 bits), [height, width] or
  /// [height, width, channels] with 1 to 4 channels.
  static func bytes(of tensor: Tensor) throws(Refusal) -> GrowingBytes {
    let sizes = tensor.shape.array
    guard sizes.count == 2 || sizes.count == 3 && (1...4).contains(sizes[2]),
      sizes[0] > 0, sizes[1] > 0, sizes[0] < 1 << 28, sizes[1] < 1 << 28
    else { throw .shape(tensor.shape) }
    guard tensor.dtype.kind == .integer else { throw .dtype(tensor.dtype) }
    let (height, width, channels) = (sizes[0], sizes[1], sizes.count == 3 ? sizes[2] : 1)
    let isWide = tensor.dtype != .u8
    let samples = try samples(tensor, isWide: isWide)
    do throws(DataError) {
      return try file(
        samples, width: width, height: height, channels: channels, isWide: isWide)
    } catch {
      throw .data(error)
    }
  }

  /// The samples as the file has them: bytes, or pairs of them in big-endian order.
  private static func samples(_ tensor: Tensor, isWide: Bool) throws(Refusal) -> GrowingBytes {
    let count = tensor.count
    do {
      var bytes = try GrowingBytes(capacity: count * (isWide ? 2 : 1))
      if !isWide {
        try bytes.append(elements: tensor)
        return bytes
      }
      let numbers = try tensor.cast(to: .i64)
      let target = bytes.end.assumingMemoryBound(to: UInt8.self)
      let fits = try numbers.withElements(of: Int.self) { elements throws(TensorError) in
        for (index, number) in elements.enumerated() {
          guard 0...65_535 ~= number else { return false }
          target[2 * index] = UInt8(number >> 8)
          target[2 * index + 1] = UInt8(number & 255)
        }
        return true
      }
      guard fits else { throw Refusal.range }
      bytes.count = 2 * count
      return bytes
    } catch let error as Refusal {
      throw error
    } catch let error as TensorError {
      throw .data(.tensor(error))
    } catch let error as DataError {
      throw .data(error)
    } catch {
      throw .range
    }
  }

  private static func file(
    _ samples: GrowingBytes, width: Int, height: Int, channels: Int, isWide: Bool
  ) throws(DataError) -> GrowingBytes {
    let step = channels * (isWide ? 2 : 1)
    let filtered = try filtered(samples, rowBytes: width * step, height, step)
    let raw = UnsafeRawBufferPointer(start: filtered.storage.bytes, count: filtered.count)
    let packed = try Deflater.deflated(raw, isRaw: true)
    var result = try GrowingBytes(capacity: packed.count + 128)
    try result.append(PNGHeader.signature)
    let color: PNGHeader.Color =
      switch channels {
      case 1: .grey
      case 2: .greyAlpha
      case 3: .rgb
      default: .rgba
      }
    try chunk(
      "IHDR", big(width) + big(height) + [isWide ? 16 : 8, color.rawValue, 0, 0, 0], &result)
    // A part of the file holds at most 2³¹ - 1 bytes.
    let checksum = big(Int(adler32(raw)))
    var rest = UnsafeRawBufferPointer(rebasing: packed.bytes[...])
    try chunk("IDAT", [0x78, 0x9c], &result)
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
      try chunk("IDAT", part, &result)
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(part.count))
    }
    try chunk("IDAT", checksum, &result)
    try chunk("IEND", [], &result)
    withExtendedLifetime((filtered.storage, packed.storage)) {}
    return result
  }

  /// The rows, each with the filter that leaves the least.
  private static func filtered(
    _ samples: GrowingBytes, rowBytes: Int, _ height: Int, _ step: Int
  ) throws(DataError) -> GrowingBytes {
    let source = samples.storage.bytes.assumingMemoryBound(to: UInt8.self)
    var result = try GrowingBytes(capacity: (rowBytes + 1) * height)
    let target = result.end.assumingMemoryBound(to: UInt8.self)
    for y in 0..<height {
      if y & 0xff == 0, Interruption.isRequested { throw .tensor(.interrupted) }
      let row = source + y * rowBytes
      let previous = y > 0 ? row - rowBytes : nil
      let line = target + y * (rowBytes + 1)
      var best: (kind: UInt8, weight: Int)?
      for kind: UInt8 in [0, 1, 2, 4] {
        var weight = 0
        for i in 0..<rowBytes {
          weight += Int(Int8(bitPattern: difference(row, previous, i, step, kind)).magnitude)
        }
        if best.map({ weight < $0.weight }) ?? true { best = (kind, weight) }
      }
      let kind = best?.kind ?? 0
      line[0] = kind
      for i in 0..<rowBytes { line[i + 1] = difference(row, previous, i, step, kind) }
    }
    result.count = (rowBytes + 1) * height
    withExtendedLifetime(samples.storage) {}
    return result
  }

  @inline(__always)
  private static func difference(
    _ row: UnsafeMutablePointer<UInt8>, _ previous: UnsafeMutablePointer<UInt8>?, _ i: Int,
    _ step: Int, _ kind: UInt8
  ) -> UInt8 {
    let left = i >= step ? row[i - step] : 0
    let up = previous?[i] ?? 0
    switch kind {
    case 1: return row[i] &- left
    case 2: return row[i] &- up
    case 4:
      let corner = i >= step ? previous?[i - step] ?? 0 : 0
      return row[i] &- PNGFilter.predicted(left: left, up: up, corner: corner)
    default: return row[i]
    }
  }

  private static func chunk(_ type: String, _ data: [UInt8], _ result: inout GrowingBytes)
    throws(DataError)
  {
    var failure: DataError?
    data.withUnsafeBytes { bytes in
      do throws(DataError) { try chunk(type, bytes, &result) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  private static func chunk(
    _ type: String, _ data: UnsafeRawBufferPointer, _ result: inout GrowingBytes
  ) throws(DataError) {
    try result.append(big(data.count))
    let start = result.count
    try result.append(text: type)
    try result.append(data)
    let body = UnsafeRawBufferPointer(
      start: result.storage.bytes + start, count: result.count - start)
    let sum = crc32(of: body)
    try result.append(big(Int(sum)))
  }

  private static func big(_ number: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt32(truncatingIfNeeded: number).bigEndian) { Array($0) }
  }
}
