internal import CKernels

/// One part of an index: `x[i, 1:3, ..., new, mask, positions]`.
package enum IndexComponent: Sendable {
  /// Negative counts from the end.
  case index(Int)
  /// Python's slices: bounds outside the axis are clamped; a negative step runs backwards.
  case slice(start: Int?, stop: Int?, step: Int)
  case newAxis
  case ellipsis
  /// Booleans shaped like the axes they cover.
  case mask(Tensor)
  case integers(Tensor)
}

/// What an index selects of a tensor: a view, and perhaps positions to pick along one place in it.
///
/// Integer tensors and masks come down to offsets into the view; several broadcast together, as in
/// NumPy.
struct IndexSelection {
  /// The tensor with integers, slices and new axes applied. Axes that are picked from are not in
  /// it.
  private(set) var view: Tensor
  /// Offsets in elements from the view's first element, shaped as they appear in the result; nil
  /// for a plain view.
  private(set) var offsets: Tensor?
  /// The axis of the view before which the picked axes stand.
  private(set) var place = 0

  /// The shape of what is selected.
  private(set) var shape: Shape

  /// - Throws: `tooManyIndices`, `indexOutOfRange`, `maskShape`, `indexDType`, `broadcast` (integer
  ///   tensors), `rankTooHigh`, `argument` (a step of 0, a second ellipsis), `outOfMemory`.
  init(_ components: [IndexComponent], of tensor: Tensor) throws(TensorError) {
    var builder = IndexBuilder(tensor, components)
    try builder.check(components)
    for component in components { try builder.append(component) }
    builder.appendRemainingAxes()
    guard builder.sizes.count <= Shape.maxRank else {
      throw .rankTooHigh(rank: builder.sizes.count)
    }
    view = tensor
    view.offset = builder.offset
    view.shape = Shape(builder.sizes)
    view.strides = Shape(builder.strides)
    shape = view.shape
    guard var total = builder.picks.first else { return }
    for pick in builder.picks.dropFirst() {
      total = try Tensor.elementwise(.add, .tensor(total), .tensor(pick))
    }
    offsets = try total.contiguous()
    place = builder.arePicksSeparated ? 0 : builder.pickPlace
    let sizes = view.shape.array
    guard sizes.count + total.rank <= Shape.maxRank else {
      throw .rankTooHigh(rank: sizes.count + total.rank)
    }
    shape = Shape(sizes[..<place] + total.shape.array + sizes[place...])
  }

  /// The view's axes before and after the picked ones, as the kernels take them.
  var surroundings: (before: ck_axes, after: ck_axes) {
    (axes(0..<place), axes(place..<view.rank))
  }

  private func axes(_ range: Range<Int>) -> ck_axes {
    var result = ck_axes()
    result.rank = Int32(range.count)
    let size = view.dtype.size
    withUnsafeMutableBytes(of: &result.shape) { shape in
      for (slot, axis) in range.enumerated() {
        shape.storeBytes(of: view.shape[axis], toByteOffset: slot * 8, as: Int.self)
      }
    }
    withUnsafeMutableBytes(of: &result.strides) { strides in
      for (slot, axis) in range.enumerated() {
        strides.storeBytes(of: view.strides[axis] &* size, toByteOffset: slot * 8, as: Int.self)
      }
    }
    return result
  }
}

/// Reads the components in order.
private struct IndexBuilder {
  let tensor: Tensor
  /// Beside integer tensors or masks a plain integer counts as an integer tensor of rank 0, as in
  /// NumPy.
  let picksIntegers: Bool
  private(set) var offset: Int
  private(set) var sizes: [Int] = []
  private(set) var strides: [Int] = []
  /// For each integer tensor or mask, the offsets it stands for.
  private(set) var picks: [Tensor] = []
  private(set) var pickPlace = 0
  private(set) var arePicksSeparated = false
  private var axis = 0
  private var axesOfEllipsis = 0
  private var lastWasPick = false

  init(_ tensor: Tensor, _ components: [IndexComponent]) {
    self.tensor = tensor
    offset = tensor.offset
    picksIntegers = components.contains { component in
      switch component {
      case .mask, .integers: true
      case .index, .slice, .newAxis, .ellipsis: false
      }
    }
  }

  /// Counts the axes that the components use.
  mutating func check(_ components: [IndexComponent]) throws(TensorError) {
    var used = 0
    var ellipses = 0
    for component in components {
      switch component {
      case .index, .slice, .integers: used += 1
      case .mask(let mask): used += mask.rank
      case .ellipsis: ellipses += 1
      case .newAxis: break
      }
    }
    guard used <= tensor.rank else { throw .tooManyIndices(given: used, shape: tensor.shape) }
    guard ellipses <= 1 else {
      throw .argument(
        operation: "x[…]", name: "...", value: "\(ellipses) times", requirement: "once at most")
    }
    axesOfEllipsis = tensor.rank - used
  }

