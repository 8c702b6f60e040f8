internal import Diagnostics

/// How the process ends: the numbers that scripts and makefiles rely on.
///
/// A command throws one to end the process; whatever there was to say has been said by then.
enum ExitCode: Int32, Error {
  case done = 0
  /// A cell or script failed while it ran.
  case cellFailed = 1
  /// The command line or a parameter is wrong.
  case usage = 2
  /// A claim differs from what its cell shows.
  case claimDiffers = 3
  /// The text does not parse or resolve; nothing ran.
  case notResolved = 4
  case timedOut = 5
  /// A program that is needed is missing (gnuplot).
  case programMissing = 6
  case interrupted = 130

  /// The code for a cell or script that ended with these errors; `.done` when there are none.
  ///
  /// - Parameter isStatic: whether the errors were found before anything ran.
  init(errors: [Diagnostic], isStatic: Bool) {
    guard let first = errors.first else {
      self = .done
      return
    }
    if isStatic {
      self = .notResolved
    } else if first.code == .interrupted {
      self = .interrupted
    } else if first.code == .timedOut {
      self = .timedOut
    } else if first.code == .gnuplotMissing {
      self = .programMissing
    } else {
      self = .cellFailed
    }
  }
}
