import Testing

@testable import Runtime

@Suite struct ValueDisplayTests {
  let host = RecordingHost()

  @Test func showsScalarsAsLiterals() {
    #expect(Value.float(100).displayText == "100.0")
    #expect(Value.float(1e-5).displayText == "1e-05")
    #expect(Value.int(-7).displayText == "-7")
    #expect(Value.bool(true).displayText == "true")
    #expect(tuple(.none, true).displayText == "(none, true)")
    #expect(Value.range(RangeValue(start: 0, end: 10, step: 3)).displayText == "0..10 by 3")
  }

  @Test func quotesTextOnlyWhenShown() {
    let text = Value.string("say \"hi\"\n\u{1}")
    #expect(text.displayText == #""say \"hi\"\n\u{1}""#)
    #expect(text.printText == "say \"hi\"\n\u{1}")
    #expect(tuple("a").printText == "(\"a\",)")
  }

  @Test func showsCollections() throws {
    #expect(tuple().displayText == "()")
    #expect(tuple(1, 2.5, "a").displayText == "(1, 2.5, \"a\")")
    #expect(record(("lr", 0.1), ("n", 5)).displayText == "(lr = 0.1, n = 5)")
    #expect(Value.map(try MapValue([])).displayText == "{:}")
    let map = try MapValue([(key: "a", value: 1), (key: tuple(0, 1), value: 2)])
    #expect(Value.map(map).displayText == "{\"a\": 1, (0, 1): 2}")
  }

  @Test func showsFunctionsBySignature() {
    let builtin = Builtin(
      "f", [.required("x"), .optional("n", "2"), .rest("more")], "", examples: []
    ) {
      (_: inout CallContext) throws(CallFailure) -> Value in .none
    }
    let value = Value.function(FunctionValue(target: .builtin(builtin)))
    #expect(value.displayText == "fn f(x, n = 2, more...)")
  }

  @Test func elidesTheMiddleOfLongTuples() {
    let long = Value.tuple(TupleValue((0..<2000).map(Value.int)))
    #expect(long.displayText == "(0, 1, 2, ..., 1997, 1998, 1999)")
  }

  @Test func breaksLongTuplesIntoFilledLines() {
    let text = Value.tuple(TupleValue((0..<60).map(Value.int))).displayText
    let lines = text.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines.allSatisfy { $0.count <= 80 })
    #expect(lines[1].hasPrefix(" ") && !lines[1].hasPrefix("  "))
  }

  @Test func breaksLongRecordsOneFieldALine() {
    let word = Value.string(String(repeating: "w", count: 50))
    let text = record(("first", word), ("second", tuple(1, 2)), ("third", word)).displayText
    let quoted = String(repeating: "w", count: 50)
    #expect(text == "(\n  first = \"\(quoted)\",\n  second = (1, 2),\n  third = \"\(quoted)\"\n)")
  }

  @Test func survivesDeepAndSharedStructure() {
    var deep = Value.int(1)
    for _ in 0..<1000 { deep = tuple(deep) }
    #expect(deep.displayText.contains("..."))
    var shared = Value.int(1)
    for _ in 0..<60 { shared = tuple(shared, shared) }
    #expect(shared.displayText.count < 1_000_000)
  }

  @Test func noneShowsNothing() throws {
    #expect(try Value.none.display(DisplayRequest())?.plainText == nil)
    #expect(try Value.int(1).display(DisplayRequest())?.plainText == "1")
  }
}
