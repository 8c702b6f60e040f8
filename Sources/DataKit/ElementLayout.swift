internal import TensorCore

/// How the elements of a `.npy` file lie in it, and how they become a tensor's.
struct ElementLayout {
  /// What the file holds; those without a dtype of ours are widened.
  private enum Kind {
    case own(DType)
    case u16, i16, u32, u64, f16
  }

  private let kind: Kind
  private let isSwapped: Bool
  /// Bytes an element in the file.
  let size: Int

  /// - Parameter descriptor: byte order, kind and size as NumPy writes them: `<f8`, `|b1`, `>i4`.
  ///   Nil for others.
  init?(_ descriptor: String) {
    let characters = Array(descriptor.utf8)
    guard let order = characters.first else { return nil }
    let isBig = order == UInt8(ascii: ">")
    let hasOrder =
      isBig || order == UInt8(ascii: "<") || order == UInt8(ascii: "|")
      || order == UInt8(ascii: "=")
    switch String(decoding: hasOrder ? characters[1...] : characters[...], as: UTF8.self) {
    case "b1", "?": (kind, size) = (.own(.bool), 1)
    case "u1", "B": (kind, size) = (.own(.u8), 1)
    case "i1", "b": (kind, size) = (.own(.i8), 1)
    case "i4": (kind, size) = (.own(.i32), 4)
    case "i8": (kind, size) = (.own(.i64), 8)
    case "f4": (kind, size) = (.own(.f32), 4)
    case "f8": (kind, size) = (.own(.f64), 8)
    case "c8": (kind, size) = (.own(.c64), 8)
    case "c16": (kind, size) = (.own(.c128), 16)
    case "u2": (kind, size) = (.u16, 2)
    case "i2": (kind, size) = (.i16, 2)
    case "u4": (kind, size) = (.u32, 4)
    case "u8": (kind, size) = (.u64, 8)
    case "f2": (kind, size) = (.f16, 2)
    default: return nil
    }
    isSwapped = isBig
  }

  /// Elements as a tensor of ours has them.
  init(own dtype: DType) {
    kind = .own(dtype)
    size = dtype.size
    isSwapped = false
  }

  /// Nil for bf16, which `.npy` files lack.
  static func descriptor(of dtype: DType) -> String? {
    switch dtype {
    case .bool: "|b1"
    case .u8: "|u1"
    case .i8: "|i1"
    case .i32: "<i4"
    case .i64: "<i8"
    case .f32: "<f4"
    case .f64: "<f8"
    case .c64: "<c8"
    case .c128: "<c16"
    case .bf16: nil
    }
  }

  /// The elements from `offset` on, in row-major order.
  ///
  /// - Precondition: the file holds them all.
  /// - Throws: `damaged` for a number that does not fit in i64, `tensor` for memory.
  func tensor(_ file: FileBytes, at offset: Int, _ shape: Shape, _ path: String) throws(DataError)
    -> Tensor
  {
    switch kind {
    case .own(let dtype): return try own(dtype, file, offset, shape)
    case .u16: return try widened(file, offset, shape) { (raw: UInt16) in Int32(raw) }
    case .i16:
      return try widened(file, offset, shape) { (raw: UInt16) in Int32(Int16(bitPattern: raw)) }
    case .u32: return try widened(file, offset, shape) { (raw: UInt32) in Int(raw) }
    case .f16:
      return try widened(file, offset, shape) { (raw: UInt16) in ElementLayout.single(half: raw) }
    case .u64:
      return try widened(file, offset, shape) { (raw: UInt64) throws(DataError) in
        guard let value = Int(exactly: raw) else {
          throw .damaged(path: path, .number(text: String(raw), dtype: .i64))
        }
        return value
      }
    }
  }

  private func own(_ dtype: DType, _ file: FileBytes, _ offset: Int, _ shape: Shape)
    throws(DataError)
    -> Tensor
  {
    // A view of the file, unless it would keep much more of it in memory.
    let isMostOfFile = shape.count * dtype.size >= file.count / 2
    if !isSwapped, dtype != .bool, offset % dtype.size == 0, isMostOfFile {
      return Tensor(
        dtype: dtype, shape: shape, strides: shape.contiguousStrides, offset: offset / dtype.size,
        storage: file.storage)
    }
    let result = try make(dtype, shape)
    let source = file.storage.bytes + offset
    let count = shape.count
    if dtype == .bool {
      // Any other byte would not be a Bool.
      let target = result.pointer.assumingMemoryBound(to: UInt8.self)
      for index in 0..<count {
        target[index] = source.load(fromByteOffset: index, as: UInt8.self) == 0 ? 0 : 1
      }
    } else if !isSwapped || dtype.size == 1 {
      result.pointer.copyMemory(from: source, byteCount: count * dtype.size)
    } else if dtype.size == 4 || dtype == .c64 {
      swap(source, result.pointer, count * dtype.size / 4, UInt32.self)
    } else {
      swap(source, result.pointer, count * dtype.size / 8, UInt64.self)
    }
    return result
  }

  private func swap<Word: FixedWidthInteger & BitwiseCopyable>(
    _ source: UnsafeMutableRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int, _: Word.Type
  ) {
    let words = target.assumingMemoryBound(to: Word.self)
    let size = MemoryLayout<Word>.size
    for index in 0..<count {
      words[index] = source.loadUnaligned(fromByteOffset: index * size, as: Word.self).byteSwapped
    }
  }

  private func widened<Raw: FixedWidthInteger & BitwiseCopyable, Element: TensorElement>(
    _ file: FileBytes, _ offset: Int, _ shape: Shape, _ convert: (Raw) throws(DataError) -> Element
  ) throws(DataError) -> Tensor {
    let result = try make(Element.dtype, shape)
    let target = result.pointer.assumingMemoryBound(to: Element.self)
    let source = file.storage.bytes + offset
    for index in 0..<shape.count {
      let raw = source.loadUnaligned(fromByteOffset: index * MemoryLayout<Raw>.size, as: Raw.self)
      target[index] = try convert(isSwapped ? raw.byteSwapped : raw)
    }
    return result
  }

  private func make(_ dtype: DType, _ shape: Shape) throws(DataError) -> Tensor {
    do throws(TensorError) {
      return try Tensor(uninitialized: dtype, shape)
    } catch {
      throw .tensor(error)
    }
  }

  /// IEEE half precision, exactly.
  private static func single(half bits: UInt16) -> Float {
    let sign: Float = bits & 0x8000 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 0x1f)
    let fraction = Float(bits & 0x3ff)
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default:
      return Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction * 0x1p-10) * sign
    }
  }
}
