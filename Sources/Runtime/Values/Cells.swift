internal import CMachine
internal import TensorCore

/// The one place where machine cells become values and back.
enum Cells {
  static let noneTag = UInt64(LM_NONE)
  static let boolTag = UInt64(LM_BOOL)
  static let intTag = UInt64(LM_INT)
  static let floatTag = UInt64(LM_FLOAT)
  static let unboundTag = UInt64(LM_UNBOUND)
  static let referenceBit = UInt64(LM_REFERENCE)
  static let stringTag = UInt64(LM_STRING)
  static let tupleTag = UInt64(LM_TUPLE)
  static let recordTag = UInt64(LM_RECORD)
  static let mapTag = UInt64(LM_MAP)
  static let tensorTag = UInt64(LM_TENSOR)
  static let functionTag = UInt64(LM_FUNCTION)
  static let rangeTag = UInt64(LM_RANGE)
  static let boxTag = UInt64(LM_BOX)

  static let none = lm_cell()

  static func bool(_ value: Bool) -> lm_cell {
    var cell = lm_cell()
    cell.tag = boolTag
    cell.bits = value ? 1 : 0
    return cell
  }

  static func int(_ value: Int) -> lm_cell {
    var cell = lm_cell()
    cell.tag = intTag
    cell.i = Int64(value)
    return cell
  }

  static func float(_ value: Double) -> lm_cell {
    var cell = lm_cell()
    cell.tag = floatTag
    cell.f = value
    return cell
  }

