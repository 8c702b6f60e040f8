import Diagnostics
import Testing

@Suite struct SuggestionTests {
  @Test func suggestsTheNearestSpelling() {
    #expect(Suggestion.nearest(to: "reshpae", among: ["reshape", "shape", "repeat"]) == "reshape")
  }

  @Test func staysSilentWhenNothingIsNear() {
    #expect(Suggestion.nearest(to: "softmax", among: ["sort", "max", "mean"]) == nil)
  }

  @Test func breaksTiesAlphabetically() {
    #expect(Suggestion.nearest(to: "mab", among: ["mac", "maa"]) == "maa")
  }
}
