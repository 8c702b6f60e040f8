import Glibc
import TensorCore
import Testing

/// The vector functions against NumPy and SciPy, in every instruction set this machine has.
@Suite(.serialized) struct ElementaryFunctionTests {
  static let points: [Double] = [
    -.infinity, -745.5, -20.5, -1.0, -0.3, -1e-9, -0.0, 0.0, 1e-9, 0.3, 1.0, 1.5, 20.5, 300.25,
    709.5, .infinity, .nan,
  ]
  static let positive: [Double] = [
    0.0, .leastNonzeroMagnitude, 1e-306, 1e-09, 0.3, 0.7071067811865475, 0.7071067811865476, 1.0,
    1.4142135623730951, 2.0, 10.0, 1e+300, .infinity, -1.0, .nan,
  ]
  static let expected: [(ElementwiseOperation, [Double], [Double])] = [
    (
      .exp, points,
      [
        0.0, 0.0, 1.2501528663867426e-09, 0.36787944117144233, 0.7408182206817179, 0.999999999, 1.0,
        1.0, 1.000000001, 1.3498588075760032, 2.718281828459045, 4.4816890703380645,
        799902177.4755054, 2.4941248615349213e+130, 1.3549863193146328e+308, .infinity, .nan,
      ]
    ),
    (
      .expm1, points,
      [
        -1.0, -1.0, -0.9999999987498471, -0.6321205588285577, -0.2591817793182821, -9.999999995e-10,
        -0.0, 0.0, 1.0000000005000001e-09, 0.3498588075760031, 1.7182818284590453,
        3.481689070338065, 799902176.4755054, 2.4941248615349213e+130, 1.3549863193146328e+308,
        .infinity, .nan,
      ]
    ),
    (
      .tanh, points,
      [
        -1.0, -1.0, -1.0, -0.7615941559557649, -0.2913126124515909, -1e-09, -0.0, 0.0, 1e-09,
        0.2913126124515909, 0.7615941559557649, 0.9051482536448665, 1.0, 1.0, 1.0, 1.0, .nan,
      ]
    ),
    (
      .sigmoid, points,
      [
        0.0, 0.0, 1.2501528648238605e-09, 0.2689414213699951, 0.425557483188341, 0.49999999975, 0.5,
        0.5, 0.50000000025, 0.574442516811659, 0.7310585786300049, 0.8175744761936437,
        0.9999999987498471, 1.0, 1.0, 1.0, .nan,
      ]
    ),
    (
      .sin, points,
      [
        .nan, 0.8090542014072699, -0.9968297942787993, -0.8414709848078965, -0.29552020666133955,
        -1e-09, -0.0, 0.0, 1e-09, 0.29552020666133955, 0.8414709848078965, 0.9974949866040544,
        0.9968297942787993, -0.9741426430536687, -0.4793726294152408, .nan, .nan,
      ]
    ),
    (
      .cos, points,
      [
        .nan, -0.5877340377970675, -0.07956356727854007, 0.5403023058681398, 0.955336489125606, 1.0,
        1.0, 1.0, 1.0, 0.955336489125606, 0.5403023058681398, 0.0707372016677029,
        -0.07956356727854007, 0.22593386418244757, 0.8776114642411631, .nan, .nan,
      ]
    ),
    (
      .log, positive,
      [
        -.infinity, -744.4400719213812, -704.591038456178, -20.72326583694641, -1.2039728043259361,
        -0.34657359027997275, -0.3465735902799726, 0.0, 0.3465735902799727, 0.6931471805599453,
        2.302585092994046, 690.7755278982137, .infinity, .nan, .nan,
      ]
    ),
    (
      .log2, positive,
      [
        -.infinity, -1074.0, -1016.5099970355329, -29.897352853986263, -1.7369655941662063,
        -0.5000000000000001, -0.4999999999999999, 0.0, 0.5000000000000001, 1.0, 3.321928094887362,
        996.5784284662087, .infinity, .nan, .nan,
      ]
    ),
    (
      .log1p, positive,
      [
        0.0, .leastNonzeroMagnitude, 1e-306, 9.999999995e-10, 0.26236426446749106,
        0.5347999967395703,
        0.5347999967395703, 0.6931471805599453, 0.881373587019543, 1.0986122886681098,
        2.3978952727983707, 690.7755278982137, .infinity, -.infinity, .nan,
      ]
    ),
    (
      .log10, positive,
      [
        -.infinity, -323.3062153431158, -306.0, -9.0, -0.5228787452803376, -0.15051499783199063,
        -0.15051499783199057, 0.0, 0.15051499783199063, 0.3010299956639812, 1.0, 300.0, .infinity,
        .nan, .nan,
      ]
    ),
  ]

