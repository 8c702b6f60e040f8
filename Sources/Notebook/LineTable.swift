/// Where the lines of a text begin: lines end in LF, CR LF or CR, as in CommonMark and YAML.
struct LineTable: Sendable {
  /// Byte offsets into the file.
  private(set) var starts: [Int]
  private let bytes: ArraySlice<UInt8>

  /// - Parameter bytes: a slice of the file; offsets stay offsets into the file.
  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    starts = [bytes.startIndex]
    var index = bytes.startIndex
    while index < bytes.endIndex {
      let byte = bytes[index]
      index += 1
      if byte == UInt8(ascii: "\r"), index < bytes.endIndex, bytes[index] == UInt8(ascii: "\n") {
        index += 1
      }
      if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { starts.append(index) }
    }
  }

  var count: Int { starts.count }

  /// The bytes of a line with its line end; empty when there is no such line.
  func fullRange(_ line: Int) -> Range<Int> {
    guard line >= 0, line < starts.count else { return bytes.endIndex..<bytes.endIndex }
    return starts[line]..<(line + 1 < starts.count ? starts[line + 1] : bytes.endIndex)
  }

  /// The bytes of a line without its line end.
  func range(_ line: Int) -> Range<Int> {
    let full = fullRange(line)
    var end = full.upperBound
    if end > full.lowerBound, bytes[end - 1] == UInt8(ascii: "\n") { end -= 1 }
    if end > full.lowerBound, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return full.lowerBound..<end
  }

  func text(_ line: Int) -> String { String(decoding: bytes[range(line)], as: UTF8.self) }

  /// The byte offset of a column counted in Unicode scalars; clamped to the line.
  func offset(line: Int, scalarColumn: Int) -> Int {
    let range = range(min(max(line, 0), starts.count - 1))
    var offset = range.lowerBound
    for scalar in String(decoding: bytes[range], as: UTF8.self).unicodeScalars.prefix(
      max(0, scalarColumn))
    {
      offset += UTF8.width(scalar)
    }
    return min(offset, range.upperBound)
  }
}
