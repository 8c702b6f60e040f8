import Diagnostics
import Notebook
import Runtime
import Synchronization
import Testing

@Suite struct NotebookRunnerTests {
  @Test func runsCellsTopToBottomUnderTheirNames() throws {
    let evaluator = MockEvaluator()
    let document = try read(
      "```{lamella}\nprint a\n```\n```{lamella}\n#| label: b\nshow 2\n```\n"
        + "```{lamella}\n#| eval: false\nprint c\n```\n```{gnuplot}\nplot sin(x)\n```\n")
    let result = run(document, on: evaluator)
    #expect(evaluator.evaluated == ["1", "b"])
    #expect(result.cells.map(\.status) == [.done, .done, .notEvaluated, .done])
    #expect(result.cells.map(\.shownLines) == [["a"], ["2"], [], ["[figure]"]])
    #expect(result.seed == 7)
  }

  @Test func checksEveryCellBeforeAnyRuns() throws {
    let evaluator = MockEvaluator()
    let document = try read(
      "```{lamella}\nprint a\n```\n```{lamella}\nunbound\n```\n```{lamella}\nunbound 2\n```\n"
        + "```{lamella}\n#| error: true\nunbound\n```\n```{lamella}\n#| eval: false\nunbound\n```\n"
    )
    let errors = makeRunner(document, on: evaluator).check()
    #expect(errors.map(\.code) == [.unboundName, .unboundName])
    #expect(evaluator.evaluated.isEmpty)
  }

  @Test func bindsParametersBeforeTheCheck() throws {
    let evaluator = MockEvaluator()
    let document = try read("---\nparams: { n: 3, s: text, q: 0.5, on: true }\n---\n")
    let values = try document.frontMatter.resolve(ParameterArguments())
    _ = makeRunner(document, on: evaluator, parameters: values).check()
    #expect(evaluator.bound == ["n=3", "s=\"text\"", "q=0.5", "on=true"])
  }

  static let failing = """
    ```{lamella}
    a = 1
    ```
    ```{lamella}
    #| label: bad
    b = a
    fail E0401 no
    ```
    ```{lamella}
    fn g() = b + 1
    ```
    ```{lamella}
    d = 5
    ```
    ```{lamella}
    g()
    ```
    ```{lamella}
    b = 7
    ```
    ```{lamella}
    h = b + d
    ```

    """