  @Test(arguments: [0, 1, 2]) func agreesWithNumPyWithinThreeUnits(level: Int) throws {
    defer { _ = Kernels.limitInstructionSet(to: 2) }
    _ = Kernels.limitInstructionSet(to: level)
    for (operation, points, expected) in ElementaryFunctionTests.expected {
      // Longer than a vector, so that both the wide loop and its remainder run.
      for repeats in [1, 3] {
        let x = try Tensor(Array(repeating: points, count: repeats).flatMap { $0 })
        let expression = FusedExpression(leafCount: 1, steps: [FusedExpression.Step(operation, 0)])
        let values = try Tensor.evaluate(expression, leaves: [.tensor(x)]).toDoubles()
        for (index, value) in values.enumerated() {
          let wanted = expected[index % points.count]
          #expect(
            unitsInLastPlace(value, wanted, .f64) <= 3,
            "\(operation)(\(points[index % points.count])) is \(value), wanted \(wanted)")
        }
      }
    }
  }

  @Test(arguments: [0, 1, 2]) func singlePrecisionAgreesWithDouble(level: Int) throws {
    defer { _ = Kernels.limitInstructionSet(to: 2) }
    _ = Kernels.limitInstructionSet(to: level)
    let x = try Tensor((0..<20011).map { Float($0 - 10000) / 113 })
    let wide = try x.cast(to: .f64)
    for operation: ElementwiseOperation in [
      .exp, .expm1, .tanh, .sigmoid, .sin, .cos, .log, .log2, .log1p, .sqrt, .atan, .sinh,
    ] {
      let expression = FusedExpression(leafCount: 1, steps: [FusedExpression.Step(operation, 0)])
      let single = try Tensor.evaluate(expression, leaves: [.tensor(x)]).toDoubles()
      let double = try Tensor.evaluate(expression, leaves: [.tensor(wide)]).toDoubles()
      var worst = 0.0
      for (value, expected) in zip(single, double) {
        let rounded = Double(Float(expected))
        worst = max(
          worst, value.isNaN && rounded.isNaN ? 0 : unitsInLastPlace(value, rounded, .f32))
      }
      #expect(worst <= 3, "\(operation) is \(worst) units off")
    }
  }

  /// A function, its values in 64 bits of precision, where it is tried, and its bound in units of
  /// the last place.
  typealias Bound = (
    operation: ElementwiseOperation, exact: @Sendable (Float80) -> Float80,
    range: ClosedRange<Double>, units: Float80
  )
  static let bounds: [Bound] = [
    (.exp, { exp($0) }, -87...88, 2), (.log, { log($0) }, 1e-6...1e6, 2),
    (.log, { log($0) }, 0.5...2, 2), (.tanh, { tanh($0) }, -10...10, 2),
    (.tanh, { tanh($0) }, -0.5...0.5, 2), (.sin, { sin($0) }, -100...100, 2),
    (.cos, { cos($0) }, -100...100, 2), (.erf, { erf($0) }, -6...6, 2),
    (.erf, { erf($0) }, -1.2...1.2, 2), (.erfc, { erfc($0) }, -4...9, 6),
  ]

  @Test(arguments: [0, 1, 2]) func keepsItsErrorBound(level: Int) throws {
    defer { _ = Kernels.limitInstructionSet(to: 2) }
    _ = Kernels.limitInstructionSet(to: level)
    for bound in ElementaryFunctionTests.bounds {
      for dtype: DType in [.f32, .f64] {
        // Steps of the golden ratio fill the range evenly and never meet a grid of floats.
        let width = bound.range.upperBound - bound.range.lowerBound
        let x = try Tensor(
          (0..<20_000).map { index in
            let place = Double(index) * 0.618_033_988_749_894_9
            return bound.range.lowerBound + width * (place - place.rounded(.down))
          }
        ).cast(to: dtype)
        let values = try Tensor.elementwise(bound.operation, x).toDoubles()
        var worst: (units: Float80, at: Double) = (0, 0)
        for (argument, value) in zip(try x.toDoubles(), values) {
          let exact = bound.exact(Float80(argument))
          let unit = dtype == .f32 ? Float80(Float(exact).ulp) : Float80(Double(exact).ulp)
          let units = abs(Float80(value) - exact) / unit
          if units > worst.units || units.isNaN { worst = (units, argument) }
        }
        #expect(
          worst.units <= bound.units,
          "\(bound.operation) of \(dtype) is \(worst.units) units off at \(worst.at)")
      }
    }
  }

  @Test(arguments: [DType.f32, .f64]) func edgesAreExact(dtype: DType) throws {
    let edges = [-Double.infinity, -1e30, -0.0, 0.0, 1e30, .infinity, .nan]
    let x = try Tensor(edges).cast(to: dtype)
    for (operation, wanted) in [
      (ElementwiseOperation.exp, [0, 0, 1, 1, .infinity, .infinity, .nan]),
      (.tanh, [-1, -1, -0.0, 0, 1, 1, .nan]),
      (.erf, [-1, -1, -0.0, 0, 1, 1, .nan]),
      (.erfc, [2, 2, 1, 1, 0, 0, .nan]),
    ] {
      let values = try Tensor.elementwise(operation, x).toDoubles()
      for (value, expected) in zip(values, wanted) {
        #expect(
          value == expected && value.sign == expected.sign || value.isNaN && expected.isNaN,
          "\(operation) gave \(value), wanted \(expected)")
      }
    }
  }

  @Test func largeAnglesKeepTheirDigits() throws {
    let x = try Tensor([1e6, 1e15, 1e22, 123_456_789.0])
    let sine = try Tensor.elementwise(.sin, x).toDoubles()
    let expected = [
      -0.34999350217129294, 0.8582727931702359, -0.8522008497671888, 0.9901147518020355,
    ]
    for (value, wanted) in zip(sine, expected) {
      #expect(unitsInLastPlace(value, wanted, .f64) <= 2)
    }
  }
}