  mutating func append(_ component: IndexComponent) throws(TensorError) {
    switch component {
    case .index(let index):
      let position = try resolve(index)
      if picksIntegers {
        notePick()
        picks.append(try Tensor(scalar: .int(position &* tensor.strides[axis])))
      } else {
        offset &+= position &* tensor.strides[axis]
      }
      axis += 1
    case .slice(let start, let stop, let step):
      lastWasPick = false
      try appendSlice(start, stop, step)
    case .newAxis:
      lastWasPick = false
      sizes.append(1)
      strides.append(0)
    case .ellipsis:
      lastWasPick = false
      for _ in 0..<axesOfEllipsis { appendWholeAxis() }
    case .mask(let mask):
      notePick()
      try append(mask: mask)
    case .integers(let positions):
      notePick()
      try append(positions: positions)
    }
  }

  mutating func appendRemainingAxes() {
    while axis < tensor.rank { appendWholeAxis() }
  }

  private mutating func appendWholeAxis() {
    sizes.append(tensor.shape[axis])
    strides.append(tensor.strides[axis])
    axis += 1
  }

  private func resolve(_ index: Int) throws(TensorError) -> Int {
    let size = tensor.shape[axis]
    guard index >= -size, index < size else {
      throw .indexOutOfRange(index: index, axis: axis, size: size, shape: tensor.shape)
    }
    return index < 0 ? index + size : index
  }

  private mutating func appendSlice(_ start: Int?, _ stop: Int?, _ step: Int) throws(TensorError) {
    guard step != 0, step != Int.min else {
      throw .argument(operation: "x[…]", name: "step", value: "\(step)", requirement: "not 0")
    }
    let size = tensor.shape[axis]
    let lowest = step > 0 ? 0 : -1
    let highest = step > 0 ? size : size - 1
    func clamp(_ bound: Int) -> Int {
      min(max(bound < 0 ? bound + size : bound, lowest), highest)
    }
    let first = start.map(clamp) ?? (step > 0 ? lowest : highest)
    let end = stop.map(clamp) ?? (step > 0 ? highest : lowest)
    let distance = step > 0 ? end - first : first - end
    let count = distance > 0 ? (distance - 1) / abs(step) + 1 : 0
    if count > 0 { offset &+= first &* tensor.strides[axis] }
    sizes.append(count)
    strides.append(count > 1 ? tensor.strides[axis] &* step : 0)
    axis += 1
  }

  /// Picks that do not follow each other make their axes come first in the result.
  private mutating func notePick() {
    if picks.isEmpty {
      pickPlace = sizes.count
    } else if !lastWasPick {
      arePicksSeparated = true
    }
    lastWasPick = true
  }

  private mutating func append(positions: Tensor) throws(TensorError) {
    guard positions.dtype.kind == .integer else { throw .indexDType(positions.dtype) }
    let source = try positions.cast(to: .i64).contiguous()
    let result = try Tensor(uninitialized: .i64, positions.shape)
    let table = source.pointer.assumingMemoryBound(to: Int64.self)
    let bad = ck_index_offsets(
      table, source.count, tensor.shape[axis], tensor.strides[axis],
      result.pointer.assumingMemoryBound(to: Int64.self))
    let value = bad < 0 ? 0 : Int(table[bad])
    withExtendedLifetime(source.storage) {}
    if bad >= 0 {
      throw .indexOutOfRange(
        index: value, axis: axis, size: tensor.shape[axis], shape: tensor.shape)
    }
    picks.append(result)
    axis += 1
  }

  private mutating func append(mask: Tensor) throws(TensorError) {
    for position in 0..<mask.rank where mask.shape[position] != tensor.shape[axis + position] {
      throw .maskShape(mask: mask.shape, shape: tensor.shape)
    }
    let source = try mask.contiguous()
    let flags = source.pointer.assumingMemoryBound(to: UInt8.self)
    let count = ck_count_true(flags, source.count)
    let result = try Tensor(uninitialized: .i64, Shape([count]))
    var sizes = KernelShape(mask.shape)
    var strides = KernelShape(
      Shape((0..<mask.rank).map { tensor.strides[axis + $0] }))
    let rank = mask.isContiguousBeside(tensor, from: axis) ? 1 : mask.rank
    if rank == 1, mask.rank > 1 {
      sizes = KernelShape(Shape([mask.count]))
      strides = KernelShape(Shape([tensor.strides[axis + mask.rank - 1]]))
    }
    sizes.withPointer { sizes in
      strides.withPointer { strides in
        ck_mask_offsets(
          flags, sizes, strides, Int32(rank), result.pointer.assumingMemoryBound(to: Int64.self))
      }
    }
    withExtendedLifetime((source.storage, result.storage)) {}
    picks.append(result)
    axis += mask.rank
  }
}

extension Tensor {
  /// Whether the axes of `tensor` from `first` on, as many as this mask's, step evenly, so that
  /// they are as good as one.
  fileprivate func isContiguousBeside(_ tensor: Tensor, from first: Int) -> Bool {
    guard rank > 1 else { return false }
    var axis = first + rank - 1
    while axis > first {
      if tensor.strides[axis - 1] != tensor.strides[axis] &* tensor.shape[axis] { return false }
      axis -= 1
    }
    return true
  }
}
