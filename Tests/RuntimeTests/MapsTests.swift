import Diagnostics
import Testing

@testable import Runtime

@Suite struct MapsTests {
  let host = RecordingHost()
  let map: Value
  let settings = record(("lr", 0.1), ("n", 5))

  init() throws { map = .map(try MapValue([(key: "z", value: 1), (key: "a", value: 2)])) }

  @Test func listsInOrderOfInsertion() throws {
    #expect(try host.shows("keys", map) == #"("z", "a")"#)
    #expect(try host.shows("values", map) == "(1, 2)")
    #expect(try host.shows("items", map) == #"(("z", 1), ("a", 2))"#)
    #expect(try host.shows("keys", settings) == #"("lr", "n")"#)
    #expect(failureCode { () throws(CallFailure) in _ = try host.call("keys", 1) } == .argumentType)
  }

  @Test func looksUpWithADefault() throws {
    #expect(try host.shows("get", map, "a") == "2")
    #expect(try host.shows("get", map, "x", 0) == "0")
    #expect(try host.shows("get", map, "x") == "none")
    #expect(try host.shows("get", settings, "lr") == "0.1")
    #expect(try host.shows("get", tuple(1, 2), -1) == "2")
    #expect(try host.shows("get", tuple(1, 2), 7, "no") == "\"no\"")
    #expect(try host.shows("has", map, "z") == "true")
    #expect(try host.shows("has", settings, "x") == "false")
  }

  @Test func changesCopies() throws {
    #expect(try host.shows("remove", map, "z") == #"{"a": 2}"#)
    #expect(try host.shows("remove", settings, "lr") == "(n = 5)")
    #expect(try host.shows("remove", tuple(1, 2, 3), -1) == "(1, 2)")
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("remove", tuple(1), 3) }
        == .indexOutOfRange)
    #expect(
      try host.shows("merge", settings, record(("n", 7), ("m", 1))) == "(lr = 0.1, n = 7, m = 1)")
    #expect(try host.shows("with_field", settings, "n", 7) == "(lr = 0.1, n = 7)")
    #expect(try host.shows("with_field", settings, "k", 7) == "(lr = 0.1, n = 5, k = 7)")
    #expect(map.displayText == #"{"z": 1, "a": 2}"#)
  }

  @Test func buildsFromPairs() throws {
    #expect(try host.shows("map_of", tuple(tuple("a", 1), tuple(2, "b"))) == #"{"a": 1, 2: "b"}"#)
    #expect(try host.shows("map_of", settings) == #"{"lr": 0.1, "n": 5}"#)
    #expect(try host.shows("record_of", map) == "(z = 1, a = 2)")
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("map_of", tuple(1)) }
        == .argumentType)
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("map_of", tuple(tuple(1.5, 1))) }
        == .unhashableKey)
    #expect(
      failureCode { () throws(CallFailure) in _ = try host.call("record_of", tuple(tuple("a b", 1)))
      } == .argumentValue)
  }
}
