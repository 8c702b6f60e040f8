internal import CMachine
internal import Glibc

// Tuples of many texts, put together and taken apart without a Swift String for each.

extension TupleValue {
  /// The bytes of the elements with the separator between them; nil when an element is no Str.
  func joinedByteCount(separator: String) -> Int? {
    guard count > 0 else { return 0 }
    var total = (count - 1) * separator.utf8.count
    for cell in cells {
      guard cell.tag == Cells.stringTag else { return nil }
      total += Int(cell.string.pointee.length)
    }
    return total
  }

  /// The texts with the separator between them.
  ///
  /// - Precondition: `byteCount` is what `joinedByteCount` answers, not nil.
  func joined(separator: String, byteCount: Int) -> String {
    var separator = separator
    return separator.withUTF8 { separator in
      String(unsafeUninitializedCapacity: byteCount) { result in
        guard var end = result.baseAddress else { return 0 }
        for (index, cell) in cells.enumerated() {
          if index > 0, let bytes = separator.baseAddress {
            memcpy(end, bytes, separator.count)
            end += separator.count
          }
          let bytes = Cells.bytes(of: cell.string)
          if let start = bytes.baseAddress { memcpy(end, start, bytes.count) }
          end += bytes.count
        }
        return byteCount
      }
    }
  }

  /// The stretches of a text between separators, found byte by byte from the left; at most `limit`
  /// cuts.
  ///
  /// - Precondition: the separator is not empty.
  /// - Complexity: O(text · separator) at worst, of texts that repeat the separator's first byte.
  init(text: String, splitAt separator: String, limit: Int) {
    var text = text
    var separator = separator
    self = text.withUTF8 { text in
      separator.withUTF8 { separator in
        TupleValue(text, cuts: text.positions(of: separator, limit: limit), separator.count)
      }
    }
  }

  private init(_ text: UnsafeBufferPointer<UInt8>, cuts: [Int], _ width: Int) {
    let tuple = Memory.required(lm_tuple_make(Int64(cuts.count + 1)))
    let items = Cells.items(of: tuple)
    var start = 0
    for (index, cut) in (cuts + [text.count]).enumerated() {
      items[index] = Cells.string(UnsafeBufferPointer(rebasing: text[start..<cut]))
      start = cut + width
    }
    self.init(reference: ObjectReference(owning: Cells.object(tuple)))
  }

  private var cells: UnsafeBufferPointer<lm_cell> {
    let tuple = reference.cast(to: lm_tuple.self)
    return UnsafeBufferPointer(start: Cells.items(of: tuple), count: Int(tuple.pointee.count))
  }
}

extension Cells {
  /// The UTF-8 bytes of a Str. Valid while the object is held.
  fileprivate static func bytes(
    of string: UnsafeMutablePointer<lm_string>
  ) -> UnsafeBufferPointer<UInt8> {
    let start = (UnsafeMutableRawPointer(string) + MemoryLayout<lm_string>.size)
      .assumingMemoryBound(to: UInt8.self)
    return UnsafeBufferPointer(start: start, count: Int(string.pointee.length))
  }

  /// A Str of bytes that are UTF-8.
  fileprivate static func string(_ bytes: UnsafeBufferPointer<UInt8>) -> lm_cell {
    bytes.withMemoryRebound(to: CChar.self) { characters in
      owning(
        stringTag, Memory.required(lm_string_make(characters.baseAddress, Int64(characters.count))))
    }
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// Where `part`, which is not empty, stands, without overlaps; the first `limit` of them.
  fileprivate func positions(of part: UnsafeBufferPointer<UInt8>, limit: Int) -> [Int] {
    guard let start = baseAddress, let wanted = part.baseAddress else { return [] }
    var positions: [Int] = []
    var from = 0
    while positions.count < limit, count - from >= part.count,
      let hit = memchr(start + from, Int32(wanted[0]), count - part.count - from + 1)
    {
      let position = UnsafeRawPointer(hit) - UnsafeRawPointer(start)
      if memcmp(start + position, wanted, part.count) == 0 {
        positions.append(position)
        from = position + part.count
      } else {
        from = position + 1
      }
    }
    return positions
  }
}
