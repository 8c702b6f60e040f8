internal import Diagnostics

/// How the process ends: the numbers that scripts and makefiles rely on.
///
/// A command throws one to end the process; whatever there was to say has been said by then.
enum ExitCode: Int32, Error, CaseIterable {
  case done = 0
  case cellFailed = 1
  case usage = 2
  case claimDiffers = 3
  case notResolved = 4
  case timedOut = 5
  case programMissing = 6
  case interrupted = 130

  /// What the number says, as the manual has it.
  var meaning: String {
    switch self {
    case .done: "Everything was done."
    case .cellFailed: "A cell or a script failed while it ran."
    case .usage: "The command line or a parameter is wrong."
    case .claimDiffers: "A claim differs from what its cell shows."
    case .notResolved: "The text does not parse or names something unknown; nothing ran."
    case .timedOut: "A cell took longer than it may."
    case .programMissing: "A program that is needed is missing, for example gnuplot."
    case .interrupted: "Ctrl-C."
    }
  }

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
