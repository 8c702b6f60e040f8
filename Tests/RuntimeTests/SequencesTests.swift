import Diagnostics
import Syntax
import Testing

@testable import Runtime

@Suite struct SequencesTests {
  let host = RecordingHost()

  @Test func countsElements() throws {
    #expect(try host.shows("len", "héllo") == "5")
    #expect(try host.shows("len", tuple(1, 2)) == "2")
    #expect(try host.shows("len", tensor([1, 2, 3, 4], [2, 2])) == "2")
    #expect(try host.shows("len", record(("a", 1))) == "1")
    #expect(
      try host.shows("len", .range(RangeValue(start: 0, end: 1_000_000_000_000, step: 1)))
        == "1000000000000")
    #expect(failureCode { () throws(CallFailure) in _ = try host.call("len", 3) } == .argumentType)
  }

  @Test func pairsElements() throws {
    #expect(try host.shows("enumerate", "ab") == #"((0, "a"), (1, "b"))"#)
    #expect(try host.shows("zip", tuple(1, 2, 3), "ab") == #"((1, "a"), (2, "b"))"#)
    #expect(try host.shows("zip") == "()")
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("zip", tuple(1), 2) }
        == .notIterable)
  }

  /// As Python's `"abcdef"[start:end:step]`.
  @Test(
    arguments: [
      (1, 4, 1, "bcd"), (-2, nil, 1, "ef"), (nil, nil, -1, "fedcba"), (4, 1, -2, "ec"),
      (0, 99, 4, "ae"),
      (-99, 2, 1, "ab"), (3, 3, 1, ""), (nil, -99, -1, "fedcba"), (99, nil, -3, "fc"),
      (nil, nil, Int.min, "f"),
    ] as [(Int?, Int?, Int, String)])
  func slicesAsPython(_ start: Int?, _ end: Int?, _ step: Int, _ text: String) throws {
    let value = try host.call(
      "slice", "abcdef", start.map(Value.int) ?? .none, end.map(Value.int) ?? .none, .int(step))
    #expect(value.printText == text)
  }

  @Test func slicesKeepTheKindOfThing() throws {
    #expect(try host.shows("slice", tuple(1, 2, 3), 1) == "(2, 3)")
    #expect(try host.shows("slice", tensor([1, 2, 3]), 0, 2) == "i64[2] [1 2]")
    let range = Value.range(RangeValue(start: 0, end: 20, step: 2))
    let half = try host.call("slice", range, .none, .none, 2)
    #expect(try host.shows("tuple", half) == "(0, 4, 8, 12, 16)")
    #expect(try host.shows("reverse", tuple(1, 2)) == "(2, 1)")
    #expect(try host.shows("reverse", "abc") == "\"cba\"")
    #expect(try host.shows("reverse", tensor([1, 2, 3])) == "i64[3] [3 2 1]")
  }

  @Test func flattensWithoutTheNativeStack() throws {
    #expect(try host.shows("flatten", tuple(1, tuple(2, tuple(3), tuple()), 4)) == "(1, 2, 3, 4)")
    var deep = Value.int(1)
    for _ in 0..<1000 { deep = tuple(deep) }
    #expect(try host.shows("flatten", deep) == "(1,)")
  }

  @Test func joinsTuplesAndText() throws {
    #expect(
      try host.shows("concat", tuple(tuple(1, 2), tuple(3, "a"), tuple())) == #"(1, 2, 3, "a")"#)
    #expect(try host.shows("concat", tuple("a", "b")) == "\"ab\"")
    #expect(try host.shows("push", tuple(1), 2) == "(1, 2)")
    #expect(try host.shows("repeat", tuple(1, 2), 2) == "(1, 2, 1, 2)")
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("repeat", tuple(1), .int(.max)) }
        == .outOfMemory)
  }

  @Test func makesRanges() throws {
    #expect(try host.shows("range", 3) == "0..3")
    #expect(try host.shows("range", 1, 9, 4) == "1..9 by 4")
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("range", 1, 2, 0) }
        == .argumentValue)
  }

  // MARK: - Order

  @Test func sortsStably() throws {
    #expect(try host.shows("sorted", tuple(3, 1.5, 2)) == "(1.5, 2, 3)")
    #expect(try host.shows("sorted", "banana") == #"("a", "a", "a", "b", "n", "n")"#)
    let length = function(1) { (values) throws(CallFailure) in
      guard case .string(let text) = values[0] else { throw .raised }
      return .int(text.count)
    }
    let words = tuple("bb", "a", "cc", "d", "aa")
    #expect(
      try host.shows("sorted", words, named: ["by": length]) == #"("a", "d", "bb", "cc", "aa")"#)
    #expect(
      try host.shows("sorted", words, named: ["by": length, "descending": true])
        == #"("bb", "cc", "aa", "a", "d")"#)
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("sorted", tuple(1, "a")) }
        == .operandTypes)
  }

  @Test func sortsEveryPermutationOfSmallTuples() throws {
    for a in 0..<4 {
      for b in 0..<4 {
        for c in 0..<4 {
          for d in 0..<4 {
            for e in 0..<4 {
              let numbers = [a, b, c, d, e]
              let sorted = try host.call("sorted", .tuple(TupleValue(numbers.map(Value.int))))
              #expect(
                sorted.isEqual(to: .tuple(TupleValue(numbers.sorted().map(Value.int)))),
                "\(numbers)")
            }
          }
        }
      }
    }
  }

  @Test func keepsFirstOfEqualElements() throws {
    #expect(try host.shows("unique", tuple(3, 1, 3, "a", 1.0)) == "(3, 1, \"a\")")
    #expect(try host.shows("unique", "banana") == "\"ban\"")
    #expect(try host.shows("counts", "abca") == #"{"a": 2, "b": 1, "c": 1}"#)
    #expect(try host.shows("index_of", tuple("a", "b"), "b") == "1")
    #expect(try host.shows("index_of", tuple("a", "b"), "c") == "-1")
  }

  @Test func findsExtremesOfSeveralArguments() throws {
    #expect(try host.shows("max", 2, 5) == "5")
    #expect(try host.shows("min", 2.5, 5, -1) == "-1")
    #expect(try host.shows("max", 1, .float(.nan), 3) == "nan")
    #expect(try host.shows("max", "b", "a") == "\"b\"")
    #expect(try host.shows("min", tuple("b", "a")) == "\"a\"")
    #expect(try host.shows("max", tensor([1, 5]), 3) == "i64[2] [3 5]")
    #expect(failureCode { () throws(CallFailure) in _ = try host.call("max") } == .missingArgument)
  }

  // MARK: - Functions of functions

  let double = function(1) { (values) throws(CallFailure) in
    try Value.binary(.multiply, values[0], 2)
  }
  let isSmall = function(1) { (values) throws(CallFailure) in try Value.compare(.less, values[0], 3)
  }
  let add = function(2) { (values) throws(CallFailure) in
    try Value.binary(.add, values[0], values[1])
  }

  @Test func takesTheFunctionBeforeOrAfter() throws {
    #expect(try host.shows("map", tuple(1, 2), double) == "(2, 4)")
    #expect(try host.shows("map", double, tuple(1, 2)) == "(2, 4)")
    #expect(try host.shows("filter", tuple(1, 5, 2), isSmall) == "(1, 2)")
    #expect(try host.shows("fold", tuple(1, 2), 10, add) == "13")
    #expect(try host.shows("fold", tuple(1, 2), add, 10) == "13")
    #expect(try host.shows("fold", add, 10, tuple(1, 2)) == "13")
    #expect(try host.shows("reduce", tuple(1, 2, 3), add) == "6")
    #expect(try host.shows("apply", add, tuple(1, 2)) == "3")
    #expect(try host.shows("any_of", tuple(5, 1), isSmall) == "true")
    #expect(try host.shows("all_of", tuple(5, 1), isSmall) == "false")
  }

  @Test func refusesWhatCannotBeCalledOrAsked() {
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("map", tuple(1), 2) }
        == .argumentType)
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("map", 1, double) } == .notIterable)
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("filter", tuple(1), double) }
        == .argumentType)
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("reduce", tuple(), add) }
        == .argumentValue)
  }
}
