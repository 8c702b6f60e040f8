internal import Synchronization

/// Numbers of levels, one after the other over the whole process: only their order matters.
final class LevelCounter: Sendable {
  private let count = Mutex(0)

  func next() -> Int {
    count.withLock { number in
      number += 1
      return number
    }
  }
}
