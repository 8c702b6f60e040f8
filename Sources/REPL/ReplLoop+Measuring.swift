internal import Diagnostics
internal import Runtime

/// `:time`, `:bench` and `:profile`.
extension ReplLoop {
  /// Evaluates an entry as usual and tells how long it took, parsing and showing left out of
  /// neither.
  func time(_ code: String) {
    let clock = ContinuousClock()
    let start = clock.now
    let outcome = run(code, named: nil)
    let seconds = Self.seconds(clock.now - start)
    presenter.show(outcome)
    guard outcome.errors.isEmpty else { return }
    keep(code)
    presenter.note(Self.formatted(seconds))
  }

  /// Runs `code` in a loop of the language until a sample takes 10 ms, takes 15 samples (fewer when
  /// they are slow) and
  /// tells the median of one run. What the code prints or shows is dropped.
  func bench(_ code: String) {
    let first = sample(code, runs: 1)
    guard var seconds = first.seconds else { return presenter.show(first.outcome) }
    var runs = 1
    while seconds < 0.01, runs < 1 << 30 {
      let wanted = seconds > 0 ? Int(0.015 / seconds) : 100
      runs *= min(max(wanted, 2), 100)
      let next = sample(code, runs: runs)
      guard let time = next.seconds else { return presenter.show(next.outcome) }
      seconds = time
    }
    let count = max(3, min(15, Int(3 / seconds)))
    var times: [Double] = []
    for _ in 0..<count {
      let next = sample(code, runs: runs)
      guard let time = next.seconds else { return presenter.show(next.outcome) }
      times.append(time / Double(runs))
    }
    times.sort()
    presenter.note(
      "\(Self.formatted(times[count / 2])) a run (\(Self.formatted(times[0])) to "
        + "\(Self.formatted(times[count - 1])); \(count) samples of \(runs))")
  }

  /// Lines that a profile shows.
  private static let profileLength = 12

  /// Evaluates an entry as usual and tells which lines its time went to.
  func profile(_ code: String) {
    let (outcome, lines) = session.profiled { run(code, named: nil) }
    presenter.show(outcome)
    guard outcome.errors.isEmpty else { return }
    keep(code)
    let total = lines.reduce(0) { $0 + $1.seconds }
    guard total > 0 else { return presenter.note("too fast to be seen: `:bench` repeats it") }
    for line in lines.prefix(Self.profileLength) {
      let share = String(Int((100 * line.seconds / total).rounded()))
      let padding = String(repeating: " ", count: 3 - share.count)
      let text = line.text.drop { $0 == " " }
      presenter.note(
        "\(padding)\(share) %  \(line.source.name):\(line.line)  \(text)")
    }
    presenter.note("\(Self.formatted(total)) seen")
  }

  /// The time of one evaluation of a loop of `runs` turns; nil with the outcome when it did not
  /// succeed.
  private func sample(_ code: String, runs: Int) -> (seconds: Double?, outcome: Outcome) {
    let clock = ContinuousClock()
    let start = clock.now
    let outcome = outcome(of: "for _ in 0..\(runs) {\n\(code)\n}", named: "<bench>") { _ in }
    let seconds = Self.seconds(clock.now - start)
    return (outcome.errors.isEmpty ? seconds : nil, outcome)
  }

  private static func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }

  /// Three significant digits with a unit that suits: `12.3 µs`.
  static func formatted(_ seconds: Double) -> String {
    let units: [(String, Double)] = [("s", 1), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9)]
    let (name, scale) = units.first { seconds >= $0.1 } ?? ("ns", 1e-9)
    let value = seconds / scale
    let decimals = value < 10 ? 2 : value < 100 ? 1 : 0
    let power = [1.0, 10, 100][decimals]
    let digits = String(Int((value * power).rounded()))
    guard decimals > 0 else { return "\(digits) \(name)" }
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return "\(padded.dropLast(decimals)).\(padded.suffix(decimals)) \(name)"
  }
}
