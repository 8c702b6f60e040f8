import Testing

@testable import TensorCore

/// Rows of every length up to some vectors, against sums and extremes of Swift's own loops.
@Suite struct RowReductionTests {
  private func element(_ index: Int) -> Double { Double(index * 7919 % 1009) / 64 - 7 }

  @Test(arguments: [DType.f32, .f64]) func rowsOfEveryLengthAreReduced(_ dtype: DType) throws {
    for length in Array(1...40) + [63, 64, 65, 100, 255, 256, 257, 300] {
      for rows in [2, 15, 16, 17, 40, 70] {
        let values = (0..<rows * length).map(element)
        let x = try Tensor(values, shape: Shape([rows, length])).cast(to: dtype)
        let lines = (0..<rows).map { Array(values[($0 * length)..<(($0 + 1) * length)]) }
        // Multiples of 1/64 below 2²⁴/64: sums are exact.
        #expect(try x.reduced(.sum, axes: [1]).toDoubles() == lines.map { $0.reduce(0, +) })
        #expect(try x.reduced(.max, axes: [1]).toDoubles() == lines.map { $0.max() ?? 0 })
        #expect(try x.reduced(.min, axes: [1]).toDoubles() == lines.map { $0.min() ?? 0 })
      }
    }
  }

  @Test func partsOfRowsAreReduced() throws {
    let values = (0..<50 * 40).map(element)
    let x = try Tensor(values, shape: Shape([50, 40])).cast(to: .f32)
    for width in [1, 5, 16, 20, 33] {
      let part = x.slice(axis: 1, start: 3, count: width)
      let expected = (0..<50).map { row in (0..<width).map { values[row * 40 + 3 + $0] }.max() ?? 0
      }
      #expect(try part.reduced(.max, axes: [1]).toDoubles() == expected)
    }
  }

  @Test func aNotANumberIsTheExtremeOfItsRow() throws {
    for length in [2, 9, 16, 17, 31, 70, 300] {
      for place in [0, length / 2, length - 1] {
        var values = (0..<3 * length).map(element)
        values[length + place] = .nan
        let x = try Tensor(values, shape: Shape([3, length])).cast(to: .f32)
        for reduction in [Reduction.max, .min, .sum] {
          let found = try x.reduced(reduction, axes: [1]).toDoubles()
          #expect(found.map(\.isNaN) == [false, true, false])
          #expect(try x.reduced(reduction).toDoubles()[0].isNaN)
        }
      }
    }
  }

  @Test func infinitiesAreExtremes() throws {
    for length in [3, 20, 100] {
      var values = (0..<2 * length).map(element)
      values[1] = -.infinity
      values[length + 2] = .infinity
      let x = try Tensor(values, shape: Shape([2, length]))
      #expect(try x.reduced(.max).toDoubles() == [.infinity])
      #expect(try x.reduced(.min, axes: [1]).toDoubles()[0] == -.infinity)
      #expect(try x.reduced(.sum, axes: [1]).toDoubles() == [-.infinity, .infinity])
      let none = try Tensor.full(Shape([2, length]), .float(-.infinity), .f32)
      #expect(try none.reduced(.max, axes: [1]).toDoubles() == [-.infinity, -.infinity])
    }
  }
}
