import TensorCore
import TensorOps
import Testing

/// Every derivative rule against PyTorch, against finite differences, and against itself.
@Suite struct GradientTests {
  @Test func everyDifferentiableOperationHasACase() throws {
    let known = Set(try GradientCase.all().map(\.operation.name))
    for operation in OperationTable.all where operation.hasDerivative {
      #expect(known.contains(operation.name), "\(operation.name) has no case")
    }
  }

  @Test func gradientsAreThoseOfPyTorch() throws {
    for example in try GradientCase.all() {
      try check(example, .f64, tolerance: 1e-8)
    }
  }

  @Test func singlePrecisionGradientsAreThoseOfPyTorch() throws {
    for example in try GradientCase.all() where !example.isEdge {
      try check(example, .f32, tolerance: 3e-3)
    }
  }

  private func check(_ example: GradientCase, _ dtype: DType, tolerance: Double) throws {
    let name = "\(example.operation.name), line \(example.line), \(dtype.name)"
    let operands = try example.operands(dtype)
    // Weights are rounded to the dtype of the results.
    let tolerance = ["f32", "bf16"].contains(example.operation.name) ? 0.01 : tolerance
    let found: [Variable?]
    do {
      found = try example.gradient(operands)
    } catch {
      Issue.record("\(name): \(error)")
      return
    }
    for (index, expected) in example.gradients.enumerated() {
      guard let expected else { continue }
      let gradient = try found[index] ?? operands[index].zeros()
      #expect(gradient.shape == operands[index].shape, "\(name)")
      if !gradient.isScalar { #expect(gradient.dtype == operands[index].dtype, "\(name)") }
      let values = try gradient.doubles()
      let largest = expected.filter(\.isFinite).map(abs).max() ?? 0
      let isClose = zip(values, expected).allSatisfy { value, wanted in
        value == wanted || (value.isNaN && wanted.isNaN)
          || abs(value - wanted) <= tolerance * max(1, largest)
      }
      #expect(
        values.count == expected.count && isClose,
        "\(name), operand \(index): \(values) instead of \(expected)")
    }
  }

  @Test func gradientsAreLimitsOfDifferences() throws {
    for example in try GradientCase.all() where !example.isEdge {
      let name = "\(example.operation.name), line \(example.line)"
      do {
        let operands = try example.operands()
        let moved = try differences(example, operands) { [try example.loss($0)] }
        let gradients = try example.gradient(operands)
        let expected = try inner(gradients, try directions(operands))
        let found = try moved.map { try $0.doubles()[0] }.reduce(0, +)
        #expect(
          abs(found - expected) <= 1e-5 * max(1, abs(expected)), "\(name): \(found), \(expected)")
      } catch {
        Issue.record("\(name): \(error)")
      }
    }
  }

  @Test func forwardModeIsTheTransposeOfReverse() throws {
    for example in try GradientCase.all() where !example.isEdge {
      let name = "\(example.operation.name), line \(example.line)"
      let operands = try example.operands()
      let ways = try directions(operands)
      let level = Level()
      let duals = zip(operands, ways).map { operand, way in
        way.map { .traced(Trace(level: level, primal: operand, role: .dual(tangent: $0))) }
          ?? operand
      }
      do {
        let expected = try inner(try example.gradient(operands), ways)
        var found = 0.0
        if case .dual(let tangent) = try example.loss(duals).role(at: level) {
          found = try tangent.doubles()[0]
        }
        #expect(
          abs(found - expected) <= 1e-9 * max(1, abs(expected)), "\(name): \(found), \(expected)")
      } catch {
        Issue.record("\(name): \(error)")
      }
    }
  }

  @Test func secondDerivativesAreLimitsOfDifferences() throws {
    for example in try GradientCase.all() where !example.isEdge {
      let name = "\(example.operation.name), line \(example.line)"
      let operands = try example.operands()
      let ways = try directions(operands)
      do {
        let tape = Tape(level: Level())
        let followed = operands.map { $0.isFloating ? tape.follow($0) : $0 }
        var slope: Variable = 0.0
        for (part, way) in zip(try example.gradient(followed), ways) {
          guard let part, let way else { continue }
          slope = try slope + (part.isScalar ? part * way : (part * way).sum().asScalar())
        }
        let second = try tape.cotangents(
          of: followed, from: [(slope, 1.0)], consuming: true)
        let moved = try differences(example, operands) { operands in
          try zip(operands, try example.gradient(operands)).map { operand, part in
            try part ?? operand.zeros()
          }
        }
        for (index, operand) in operands.enumerated() where operand.isFloating {
          let values = try (second[index] ?? operand.zeros()).doubles()
          let expected = try moved[index].doubles()
          let largest = expected.map(abs).max() ?? 0
          let isClose = zip(values, expected).allSatisfy {
            abs($0 - $1) <= 2e-4 * max(1, largest)
          }
          #expect(isClose, "\(name), operand \(index): \(values) instead of \(expected)")
        }
      } catch {
        Issue.record("\(name): \(error)")
      }
    }
  }

  // MARK: - Directions

  private func directions(_ operands: [Variable]) throws -> [Variable?] {
    try operands.enumerated().map { index, operand in
      operand.isFloating ? try operand.direction(index) : nil
    }
  }

  /// (f(x + h v) - f(x - h v)) / 2h
  private func differences(
    _ example: GradientCase, _ operands: [Variable], _ function: ([Variable]) throws -> [Variable]
  ) throws -> [Variable] {
    let step = 1e-5
    func moved(_ distance: Double) throws -> [Variable] {
      try zip(operands, try directions(operands)).map { operand, way in
        try way.map { try operand + $0 * Variable(distance) } ?? operand
      }
    }
    return try zip(try function(try moved(step)), try function(try moved(-step))).map {
      try ($0 - $1) / Variable(2 * step)
    }
  }

  private func inner(_ a: [Variable?], _ b: [Variable?]) throws -> Double {
    var total = 0.0
    for case (let x?, let y?) in zip(a, b) {
      total += zip(try x.doubles(), try y.doubles()).map(*).reduce(0, +)
    }
    return total
  }
}

extension TensorOps.Operation {
  var hasDerivative: Bool {
    switch derivative {
    case .none, .constant: false
    case .elementwise, .rule, .composed: true
    }
  }
}
