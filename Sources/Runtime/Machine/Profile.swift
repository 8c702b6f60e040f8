internal import CMachine
package import Diagnostics
internal import Glibc
internal import Synchronization

/// Where a program spends its time, line by line: another thread pokes the machine every
/// millisecond, and the time since the last answer goes to the line that was at work.
struct Profile {
  private struct Place: Hashable {
    let source: ObjectIdentifier
    let line: Int
  }

  private var seconds: [Place: (location: Location, seconds: Double)] = [:]
  private var last = Profile.now

  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  mutating func add(_ location: Location) {
    let now = Profile.now
    let line = location.source.position(of: Int(location.span.start)).line
    let place = Place(source: ObjectIdentifier(location.source), line: line)
    seconds[place, default: (location, 0)].seconds += now - last
    last = now
  }

  /// The lines by time, longest first.
  var lines: [ProfileLine] {
    seconds.values.map { location, seconds in
      let line = location.source.position(of: Int(location.span.start)).line
      return ProfileLine(
        source: location.source, line: line, text: location.source.line(line), seconds: seconds)
    }.sorted { ($0.seconds, $1.line) > ($1.seconds, $0.line) }
  }
}

/// One line of a profile.
package struct ProfileLine: Sendable {
  package let source: SourceText
  package let line: Int
  package let text: String
  /// The time seen on the line itself, called functions left out.
  package let seconds: Double
}

extension Machine {
  /// Notes the instruction that was at work when the machine was poked.
  func sample(_ pc: UnsafePointer<lm_instruction>?, in code: UnsafePointer<lm_prototype>) {
    lm_machine_resume(raw)
    let information = FunctionInformation.of(code)
    guard let pc, profile != nil else { return }
    let index = pc - code.pointee.code - 1
    guard index >= 0, index < information.spans.count else { return }
    profile?.add(Location(information.source, information.spans[index]))
  }
}

extension Session {
  /// Evaluates and tells where the time went, longest line first. Costs about one per cent.
  package func profiled(_ evaluate: () -> Outcome) -> (outcome: Outcome, lines: [ProfileLine]) {
    guard let machine else { return (evaluate(), []) }
    machine.profile = Profile()
    let poker = Poker(machine.raw)
    let outcome = evaluate()
    poker.stop()
    let lines = machine.profile?.lines ?? []
    machine.profile = nil
    lm_machine_resume(machine.raw)
    return (outcome, lines)
  }
}

/// A thread that pokes a machine every millisecond.
private final class Poker: @unchecked Sendable {
  // Safe because `isStopped` is only ever set, and the thread is joined before the machine may go.
  private let machine: UnsafeMutablePointer<lm_machine>
  private let isStopped = Atomic(false)
  private var thread = pthread_t()
  private var isRunning = false

  init(_ machine: UnsafeMutablePointer<lm_machine>) {
    self.machine = machine
    let context = Unmanaged.passUnretained(self).toOpaque()
    isRunning =
      pthread_create(
        &thread, nil,
        { context in
          if let context { Unmanaged<Poker>.fromOpaque(context).takeUnretainedValue().run() }
          return nil
        }, context) == 0
  }

  private func run() {
    while !isStopped.load(ordering: .relaxed) {
      usleep(1000)
      lm_machine_poke(machine)
    }
  }

  func stop() {
    isStopped.store(true, ordering: .relaxed)
    if isRunning { pthread_join(thread, nil) }
  }
}
