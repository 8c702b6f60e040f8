internal import TensorCore

/// NumPy's format for one array: versions 1 to 3, either byte order, row-major or column-major.
enum NPYFormat {
  private static let magic: [UInt8] = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]

  // MARK: - Reading

  /// The array in a stretch of a file. Elements that lie as a tensor's do are not copied.
  ///
  /// - Parameter member: the name within an archive; nil for a file of its own.
  /// - Throws: `damaged`, `tensor` for memory, a wish to stop or more than 8 axes.
  static func tensor(
    _ file: FileBytes, offset: Int = 0, count: Int, name: String, member: String? = nil
  ) throws(DataError) -> Tensor {
    let path = member.map { "\(name)\", member \"\($0)" } ?? name
    let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[offset..<offset + count])
    guard bytes.count >= 10, bytes.prefix(6).elementsEqual(magic) else {
      throw .damaged(path: path, .wrongFormat(expected: "in NumPy's format (.npy)"))
    }
    let (header, start) = try header(bytes, path)
    guard header.shape.count <= Shape.maxRank else {
      throw .tensor(.rankTooHigh(rank: header.shape.count))
    }
    guard let layout = ElementLayout(header.descriptor) else {
      throw .damaged(path: path, .dtype(header.descriptor))
    }
    let sizes = Shape(header.isFortranOrder ? header.shape.reversed() : header.shape)
    guard let elements = sizes.checkedCount, elements <= Int.max / 16 else {
      throw .damaged(path: path, .header(reason: "its shape has too many elements"))
    }
    let needed = elements * layout.size
    guard needed <= bytes.count - start else {
      throw .damaged(path: path, .truncated(neededBytes: needed, foundBytes: bytes.count - start))
    }
    let result = try layout.tensor(file, at: offset + start, sizes, path)
    do throws(TensorError) {
      return header.isFortranOrder ? try result.transposed() : result
    } catch {
      throw .tensor(error)
    }
  }

  /// The header and where the elements begin.
  private static func header(_ bytes: UnsafeRawBufferPointer, _ path: String) throws(DataError) -> (
    NPYHeader, Int
  ) {
    let version = bytes[6]
    guard (1...3).contains(version) else {
      throw .damaged(path: path, .header(reason: "version \(version) of the format is not known"))
    }
    let numbers = LittleEndian(bytes)
    let start = version == 1 ? 10 : 12
    let length = version == 1 ? numbers.half(at: 8) : Int(numbers.word(at: 8))
    guard start <= bytes.count, length <= bytes.count - start else {
      throw .damaged(
        path: path, .truncated(neededBytes: length, foundBytes: max(0, bytes.count - start)))
    }
    guard length <= 1 << 20 else {
      throw .damaged(path: path, .header(reason: "it is \(length) bytes long"))
    }
    do throws(NPYHeader.Fault) {
      return (try NPYHeader(parsing: numbers.text(from: start, count: length)), start + length)
    } catch {
      if let dtype = error.dtype { throw .damaged(path: path, .dtype(dtype)) }
      throw .damaged(path: path, .header(reason: error.reason))
    }
  }

  // MARK: - Writing

  /// The file of a tensor, version 1.0, row-major.
  ///
  /// - Throws: `tensor` for memory, a wish to stop, or bf16, which the format lacks.
  static func bytes(of tensor: Tensor) throws(DataError) -> GrowingBytes {
    guard let descriptor = ElementLayout.descriptor(of: tensor.dtype) else {
      throw .tensor(.unsupportedDType(operation: "write_npy", dtype: tensor.dtype))
    }
    let dense: Tensor
    do throws(TensorError) { dense = try tensor.contiguous() } catch { throw .tensor(error) }
    let header = NPYHeader(
      descriptor: descriptor, isFortranOrder: false,
      shape: tensor.shape.array)
    // The elements begin at a multiple of 64.
    var text = header.text
    while (10 + text.utf8.count + 1) % 64 != 0 { text.append(" ") }
    text.append("\n")
    let length = UInt16(text.utf8.count)
    let head = magic + [1, 0, UInt8(length & 0xff), UInt8(length >> 8)] + Array(text.utf8)
    let size = dense.count * dense.dtype.size
    var result = try GrowingBytes(capacity: head.count + size)
    result.end.copyMemory(from: head, byteCount: head.count)
    result.count = head.count
    try result.append(UnsafeRawBufferPointer(start: dense.pointer, count: size))
    withExtendedLifetime(dense.storage) {}
    return result
  }
}
