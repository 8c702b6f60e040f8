internal import CKernels
internal import Glibc
internal import Synchronization

/// Calls of C libraries that may take long and cannot be interrupted themselves.
enum LongCall {
  /// Runs `body`; when `isLong`, on a thread of its own, so that a wish to stop is noticed within
  /// some milliseconds. The thread then finishes unseen: `body` must own all it touches.
  ///
  /// - Throws: `interrupted`.
  static func run<Result: Sendable>(
    isLong: Bool, _ body: @escaping @Sendable () -> Result
  ) throws(TensorError) -> Result {
    guard isLong else { return body() }
    let task = Task(body)
    var thread = pthread_t()
    let started = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        let task = Unmanaged<AnyTask>.fromOpaque(context).takeRetainedValue()
        task.run()
        return nil
      }, Unmanaged<AnyTask>.passRetained(task).toOpaque())
    guard started == 0 else {
      Unmanaged<AnyTask>.passUnretained(task).release()
      return body()
    }
    pthread_detach(thread)
    var pause: UInt32 = 20
    while true {
      if let result = task.result { return result }
      if ck_interrupted() { throw .interrupted }
      usleep(pause)
      pause = min(2000, pause + pause / 4)
    }
  }

  private class AnyTask {
    func run() {}
  }

  private final class Task<Result: Sendable>: AnyTask, @unchecked Sendable {
    // Safe because `stored` is guarded by its mutex.
    private let body: @Sendable () -> Result
    private let stored = Mutex<Result?>(nil)

    init(_ body: @escaping @Sendable () -> Result) { self.body = body }

    override func run() {
      let value = body()
      stored.withLock { $0 = value }
    }

    var result: Result? { stored.withLock { $0 } }
  }
}
