import Diagnostics
import Testing

@testable import Runtime

@Suite struct TextTests {
  let host = RecordingHost()

  @Test func splitsAtSeparatorsAndAtSpaces() throws {
    #expect(try host.shows("split", "a,b,,c", ",") == #"("a", "b", "", "c")"#)
    #expect(try host.shows("split", "  a  b\t c\n") == #"("a", "b", "c")"#)
    #expect(try host.shows("split", "", ",") == #"("",)"#)
    #expect(try host.shows("split", "") == "()")
    #expect(try host.shows("split", "k=v=w", "=", named: ["limit": 1]) == #"("k", "v=w")"#)
    #expect(try host.shows("split", "a b  c d", named: ["limit": 1]) == #"("a", "b  c d")"#)
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("split", "a", "") }
        == .argumentValue)
  }

  @Test func joinsPartsAndCharacters() throws {
    #expect(try host.shows("join", tuple("x", "y"), "-") == "\"x-y\"")
    #expect(try host.shows("join", "abc", ".") == "\"a.b.c\"")
    let failure = failure { () throws(CallFailure) in _ = try host.call("join", tuple("a", 1)) }
    #expect(failure?.message == "`join`: element 1 of `parts` is an Int, a Str is wanted")
  }

  @Test func findsByCharacterPosition() throws {
    #expect(try host.shows("find", "héllo", "l") == "2")
    #expect(try host.shows("find", "banana", "an", 2) == "3")
    #expect(try host.shows("find", "banana", "an", -3) == "3")
    #expect(try host.shows("find", "abc", "x") == "-1")
    #expect(try host.shows("find", "abc", "") == "0")
    #expect(try host.shows("find", "abc", "", 9) == "-1")
    #expect(try host.shows("find", "abc", "a", .int(.min)) == "0")
  }

  @Test func stripsAndReplaces() throws {
    #expect(try host.shows("strip", "  hi \n") == "\"hi\"")
    #expect(try host.shows("strip", "--h-i-", "-") == "\"h-i\"")
    #expect(try host.shows("replace", "banana", "an", "AN") == "\"bANANa\"")
    #expect(try host.shows("replace", "aaa", "aa", "b") == "\"ba\"")
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("replace", "a", "", "b") }
        == .argumentValue)
  }

  @Test func comparesEnds() throws {
    #expect(try host.shows("starts_with", "banana", "ban") == "true")
    #expect(try host.shows("ends_with", "banana", "na") == "true")
    #expect(try host.shows("ends_with", "na", "banana") == "false")
  }

  @Test func splitsLinesOfEveryKind() throws {
    #expect(try host.shows("lines", "a\r\nb\n\nc") == #"("a", "b", "", "c")"#)
    #expect(try host.shows("lines", "a\n") == "(\"a\",)")
    #expect(try host.shows("lines", "") == "()")
  }

  @Test func convertsBetweenTextAndNumbers() throws {
    #expect(try host.shows("bytes", "hé") == "u8[3] [104 195 169]")
    #expect(try host.shows("from_bytes", tuple(104, 195, 169)) == "\"hé\"")
    #expect(try host.shows("char_code", "é") == "233")
    #expect(try host.shows("from_code", tuple(72, 105)) == "\"Hi\"")
    #expect(try host.shows("codes", "AB") == "i64[2] [65 66]")
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("from_code", -1) } == .argumentValue
    )
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("from_code", 0xd800) }
        == .argumentValue)
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("char_code", "ab") }
        == .argumentValue)
  }

  // MARK: - Patterns

  @Test func findsAllMatches() throws {
    #expect(try host.shows("find_re", "a1b22", "[0-9]+") == #"("1", "22")"#)
    #expect(try host.shows("find_re", "abc", "x*") == #"("", "", "", "")"#)
    #expect(try host.shows("split_re", "a, b;c", "[,;] *") == #"("a", "b", "c")"#)
  }

  @Test func matchesTheWholeTextWithGroups() throws {
    #expect(try host.shows("match_re", "3x40", #"(\d+)x(\d+)"#) == #"("3x40", "3", "40")"#)
    #expect(try host.shows("match_re", "a", "(a)|(b)") == #"("a", "a", none)"#)
    #expect(try host.shows("match_re", "a1", "a") == "none")
  }

  @Test func replacesWithGroups() throws {
    #expect(try host.shows("replace_re", "3x40", #"(\d+)x(\d+)"#, "$2x$1") == "\"40x3\"")
    #expect(try host.shows("replace_re", "abc", "b", "$$[$0]") == "\"a$[b]c\"")
    #expect(try host.shows("replace_re", "abc", "", "-") == "\"-a-b-c-\"")
  }

  @Test func refusesMalformedPatterns() {
    for pattern in ["(", "[", "*", "a{2,1}"] {
      let code = failureCode { () throws(CallFailure) in
        _ = try host.call("find_re", "abc", .string(pattern))
      }
      #expect(code == .malformedPattern, "\(pattern)")
    }
    let long = Value.string(String(repeating: "a", count: 20_000))
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("find_re", "a", long) }
        == .malformedPattern)
  }
}
