/// The sizes of a tensor's axes, outermost first. Also used for strides (in elements, may be
/// negative or 0).
///
/// Held inline: a shape costs no allocation. At most `maxRank` axes; what would make more throws
/// `TensorError.rankTooHigh`.
package struct Shape: Sendable {
  package static let maxRank = 8

  package private(set) var rank: Int
  private var sizes: InlineArray<8, Int>

  /// - Precondition: at most `maxRank` sizes (our callers check user input first).
  package init(_ sizes: some Collection<Int>) {
    precondition(sizes.count <= Shape.maxRank, "a shape has at most \(Shape.maxRank) axes")
    rank = 0
    self.sizes = InlineArray(repeating: 1)
    for size in sizes {
      self.sizes[rank] = size
      rank += 1
    }
  }

  package init(repeating value: Int, count: Int) {
    precondition(count <= Shape.maxRank, "a shape has at most \(Shape.maxRank) axes")
    rank = count
    sizes = InlineArray(repeating: value)
  }

  package static let scalar = Shape(repeating: 1, count: 0)

  package subscript(axis: Int) -> Int {
    get { sizes[axis] }
    set { sizes[axis] = newValue }
  }

  package var array: [Int] { (0..<rank).map { sizes[$0] } }

  /// The number of elements. Callers who take sizes from users use `checkedCount` first.
  package var count: Int {
    var product = 1
    for axis in 0..<rank { product &*= sizes[axis] }
    return product
  }

  /// The number of elements, or nil when the product of some of the sizes does not fit in an Int:
  /// an empty tensor may not be larger without its axes of size 0.
  package var checkedCount: Int? {
    var product = 1
    for axis in 0..<rank where sizes[axis] != 0 {
      let (next, overflow) = product.multipliedReportingOverflow(by: sizes[axis])
      if overflow { return nil }
      product = next
    }
    return (0..<rank).contains { sizes[$0] == 0 } ? 0 : product
  }

  /// Row-major strides, in elements.
  package var contiguousStrides: Shape {
    var strides = Shape(repeating: 1, count: rank)
    var step = 1
    for axis in stride(from: rank - 1, through: 0, by: -1) {
      strides[axis] = step
      step &*= max(sizes[axis], 1)
    }
    return strides
  }

  package mutating func append(_ size: Int) {
    precondition(rank < Shape.maxRank, "a shape has at most \(Shape.maxRank) axes")
    sizes[rank] = size
    rank += 1
  }

  package mutating func insert(_ size: Int, at axis: Int) {
    var all = array
    all.insert(size, at: axis)
    self = Shape(all)
  }

  package mutating func remove(at axis: Int) {
    var all = array
    all.remove(at: axis)
    self = Shape(all)
  }
}

extension Shape: Equatable {
  package static func == (a: Shape, b: Shape) -> Bool {
    guard a.rank == b.rank else { return false }
    for axis in 0..<a.rank where a.sizes[axis] != b.sizes[axis] { return false }
    return true
  }
}

extension Shape: CustomStringConvertible {
  /// `[2, 3]`
  package var description: String {
    "[" + array.map(String.init).joined(separator: ", ") + "]"
  }
}
