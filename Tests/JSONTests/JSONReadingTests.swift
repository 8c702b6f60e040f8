import JSON
import Testing

@Suite struct JSONReadingTests {
  private func line(_ text: String) throws -> String {
    try JSONText(reading: Array(text.utf8)).line
  }

  @Test func readsEveryKindOfValue() throws {
    let text = #" {"a" : [null,true , false], "b": {}, "c": [ ], "d": "x"} "#
    #expect(try line(text) == #"{"a": [null, true, false], "b": {}, "c": [], "d": "x"}"#)
    #expect(try line("-12") == "-12")
    #expect(try line("9223372036854775807") == "9223372036854775807")
    #expect(try line("9223372036854775808") == "9.223372036854776e+18")
    #expect(try line("[1.5, 1e3, -2E-2, 0.0]") == "[1.5, 1000.0, -0.02, 0.0]")
  }

  @Test func readsEscapesAndPairs() throws {
    let text = #""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é""#
    guard case .string(let value) = try JSONText(reading: Array(text.utf8)) else {
      Issue.record("no string")
      return
    }
    #expect(value == "\"\\/\u{8}\u{c}\n\r\té😀é")
  }

  @Test(arguments: [
    ("", 0), ("{", 1), ("[1,]", 3), ("[1 2]", 3), ("{\"a\" 1}", 5), ("{a: 1}", 1), ("01", 1),
    ("1.", 2), ("1e", 2), ("-", 1), ("+1", 0), ("nul", 0), ("NaN", 0), ("\"a", 2), ("\"\n\"", 1),
    ("\"\\x\"", 2), ("\"\\u12g4\"", 5), ("\"\\ud800\"", 7), ("1 1", 2), ("1e400", 0),
    ("1" + String(repeating: "0", count: 400), 0),
  ])
  func saysWhereTheTextStopsBeingJSON(_ text: String, _ offset: Int) {
    let fault = #expect(throws: JSONFault.self) { try JSONText(reading: Array(text.utf8)) }
    #expect(fault?.offset == offset)
  }

  @Test func deepNestingIsRefusedWithoutATrap() {
    let text = String(repeating: "[", count: 1_000_000)
    #expect(throws: JSONFault.self) { try JSONText(reading: Array(text.utf8)) }
  }

  private func nested(_ depth: Int, deepest: Int) throws {
    let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    try Array(text.utf8).withUnsafeBytes { _ = try JSONText(reading: $0, deepest: deepest) }
  }

  @Test func theDepthAllowedIsTheOneAskedFor() throws {
    try nested(512, deepest: 512)
    #expect(throws: JSONFault.self) { try nested(513, deepest: 512) }
  }

  @Test func readingEndsWhenItIsStopped() throws {
    let text = "[" + String(repeating: "1,", count: 1 << 17) + "1]"
    Array(text.utf8).withUnsafeBytes { bytes in
      var asked = 0
      let fault = #expect(throws: JSONFault.self) {
        try JSONText(reading: bytes) {
          asked += 1
          return asked == 2
        }
      }
      #expect(asked == 2 && fault?.offset == 1 + 2 * ((1 << 17) - 2))
    }
  }

  @Test func quotesWhatAScriptWouldMistake() {
    #expect(JSONText.quoted("\"\\\n\u{1}\u{2028}é") == #""\"\\\n\u0001\u2028é""#)
  }
}
