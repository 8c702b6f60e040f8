package import TensorCore

// What a value is called, and the small exact conversions that builtins, operators and indexing
// share.

extension Value {
  /// As `type_of` and contracts name it: `Int`, `Str`, `Tensor`, `Figure`.
  package var typeName: String {
    switch self {
    case .none: "None"
    case .bool: "Bool"
    case .int: "Int"
    case .float: "Float"
    case .complex: "Complex"
    case .string: "Str"
    case .tensor: "Tensor"
    case .tuple: "Tuple"
    case .record: "Record"
    case .map: "Map"
    case .range: "Range"
    case .function: "Fn"
    case .module: "Module"
    case .external(let value): value.typeName
    case .traced: primal.typeName
    }
  }

  /// What a message says of a value: `f64[2, 3]`, `Str`, `Tuple of 3`, `Int`.
  package var summary: String {
    switch self {
    case .none: "none"
    case .tensor(let tensor): tensor.summary.description
    case .tuple(let values): "Tuple of \(values.count)"
    case .record(let record): "Record of \(record.names.count)"
    case .map(let map): "Map of \(map.count)"
    case .bool, .int, .float, .complex, .string, .range, .function, .module, .external: typeName
    case .traced: primal.summary
    }
  }

  package init(_ scalar: Scalar) {
    switch scalar {
    case .bool(let flag): self = .bool(flag)
    case .int(let number): self = .int(number)
    case .float(let number): self = .float(number)
    case .complex(let number): self = .complex(number)
    }
  }

  /// The number or Bool as a weak scalar; nil for everything else, rank-0 tensors included (those
  /// have a dtype).
  package var scalar: Scalar? {
    switch self {
    case .bool(let flag): .bool(flag)
    case .int(let number): .int(number)
    case .float(let number): .float(number)
    case .complex(let number): .complex(number)
    case .none, .string, .tensor, .tuple, .record, .map, .range, .function, .module, .external,
      .traced:
      nil
    }
  }

  /// The Int, or the only element of an integer tensor of rank 0; nil for everything else.
  package var exactInt: Int? {
    switch self {
    case .int(let number): number
    case .tensor(let tensor) where tensor.rank == 0:
      if case .int(let number) = tensor.firstElement { number } else { nil }
    case .none, .bool, .float, .complex, .string, .tensor, .tuple, .record, .map, .range, .function,
      .module, .external, .traced:
      nil
    }
  }

  /// The real number as a Double: Int, Float, or a real (not bool) tensor of rank 0.
  package var asDouble: Double? {
    switch self {
    case .int(let number): return Double(number)
    case .float(let number): return number
    case .tensor(let tensor) where tensor.rank == 0:
      switch tensor.firstElement {
      case .int(let number): return Double(number)
      case .float(let number): return number
      case .bool, .complex, nil: return nil
      }
    case .none, .bool, .complex, .string, .tensor, .tuple, .record, .map, .range, .function,
      .module,
      .external, .traced:
      return nil
    }
  }

  /// The dtype that a conversion function (`f32`, `int`) or a Str names.
  package var namedDType: DType? {
    let name: String
    switch self {
    case .function(let function): name = function.name ?? ""
    case .string(let text): name = text
    case .none, .bool, .int, .float, .complex, .tensor, .tuple, .record, .map, .range, .module,
      .external, .traced:
      return nil
    }
    switch name {
    case "int": return .i64
    case "float": return .f64
    case "complex": return .c128
    default: return DType(name: name)
    }
  }

  var elementsIfTuple: TupleValue? {
    if case .tuple(let values) = self { values } else { nil }
  }
}

extension RangeValue {
  /// Element `position`, which must be below `count`.
  package func element(at position: Int) -> Int { start &+ position &* step }

  /// Spelled out; the caller bounds the count.
  package var elements: [Int] { (0..<count).map { element(at: $0) } }
}
