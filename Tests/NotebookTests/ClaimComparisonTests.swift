import Notebook
import Testing

@Suite struct ClaimComparisonTests {
  /// Claimed lines and shown lines that agree.
  @Test(arguments: [
    ("42", "42"), ("0.981", "0.98134"), ("0.981", "0.9815"), ("1.000000", "1.0000004"),
    ("123456.0", "123456.1"), ("loss=0.25, ok", "loss=0.25000001, ok"), ("a  b", "a b"),
    ("[1.0, 2.0]", "[ 1.0,  2.0 ]"), ("[1.   1.75 4.  ]", "[1.00000001 1.75 4.]"), ("-0.0", "0.0"),
    ("1e3", "1000"), ("1.5e-8", "1.5000001e-8"),
    ("nan inf", "nan inf"), ("/acc 0\\.9\\d+/", "acc 0.981"), ("...", ""), ("...", "1\n2\n3"),
    ("1\n...\n9", "1\n2\n3\n9"), ("1\n...\n9", "1\n9"), ("...\n9", "9"), ("1\n...", "1"),
    ("±0.50", "±0.501"), ("", ""), ("f64[2, 3]", "f64[2, 3]"), ("1..3", "1..3"),
    ("...\nb\n...\nd", "a\nb\nc\nb\nd"), ("x1 y2", "x1 y2"), ("[figure]", "[figure]"),
    ("é = 0.30", "é = 0.302"),
  ])
  func holds(claimed: String, shown: String) {
    #expect(difference(claimed, shown) == nil)
  }

  /// Claimed lines and shown lines that differ.
  @Test(arguments: [
    ("42", "43"), ("0.981", "0.982"), ("1000000", "1000001"), ("abc", "abd"), ("a b", "ab"),
    ("1", ""), ("", "1"), ("1\n2", "1"), ("1", "1\n2"), ("f64[2, 3]", "f64[2, 4]"),
    ("f64[2]", "f32[2]"), ("1\n...\n9", "1\n2"), ("/\\d+/", "12a"), ("0.5", "-0.5"),
    ("x1", "x2"), ("nan", "0.0"), ("3", "3.4"), ("1e-3", "0.0014"), ("[1. 2.]", "[1. 3.]"),
    ("1.", "1.4"), ("...\na\n...", "b"),
  ])
  func differs(claimed: String, shown: String) {
    #expect(difference(claimed, shown) != nil)
  }

  @Test func toleranceOfTheFenceAppliesToWholeNumbersToo() {
    #expect(ClaimComparison(lines: ["1000"], rtol: 0.01).difference(from: ["1009"]) == nil)
    #expect(ClaimComparison(lines: ["1000"], rtol: 0.01).difference(from: ["1011"]) != nil)
    #expect(ClaimComparison(lines: ["0.0"], atol: 1e-3).difference(from: ["0.0009"]) == nil)
    #expect(ClaimComparison(lines: ["-100.0"], rtol: 0.01).difference(from: ["-100.9"]) == nil)
  }

  @Test func writesTheDifferenceWithItsSurroundings() {
    #expect(
      difference("a\n0.50\nc\nd", "a\n0.501\nx\nd\ne") == [
        DiffLine(.both, "a"), DiffLine(.both, "0.501"), DiffLine(.claimed, "c"),
        DiffLine(.shown, "x"), DiffLine(.both, "d"), DiffLine(.shown, "e"),
      ])
  }

  @Test func readsHugeExponents() {
    #expect(difference("1e99999999999999999999", "2") != nil)
    #expect(difference("1.5e-9223372036854775808", "1.5e-9223372036854775808") == nil)
  }

  private func difference(_ claimed: String, _ shown: String) -> [DiffLine]? {
    func lines(_ text: String) -> [String] {
      text.isEmpty
        ? [] : text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
    return ClaimComparison(lines: lines(claimed)).difference(from: lines(shown))
  }
}
