import Diagnostics
import TensorCore
import Testing

@testable import Runtime

@Suite struct RandomTests {
  let host = RecordingHost()

  func key(_ seed: Int) throws -> Value { try host.call("key", .int(seed)) }

  /// NumPy: `np.random.Generator(np.random.Philox(key=42)).random(4)`.
  @Test func uniformDrawsAreThoseOfNumPy() throws {
    let drawn = try host.call("rand", 4, named: ["key": key(42)])
    guard case .tensor(let tensor) = drawn else { throw CallFailure.raised }
    #expect(
      try tensor.toDoubles() == [
        0.8201981478608876, 0.18924562408645496, 0.8676608148821462, 0.3945814702827203,
      ])
  }

  @Test func cellDrawsContinueOneStream() throws {
    let whole = try host.call("rand", 6)
    host.stream.position = 0
    let first = try host.call("rand", 2)
    let second = try host.call("rand", 4)
    let joined = try Value.concatenated(first, second)
    #expect(joined.isEqual(to: whole))
    #expect(host.stream.position == 6)
  }

  @Test func oneNumberWithoutAShape() throws {
    guard case .float(let number) = try host.call("randn") else { throw CallFailure.raised }
    #expect(number.isFinite)
    #expect(try host.shows("shape", host.call("randn", 2, 3)) == "(2, 3)")
    #expect(try host.shows("shape", host.call("randn", tuple(2, 3))) == "(2, 3)")
    #expect(try host.shows("dtype", host.call("rand", 2, named: ["dtype": "f32"])) == "\"f32\"")
  }

  @Test func aKeyServesOneDraw() throws {
    let source = SourceText(name: "<entry 1>", text: "a = randn(3, key = k)")
    host.currentLocation = Location(source, Span(4, 21))
    let key = try key(7)
    _ = try host.call("randn", 3, named: ["key": key])
    let failure = failure { () throws(CallFailure) in
      _ = try host.call("rand", 3, named: ["key": key])
    }
    #expect(failure?.code == .keyReused)
    #expect(failure?.message == "`rand`: the key has been used before, by `randn`")
    #expect(failure?.labels.first?.location.source.name == "<entry 1>")
    #expect(failure?.labels.first?.text == "first used here")
  }

  @Test func splittingUsesTheKeyAndGivesDifferentOnes() throws {
    let key = try key(7)
    guard case .tuple(let parts) = try host.call("split", key, 3) else { throw CallFailure.raised }
    #expect(parts.count == 3)
    let draws = try parts.map { try host.call("rand", 2, named: ["key": $0]) }
    #expect(!draws[0].isEqual(to: draws[1]) && !draws[1].isEqual(to: draws[2]))
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("rand", named: ["key": key]) }
        == .keyReused)
    let other = try self.key(7)
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("split", other, 0) }
        == .argumentValue)
  }

  @Test func equalSeedsGiveEqualDraws() throws {
    for name in ["rand", "randn"] {
      let a = try host.call(name, 5, named: ["key": key(3)])
      let b = try host.call(name, 5, named: ["key": key(3)])
      #expect(a.isEqual(to: b))
    }
    #expect(try key(3).isEqual(to: key(3)))
    #expect(try !key(3).isEqual(to: key(4)))
  }

  @Test func drawsStayInTheirBounds() throws {
    guard case .tensor(let dice) = try host.call("randint", 1, 7, 200) else {
      throw CallFailure.raised
    }
    #expect(Set(try dice.toInts()) == Set(1...6))
    guard case .tensor(let order) = try host.call("permutation", 50) else {
      throw CallFailure.raised
    }
    #expect(try order.toInts().sorted() == Array(0..<50))
    guard case .tensor(let sides) = try host.call("dirichlet", tuple(1.0, 2.0), 10) else {
      throw CallFailure.raised
    }
    let values = try sides.toDoubles()
    for row in 0..<10 { #expect(abs(values[2 * row] + values[2 * row + 1] - 1) < 1e-12) }
    #expect(try host.shows("categorical", tuple(0.0, 1.0, 0.0)) == "1")
    #expect(try host.shows("bernoulli", 1, 3) == "bool[3] [ True  True  True]")
  }

  @Test func choosesElementsOfEveryKind() throws {
    #expect(try host.shows("choice", tuple("a", "a")) == "\"a\"")
    #expect(try host.shows("choice", tuple("a", "a"), 2) == #"("a", "a")"#)
    #expect(try host.shows("choice", tensor([7, 7]), 3) == "i64[3] [7 7 7]")
    #expect(try host.shows("choice", tensor([7, 7, 7, 7], [2, 2]), 1) == "i64[1, 2]\n[[7 7]]")
    guard case .tensor(let all) = try host.call("choice", 4, 4, named: ["replace": false]) else {
      throw CallFailure.raised
    }
    #expect(try all.toInts().sorted() == [0, 1, 2, 3])
    #expect(
      failureCode { () throws(CallFailure) in
        _ = try host.call("choice", 2, 3, named: ["replace": false])
      } == .argumentValue)
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("choice", tuple()) }
        == .argumentValue)
  }

  @Test func refusesWrongArguments() throws {
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("rand", -3) } == .argumentValue)
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("randint", 5, 5, tuple(3)) }
        == .argumentValue)
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("key", "seed") } == .argumentType)
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("rand", 2, named: ["key": 1]) }
        == .argumentType)
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("bernoulli", 2.0, 3) }
        == .argumentValue)
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("rand", .int(.max), .int(.max)) }
        == .outOfMemory)
  }
}

extension Value {
  /// Two f64 tensors of rank 1 one after the other.
  static func concatenated(_ a: Value, _ b: Value) throws -> Value {
    guard case .tensor(let first) = a, case .tensor(let second) = b else {
      throw CallFailure.raised
    }
    return .tensor(try Tensor(try first.toDoubles() + second.toDoubles()))
  }
}