  @Test func stopsAtTheFirstFailure() throws {
    let result = run(try read(Self.failing))
    #expect(
      result.cells.map(\.status) == [
        .done, .failed, .notReached, .notReached, .notReached, .notReached, .notReached,
      ])
    #expect(result.errors.map(\.code) == [.operandTypes])
  }

  @Test func continuesWithWhatDoesNotNeedTheFailedCell() throws {
    let result = run(try read(Self.failing), policy: .continue)
    // `g` mentions `b`, `g()` reaches it; a later cell binds `b` anew, after which `h` can run.
    #expect(
      result.cells.map(\.status) == [.done, .failed, .skipped, .done, .skipped, .done, .done])
    #expect(result.cells[2].missing?.name == "b")
    #expect(result.cells[2].missing?.cell == "cell \"bad\"")
  }

  @Test(arguments: [
    ("true", "fail E0401 x", CellResult.Status.done, "E0401"),
    ("true", "print a", .failed, "E0612"), ("E0401", "fail E0401 x", .done, "E0401"),
    ("E0401", "fail E0403 x", .failed, "E0612"), ("E0401", "print a", .failed, "E0612"),
    ("false", "fail E0401 x", .failed, "E0401"),
  ])
  func judgesACellThatIsToFail(
    option: String, code: String, status: CellResult.Status, error: String
  ) throws {
    let result = run(try read("```{lamella}\n#| error: \(option)\n\(code)\n```\n"))
    #expect(result.cells[0].status == status)
    #expect(result.cells[0].errors.first?.code.rawValue == error)
  }

  @Test func showsTheErrorOfACellThatIsToFailAsALine() throws {
    let result = run(
      try read(
        "```{lamella}\n#| error: true\nprint a\nfail E0401 no such sum\n```\n"
          + "```{expect}\na\nerror[E0401]: no such sum\n```\n"))
    #expect(result.cells[0].claim?.isMet == true)
  }

  @Test func endsACellAtItsTimeLimit() throws {
    let result = run(
      try read("```{lamella}\n#| timeout: 20ms\nhang\n```\n```{lamella}\nprint a\n```\n"))
    #expect(result.cells.map(\.status) == [.failed, .notReached])
    #expect(result.errors.map(\.code) == [.timedOut])
    guard case .timedOut = result.ending else {
      Issue.record("ending \(result.ending)")
      return
    }
  }

  @Test func aTimeLimitThatIsKeptStrikesNoLaterCell() throws {
    let result = run(
      try read("```{lamella}\n#| timeout: 10ms\nprint a\n```\n```{lamella}\nprint b\n```\n"))
    #expect(result.cells.map(\.status) == [.done, .done])
  }

  @Test func anInterruptionEndsTheRunAndKeepsWhatRan() throws {
    let control = RunControl()
    let document = try read(
      "```{lamella}\nprint a\n```\n```{lamella}\nprint b\nhang\n```\n```{lamella}\nprint c\n```\n")
    let result = run(document, control: control) { event in
      if case .output(_, "b\n") = event { control.interrupt() }
    }
    #expect(result.cells.map(\.status) == [.done, .failed, .notReached])
    #expect(result.errors.map(\.code) == [.interrupted])
    #expect(result.cells[1].shownLines.first == "b")
    guard case .interrupted = result.ending else {
      Issue.record("ending \(result.ending)")
      return
    }
  }

  @Test func anInterruptionIsNoErrorThatACellMayClaim() throws {
    let result = run(
      try read("```{lamella}\n#| error: true\n#| timeout: 10ms\nhang\n```\n"))
    #expect(result.cells[0].status == .failed)
  }

  @Test func asksForFiguresAsOptionsAndFrontMatterSay() throws {
    let evaluator = MockEvaluator()
    _ = run(
      try read(
        "---\nfigures: { format: png, size: [800, 400] }\n---\n```{lamella}\n```\n"
          + "```{lamella}\n#| fig-width: 400\n```\n"
          + "```{lamella}\n#| fig-format: svg\n#| fig-width: 100\n#| fig-height: 90\n```\n"),
      on: evaluator)
    #expect(
      evaluator.requests.map { $0.pictureTypes[0] } == ["image/png", "image/png", "image/svg+xml"])
    #expect(evaluator.requests.map { $0.size?.width } == [800, 400, 100])
    #expect(evaluator.requests.map { $0.size?.height } == [400, 200, 90])
  }

  @Test func aRawFigureThatIsRefusedIsTheCellsError() throws {
    let result = run(try read("```{gnuplot}\nsystem(\"ls\")\n```\n"))
    #expect(result.errors.map(\.code) == [.shellCommand])
    #expect(result.errors[0].location?.source.firstLine == 2)
  }

  @Test func comparesFiguresByTheirHash() throws {
    func claim(_ hash: String) throws -> ClaimOutcome? {
      run(try read("```{lamella}\n#| fig-hash: \(hash)\nfigure abcdef012345\n```\n")).cells[0].claim
    }
    #expect(try claim("abcdef")?.isMet == true)
    #expect(try claim("[abcdef0123]")?.isMet == true)
    #expect(try claim("abcdee")?.isMet == false)
    #expect(try claim("new")?.isMet == false)
    #expect(try claim("[abcdef, abcdef]")?.isMet == false)
  }

  @Test func acceptsWhatCellsShow() throws {
    let text = """
      Prose  stays.

      ```{lamella}
      #| fig-hash: new
      figure abcdef0123456789
      ```

        ```{lamella}
        print one
        print ```
        ```
      ```{expect} rtol=1e-3
      two
      ```
      ```{lamella}
      print kept 0.50001
      ```
      ```{expect}
      kept 0.500
      ```

      """
    let result = run(try read(text))
    let bytes = try #require(ClaimRewriter.accepted(result))
    let expected = text.replacing("fig-hash: new", with: "fig-hash: abcdef012345")
      .replacing("```{expect} rtol=1e-3\ntwo\n```", with: "````{expect} rtol=1e-3\none\n```\n````")
    #expect(String(decoding: bytes, as: UTF8.self) == expected)
    let again = run(try read(expected))
    #expect(ClaimRewriter.accepted(again) == nil)
    #expect(!again.hasDifferences)
  }

  @Test func acceptKeepsTheLineEndsOfTheFile() throws {
    let text = "```{lamella}\r\nprint a\r\n```\r\n```{expect}\r\n```\r\n"
    let bytes = try #require(ClaimRewriter.accepted(run(try read(text))))
    #expect(
      String(decoding: bytes, as: UTF8.self)
        == "```{lamella}\r\nprint a\r\n```\r\n```{expect}\r\na\r\n```\r\n")
  }

  @Test func tellsEventsInOrder() throws {
    let log = Mutex<[String]>([])
    _ = run(try read("```{lamella}\nprint a\nwarn w\nshow v\n```\n")) { event in
      let word =
        switch event {
        case .began(let cells): "began \(cells)"
        case .cellBegan(let cell): "cell \(cell.name)"
        case .output(_, let text): "output \(text.prefix(1))"
        case .item(_, let item): "item \(item.plainText)"
        case .warning: "warning"
        case .cellEnded(let result): "ended \(result.status.rawValue)"
        }
      log.withLock { $0.append(word) }
    }
    #expect(
      log.withLock { $0 } == [
        "began 1", "cell 1", "output a", "warning", "item v", "ended done",
      ])
  }
}

