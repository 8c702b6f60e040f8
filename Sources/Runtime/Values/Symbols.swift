internal import CMachine
internal import Synchronization

/// Field names as numbers, and the forms of records. Shared by the process and only ever added to:
/// two sessions cannot
/// see each other through it.
enum Symbols {
  private struct Table {
    var numbers: [String: UInt32] = [:]
    var names: [String] = []
    var shapes: [[UInt32]: ShapeReference] = [:]
  }

  /// A form of records; lives as long as the process.
  struct ShapeReference: @unchecked Sendable {
    // Safe because forms are never changed once made.
    let pointer: UnsafePointer<lm_shape>
  }

  private static let table = Mutex(Table())

  static func number(of name: String) -> UInt32 {
    table.withLock { table in
      if let known = table.numbers[name] { return known }
      let number = UInt32(table.names.count)
      table.names.append(name)
      table.numbers[name] = number
      return number
    }
  }

  static func name(of number: UInt32) -> String {
    table.withLock { $0.names[Int(number)] }
  }

  /// The one form with these fields in this order.
  static func shape(of names: [String]) -> ShapeReference {
    let numbers = names.map(number(of:))
    return table.withLock { table in
      if let known = table.shapes[numbers] { return known }
      let bytes = MemoryLayout<lm_shape>.size + numbers.count * MemoryLayout<UInt32>.size
      let block = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 8)
      let shape = block.bindMemory(to: lm_shape.self, capacity: 1)
      shape.pointee.count = Int32(numbers.count)
      let symbols = (block + MemoryLayout<lm_shape>.size).bindMemory(
        to: UInt32.self, capacity: numbers.count)
      for (index, number) in numbers.enumerated() { symbols[index] = number }
      let reference = ShapeReference(pointer: UnsafePointer(shape))
      table.shapes[numbers] = reference
      return reference
    }
  }

  static func names(of shape: UnsafePointer<lm_shape>) -> [String] {
    let count = Int(shape.pointee.count)
    let symbols = (UnsafeRawPointer(shape) + MemoryLayout<lm_shape>.size)
      .assumingMemoryBound(to: UInt32.self)
    return table.withLock { table in (0..<count).map { table.names[Int(symbols[$0])] } }
  }
}