  static func object<Object>(_ pointer: UnsafeMutablePointer<Object>) -> UnsafeMutablePointer<
    lm_object
  > {
    UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: lm_object.self)
  }

  /// A cell that takes over the caller's count.
  static func owning<Object>(_ tag: UInt64, _ pointer: UnsafeMutablePointer<Object>) -> lm_cell {
    var cell = lm_cell()
    cell.tag = tag
    cell.object = object(pointer)
    return cell
  }

  static func items(of tuple: UnsafeMutablePointer<lm_tuple>) -> UnsafeMutablePointer<lm_cell> {
    (UnsafeMutableRawPointer(tuple) + MemoryLayout<lm_tuple>.size)
      .assumingMemoryBound(to: lm_cell.self)
  }

  static func items(of record: UnsafeMutablePointer<lm_record>) -> UnsafeMutablePointer<lm_cell> {
    (UnsafeMutableRawPointer(record) + MemoryLayout<lm_record>.size)
      .assumingMemoryBound(to: lm_cell.self)
  }

  static func text(of string: UnsafeMutablePointer<lm_string>) -> String {
    let start = (UnsafeMutableRawPointer(string) + MemoryLayout<lm_string>.size)
      .assumingMemoryBound(to: UInt8.self)
    return String(
      decoding: UnsafeBufferPointer(start: start, count: Int(string.pointee.length)), as: UTF8.self)
  }

  static func string(_ text: String) -> lm_cell {
    var text = text
    return text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        owning(
          stringTag,
          Memory.required(lm_string_make(characters.baseAddress, Int64(characters.count)))
        )
      }
    }
  }

  // MARK: - Tensors

  /// Whether the storage may be held elsewhere afterwards: handing out the tensor ends in-place
  /// writing through `tensor`.
  static func tensor(_ tensor: UnsafeMutablePointer<lm_tensor>) -> Tensor {
    tensor.pointee.owned = 0
    return borrowedTensor(tensor)
  }

  /// As `tensor`, for a use that keeps no reference to the storage.
  static func borrowedTensor(_ tensor: UnsafeMutablePointer<lm_tensor>) -> Tensor {
    let rank = Int(tensor.pointee.rank)
    var shape = Shape(repeating: 1, count: rank)
    var strides = Shape(repeating: 1, count: rank)
    withUnsafePointer(to: &tensor.pointee.shape) { sizes in
      withUnsafePointer(to: &tensor.pointee.strides) { steps in
        let sizes = UnsafeRawPointer(sizes).assumingMemoryBound(to: Int64.self)
        let steps = UnsafeRawPointer(steps).assumingMemoryBound(to: Int64.self)
        for axis in 0..<rank {
          shape[axis] = Int(sizes[axis])
          strides[axis] = Int(steps[axis])
        }
      }
    }
    return Tensor(
      dtype: DType(rawValue: tensor.pointee.dtype) ?? .f64, shape: shape, strides: strides,
      offset: Int(tensor.pointee.offset),
      storage: Unmanaged<Storage>.fromOpaque(tensor.pointee.storage).takeUnretainedValue())
  }

  static func cell(of tensor: Tensor) -> lm_cell {
    let object = Memory.required(lm_tensor_make())
    fill(object, with: tensor)
    return owning(tensorTag, object)
  }

  /// Makes `object`, which has no storage, describe `tensor`.
  static func fill(_ object: UnsafeMutablePointer<lm_tensor>, with tensor: Tensor) {
    object.pointee.storage = Unmanaged.passRetained(tensor.storage).toOpaque()
    object.pointee.data = tensor.pointer.assumingMemoryBound(to: CChar.self)
    object.pointee.offset = Int64(tensor.offset)
    object.pointee.dtype = tensor.dtype.rawValue
    object.pointee.rank = UInt8(tensor.rank)
    object.pointee.owned = 0
    withUnsafeMutablePointer(to: &object.pointee.shape) { sizes in
      withUnsafeMutablePointer(to: &object.pointee.strides) { steps in
        let sizes = UnsafeMutableRawPointer(sizes).assumingMemoryBound(to: Int64.self)
        let steps = UnsafeMutableRawPointer(steps).assumingMemoryBound(to: Int64.self)
        for axis in 0..<tensor.rank {
          sizes[axis] = Int64(tensor.shape[axis])
          steps[axis] = Int64(tensor.strides[axis])
        }
      }
    }
  }

  // MARK: - Any value

  /// The value of a cell, which keeps its count.
  static func value(of cell: lm_cell) -> Value {
    switch cell.tag {
    case boolTag: return .bool(cell.bits != 0)
    case intTag: return .int(Int(cell.i))
    case floatTag: return .float(cell.f)
    case stringTag: return .string(text(of: cell.string))
    case tupleTag: return .tuple(TupleValue(reference: ObjectReference(retaining: cell.object)))
    case recordTag: return .record(RecordValue(reference: ObjectReference(retaining: cell.object)))
    case mapTag: return .map(MapValue(reference: ObjectReference(retaining: cell.object)))
    case tensorTag: return .tensor(tensor(cell.tensor))
    case functionTag:
      return .function(
        FunctionValue(target: .closure(ObjectReference(retaining: cell.object))))
    case rangeTag:
      let range = cell.range.pointee
      return .range(
        RangeValue(start: Int(range.start), end: Int(range.end), step: Int(range.step)))
    case boxTag:
      return Unmanaged<BoxedValue>.fromOpaque(cell.box.pointee.object).takeUnretainedValue().value
    default: return .none
    }
  }

  /// As `value(of:)`, for a use that keeps no tensor's storage: a tensor the cell holds can still
  /// be written in place
  /// afterwards.
  static func borrowedValue(of cell: lm_cell) -> Value {
    cell.tag == tensorTag ? .tensor(borrowedTensor(cell.tensor)) : value(of: cell)
  }

  /// A cell that owns one count.
  static func cell(of value: Value) -> lm_cell {
    switch value {
    case .none: return none
    case .bool(let flag): return bool(flag)
    case .int(let number): return int(number)
    case .float(let number): return float(number)
    case .string(let text): return string(text)
    case .tensor(let tensor): return cell(of: tensor)
    case .tuple(let tuple): return tuple.reference.retainedCell
    case .record(let record): return record.reference.retainedCell
    case .map(let map): return map.reference.retainedCell
    case .range(let range):
      return owning(
        rangeTag,
        Memory.required(lm_range_make(Int64(range.start), Int64(range.end), Int64(range.step))))
    case .function(let function):
      if case .closure(let reference) = function.target { return reference.retainedCell }
      return box(value)
    case .complex, .module, .external, .traced: return box(value)
    }
  }

  /// Whether the cell may be a traced value or have one in it.
  static func mayHoldTraced(_ cell: lm_cell) -> Bool {
    cell.tag == boxTag || cell.tag == tupleTag
  }

  private static func box(_ value: Value) -> lm_cell {
    let object = Unmanaged.passRetained(BoxedValue(value)).toOpaque()
    return owning(boxTag, Memory.required(lm_box_make(object)))
  }
}

/// The memory that values take.
enum Memory {
  /// An object that native code needs: made past the memory limit when need be (the machine checks
  /// after each builtin), so
  /// only a system without memory stops here.
  static func required<Object>(_ make: @autoclosure () -> UnsafeMutablePointer<Object>?)
    -> UnsafeMutablePointer<Object>
  {
    if let object = make() { return object }
    lm_set_lenient(true)
    defer { lm_set_lenient(false) }
    guard let object = make() else {
      preconditionFailure("the system has no memory for an object")
    }
    return object
  }
}