@Suite struct ParametersTests {
  static let declarations = """
    ---
    params:
      epochs: { type: int, default: 3, min: 1, max: 9, doc: passes over the data }
      rate: { type: float, default: 0.1 }
      name: { type: str, choices: [adam, sgd], default: adam }
      fast: false
      needed: { type: int }
    ---

    """

  /// Arguments, and the values that come of them or the code and words of the error.
  @Test(arguments: [
    (["needed=1"], "3 0.1 adam false 1"),
    (["needed=1", "epochs=9", "rate=1e-3", "name=sgd", "fast=true"], "9 0.001 sgd true 1"),
    (["needed=1", "rate=2"], "3 2.0 adam false 1"),
    (["needed=1", "needed=2"], "3 0.1 adam false 2"),
    ([], "E0610 `needed` has no default"),
    (["needed=1", "epoch=2"], "E0609 did you mean `epochs`?"),
    (["needed=1", "epochs=0"], "E0610 at least 1"), (["needed=1", "epochs=10"], "E0610 at most 9"),
    (["needed=1", "epochs=2.5"], "E0610 a whole number"), (["needed=x"], "E0610 `x`"),
    (["needed=1", "name=rms"], "E0610 one of adam, sgd"),
    (["needed=1", "fast=yes"], "E0610 true or false"),
    (["needed=1", "rate=nan"], "E0610 a number"), (["needed"], "E0610 name=value"),
    (["=3"], "E0610 name=value"),
  ])
  func resolves(arguments: [String], outcome: String) throws {
    let matter = try read(Self.declarations).frontMatter
    do {
      var given = ParameterArguments()
      for argument in arguments { try given.add(argument: argument) }
      let values = try matter.resolve(given).map(\.value.text)
      #expect(values.joined(separator: " ") == outcome)
    } catch {
      #expect(outcome.hasPrefix(error.code.rawValue))
      let words = outcome.dropFirst(6)
      #expect((error.message + (error.hint ?? "")).contains(words), "\(error.message)")
    }
  }

  @Test func argumentsWinOverFiles() throws {
    let matter = try read(Self.declarations).frontMatter
    var given = ParameterArguments()
    try given.add(argument: "needed=5")
    try given.add(
      file: SourceText(name: "p.yaml", text: "needed: 4\nrate: 0.25\n# nothing\nname: sgd\n"))
    #expect(try matter.resolve(given).map(\.value.text) == ["3", "0.25", "sgd", "false", "5"])
  }

  @Test(arguments: [
    ("needed: x\n", 1, "E0610"), ("needed: 1\n\nepocs: 2\n", 3, "E0609"), ("- a\n", 1, "E0610"),
    ("a: [\n", 2, "E0601"),
  ])
  func pointsIntoTheFile(text: String, line: Int, code: String) throws {
    let matter = try read(Self.declarations).frontMatter
    var given = ParameterArguments()
    do {
      try given.add(file: SourceText(name: "p.yaml", text: text))
      _ = try matter.resolve(given)
      Issue.record("no error")
    } catch {
      #expect(error.code.rawValue == code)
      let location = try #require(error.location)
      #expect(location.source.name == "p.yaml")
      #expect(location.source.position(of: Int(location.span.start)).line == line)
    }
  }
}
