internal import Diagnostics
internal import TensorCore

// Values as bytes, bit for bit, for other ranks that run the same program.

/// Why a value cannot be given to another rank.
struct UnsendableValue: Error {
  /// As messages name the type: `Fn`.
  let type: String
  /// Where it stands inside the whole: `.w[2]`; empty for the whole itself.
  let path: String
}

/// What comes next.
private enum ValueTag: UInt8 {
  case none, bool, int, float, complex, string, tensor, tuple, record, map, range, key
}

extension ByteWriter {
  private static let deepest = 10_000

  /// - Throws: for functions, modules, figures and what nests more than 10,000 deep.
  mutating func value(
    _ value: Value, path: String = "", depth: Int = 0
  ) throws(UnsendableValue) {
    guard depth < ByteWriter.deepest else { throw UnsendableValue(type: "nested value", path: "") }
    switch value {
    case .none: tag(.none)
    case .bool(let flag):
      tag(.bool)
      bool(flag)
    case .int(let number):
      tag(.int)
      int(number)
    case .float(let number):
      tag(.float)
      word(number.bitPattern)
    case .complex(let number):
      tag(.complex)
      word(number.real.bitPattern)
      word(number.imaginary.bitPattern)
    case .string(let text):
      tag(.string)
      string(text)
    case .tensor(let tensor): try self.tensor(tensor, path)
    case .tuple(let values):
      tag(.tuple)
      int(values.count)
      for (index, item) in values.enumerated() {
        try self.value(item, path: "\(path)[\(index)]", depth: depth + 1)
      }
    case .record(let record):
      tag(.record)
      int(record.count)
      for field in record.fields {
        string(field.name)
        try self.value(field.value, path: "\(path).\(field.name)", depth: depth + 1)
      }
    case .map(let map):
      tag(.map)
      int(map.count)
      for entry in map.entries {
        try self.value(entry.key, path: path, depth: depth + 1)
        try self.value(entry.value, path: "\(path)[…]", depth: depth + 1)
      }
    case .range(let range):
      tag(.range)
      for number in [range.start, range.end, range.step] { int(number) }
    case .external(let external):
      guard let key = external as? KeyValue else {
        throw UnsendableValue(type: value.typeName, path: path)
      }
      tag(.key)
      for number in [key.stream.key.0, key.stream.key.1, key.stream.position] { word(number) }
    case .function, .module, .traced: throw UnsendableValue(type: value.typeName, path: path)
    }
  }

  private mutating func tag(_ tag: ValueTag) { byte(tag.rawValue) }

  private mutating func tensor(_ tensor: Tensor, _ path: String) throws(UnsendableValue) {
    guard let dense = try? tensor.contiguous() else {
      throw UnsendableValue(type: "Tensor that does not fit in memory twice", path: path)
    }
    tag(.tensor)
    byte(dense.dtype.rawValue)
    int(dense.rank)
    for axis in 0..<dense.rank { int(dense.shape[axis]) }
    raw(UnsafeRawBufferPointer(start: dense.pointer, count: dense.count * dense.dtype.size))
    withExtendedLifetime(dense.storage) {}
  }
}

extension ByteReader {
  mutating func value() throws(ByteFault) -> Value {
    guard let tag = ValueTag(rawValue: try byte()) else { throw ByteFault() }
    switch tag {
    case .none: return .none
    case .bool: return .bool(try bool())
    case .int: return .int(try int())
    case .float: return .float(Double(bitPattern: try word()))
    case .complex:
      let real = Double(bitPattern: try word())
      return .complex(Complex(real, Double(bitPattern: try word())))
    case .string: return .string(try string())
    case .tensor: return .tensor(try tensor())
    case .tuple:
      var items: [Value] = []
      for _ in 0..<(try count()) { items.append(try value()) }
      return .tuple(TupleValue(items))
    case .record:
      var fields: [(String, Value)] = []
      for _ in 0..<(try count()) {
        let name = try string()
        fields.append((name, try value()))
      }
      return .record(RecordValue(fields))
    case .map:
      var entries: [(key: Value, value: Value)] = []
      for _ in 0..<(try count()) {
        let key = try value()
        entries.append((key, try value()))
      }
      guard let map = try? MapValue(entries) else { throw ByteFault() }
      return .map(map)
    case .range:
      let (start, end) = (try int(), try int())
      return .range(RangeValue(start: start, end: end, step: try int()))
    case .key:
      let key = (try word(), try word())
      return .external(KeyValue(PhiloxStream(key: key, position: try word())))
    }
  }

  private mutating func tensor() throws(ByteFault) -> Tensor {
    guard let dtype = DType(rawValue: try byte()) else { throw ByteFault() }
    var sizes: [Int] = []
    for _ in 0..<(try count()) { sizes.append(try int()) }
    guard sizes.count <= Shape.maxRank, sizes.allSatisfy({ $0 >= 0 }) else { throw ByteFault() }
    guard let tensor = try? Tensor(uninitialized: dtype, Shape(sizes)) else { throw ByteFault() }
    try raw { (source) throws(ByteFault) in
      guard source.count == tensor.count * dtype.size else { throw ByteFault() }
      if let base = source.baseAddress {
        tensor.pointer.copyMemory(from: base, byteCount: source.count)
      }
    }
    return tensor
  }
}

// MARK: - Events

extension ByteWriter {
  mutating func event(_ event: SessionEvent) {
    switch event {
    case .output(let text):
      byte(0)
      string(text)
    case .display(let item):
      byte(1)
      int(item.representations.count)
      for representation in item.representations {
        string(representation.mimeType)
        array(representation.data)
      }
      optional(item.figureHash)
      optional(item.alternativeText)
    case .warning(let warning):
      byte(2)
      diagnostic(warning)
    case .effect(let description):
      byte(3)
      string(description)
    }
  }
}

extension ByteReader {
  mutating func event() throws(ByteFault) -> SessionEvent {
    switch try byte() {
    case 0: return .output(try string())
    case 1:
      var representations: [DisplayItem.Representation] = []
      for _ in 0..<(try count()) {
        let type = try string()
        representations.append(DisplayItem.Representation(mimeType: type, data: try array()))
      }
      let hash = try optional()
      return .display(
        DisplayItem(representations, figureHash: hash, alternativeText: try optional()))
    case 2: return .warning(try diagnostic())
    case 3: return .effect(try string())
    default: throw ByteFault()
    }
  }
}
