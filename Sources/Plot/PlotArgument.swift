package import TensorCore

/// What a user gives for a parameter of a layer or a figure, before its type is checked.
package enum PlotArgument: Sendable {
  case number(Double)
  case text(String)
  case flag(Bool)
  case tensor(Tensor)
  case list([PlotArgument])

  /// As messages name it: `f64[3, 2]`, `a Str`.
  package var typeDescription: String {
    switch self {
    case .number: "a number"
    case .text: "a Str"
    case .flag: "a Bool"
    case .tensor(let tensor): tensor.summary.description
    case .list(let elements): "a Tuple of \(elements.count)"
    }
  }

  /// The numbers in it, when it is made of real numbers alone and its parts fit together.
  var numbers: NumberArray? {
    switch self {
    case .number(let value): return NumberArray(values: [value], sizes: [])
    case .flag(let flag): return NumberArray(values: [flag ? 1 : 0], sizes: [])
    case .text: return nil
    case .tensor(let tensor): return NumberArray(tensor)
    case .list(let elements):
      guard !elements.isEmpty else { return NumberArray(values: [], sizes: [0]) }
      var values: [Double] = []
      var inner: [Int]?
      for element in elements {
        guard let part = element.numbers, inner == nil || inner == part.sizes else { return nil }
        inner = part.sizes
        values.append(contentsOf: part.values)
      }
      return NumberArray(values: values, sizes: [elements.count] + (inner ?? []))
    }
  }

  /// The strings in a tuple of Str, or the one Str.
  var texts: [String]? {
    switch self {
    case .text(let text): return [text]
    case .list(let elements):
      var texts: [String] = []
      for element in elements {
        guard case .text(let text) = element else { return nil }
        texts.append(text)
      }
      return texts
    case .number, .flag, .tensor: return nil
    }
  }
}

/// Numbers with their shape, row-major, in double precision.
package struct NumberArray: Sendable, Equatable {
  package var values: [Double]
  package var sizes: [Int]

  package init(values: [Double], sizes: [Int]) {
    self.values = values
    self.sizes = sizes
  }

  package var rank: Int { sizes.count }
  package var count: Int { values.count }

  /// The columns of a matrix; a vector is one column.
  var columns: [[Double]] {
    guard rank == 2 else { return [values] }
    let (rows, width) = (sizes[0], sizes[1])
    return (0..<width).map { column in (0..<rows).map { values[$0 * width + column] } }
  }

  /// Copies the elements of a real tensor; nil for a complex one. O(count).
  init?(_ tensor: Tensor) {
    guard tensor.dtype.kind != .complex else { return nil }
    sizes = tensor.shape.array
    values = []
    values.reserveCapacity(tensor.count)
    switch tensor.dtype {
    case .bool, .u8: append(tensor, of: UInt8.self) { Double($0) }
    case .i8: append(tensor, of: Int8.self) { Double($0) }
    case .i32: append(tensor, of: Int32.self) { Double($0) }
    case .i64: append(tensor, of: Int64.self) { Double($0) }
    case .f32: append(tensor, of: Float.self) { Double($0) }
    case .f64: append(tensor, of: Double.self) { $0 }
    case .bf16: append(tensor, of: BFloat16.self) { Double($0.single) }
    case .c64, .c128: return nil
    }
  }

  private mutating func append<Element>(
    _ tensor: Tensor, of type: Element.Type, _ convert: (Element) -> Double
  ) {
    guard tensor.count > 0 else { return }
    withExtendedLifetime(tensor.storage) {
      let base = tensor.pointer.assumingMemoryBound(to: type)
      append(from: base, tensor, axis: 0, at: 0, convert)
    }
  }

  private mutating func append<Element>(
    from base: UnsafePointer<Element>, _ tensor: Tensor, axis: Int, at start: Int,
    _ convert: (Element) -> Double
  ) {
    guard axis < tensor.rank else { return values.append(convert(base[start])) }
    let step = tensor.strides[axis]
    if axis == tensor.rank - 1 {
      for i in 0..<tensor.shape[axis] { values.append(convert(base[start + i * step])) }
    } else {
      for i in 0..<tensor.shape[axis] {
        append(from: base, tensor, axis: axis + 1, at: start + i * step, convert)
      }
    }
  }
}
