internal import Glibc

/// Runs work on a thread whose native stack is large enough for whatever a user nests.
enum BigStack {
  private static let byteCount = 1 << 29

  private final class Work {
    let body: () -> Void

    init(_ body: @escaping () -> Void) { self.body = body }
  }

  /// Calls `body` on a new thread and waits for it; on the calling thread when the system gives no
  /// new one.
  static func run(_ body: () -> Void) {
    withoutActuallyEscaping(body) { body in
      var attributes = pthread_attr_t()
      pthread_attr_init(&attributes)
      pthread_attr_setstacksize(&attributes, byteCount)
      defer { pthread_attr_destroy(&attributes) }
      var thread = pthread_t()
      let work = Unmanaged.passRetained(Work(body))
      let status = pthread_create(
        &thread, &attributes,
        { argument in
          if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
          return nil
        }, work.toOpaque())
      guard status == 0 else {
        work.release()
        body()
        return
      }
      pthread_join(thread, nil)
    }
  }
}
