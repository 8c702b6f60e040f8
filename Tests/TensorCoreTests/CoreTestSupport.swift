import TensorCore
import Testing

/// A tensor of Doubles (or Ints) in a shape, cast to a dtype.
func tensor(_ values: [Double], _ shape: [Int]? = nil, _ dtype: DType = .f64) throws -> Tensor {
  try Tensor(values, shape: shape.map { Shape($0) }).cast(to: dtype)
}

func integers(_ values: [Int], _ shape: [Int]? = nil, _ dtype: DType = .i64) throws -> Tensor {
  try Tensor(values, shape: shape.map { Shape($0) }).cast(to: dtype)
}

/// 0, 1, 2… in a shape.
func counting(_ shape: [Int], _ dtype: DType = .i64) throws -> Tensor {
  let shape = Shape(shape)
  return try Tensor(Array(0..<shape.count), shape: shape).cast(to: dtype)
}

/// The distance in units of the last place of a float; 0 for equal values and two NaNs.
func unitsInLastPlace(_ value: Double, _ expected: Double, _ dtype: DType) -> Double {
  if value.isNaN && expected.isNaN { return 0 }
  if value == expected { return value.sign == expected.sign ? 0 : .infinity }
  if !value.isFinite || !expected.isFinite { return .infinity }
  let unit = dtype == .f32 ? Double(Float(expected).ulp) : expected.ulp
  return abs(value - expected) / unit
}

/// Runs `body`, which must throw, and gives the error.
func failure(_ body: () throws -> Void) -> TensorError? {
  do {
    try body()
    return nil
  } catch let error as TensorError {
    return error
  } catch let error as FusedFailure {
    return error.error
  } catch {
    return nil
  }
}
