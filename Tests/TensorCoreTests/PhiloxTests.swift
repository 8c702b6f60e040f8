import TensorCore
import Testing

@Suite struct PhiloxTests {
  @Test func rawWordsAreThoseOfNumPy() throws {
    for item in try ReferenceCase.load("core_cases.txt") where item.operation == "philox" {
      let seed = try #require(UInt64(item.arguments[0]))
      let expected = item.results[0].split(separator: ",").map { UInt64($0) ?? 0 }
      var stream = PhiloxStream(seed: seed)
      #expect(stream.next(words: expected.count) == expected)
      #expect(stream.position == UInt64(expected.count))
    }
  }

  @Test func wordsDoNotDependOnHowTheyAreDrawn() {
    var whole = PhiloxStream(seed: 3)
    let words = whole.next(words: 37)
    for first in 0...9 {
      var stream = PhiloxStream(seed: 3, skipping: first)
      #expect(stream.next(words: 20) == Array(words[first..<first + 20]))
    }
    var single = PhiloxStream(seed: 3)
    #expect((0..<37).map { _ in single.next() } == words)
  }

  /// NumPy: `Philox(counter=[6, 0, 0, 1], key=11).random_raw(2)` is the block after counter 6.
  @Test func splitKeysAreBlocksOfTheParentsKey() {
    let child = PhiloxStream(seed: 11).split(7)
    #expect(child.key == (splitKey.0, splitKey.1))
    #expect(child.position == 0)
    var moved = PhiloxStream(seed: 11)
    _ = moved.next(words: 5)
    #expect(moved.split(7) == child)
    #expect(Set((0..<1000).map { moved.split($0) }).count == 1000)
  }

  private let splitKey: (UInt64, UInt64) = (
    15194557969246285834, 16909009093744525031
  )
}

extension PhiloxStream {
  /// A stream that has drawn some words already.
  fileprivate init(seed: UInt64, skipping count: Int) {
    self.init(seed: seed)
    position = UInt64(count)
  }
}
