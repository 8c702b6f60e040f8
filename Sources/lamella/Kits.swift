internal import AttentionKit
internal import DataKit
internal import PlotKit
internal import Runtime

/// A session with everything that Lamella brings. The kits stand here; a new one is one entry.
///
/// - Parameters:
///   - workingFolder: relative paths of the user are resolved against it.
///   - allowShell: whether raw gnuplot commands may run programs.
///   - isStrict: whether the evaluator's warnings are errors.
func makeSession(
  workingFolder: String, seed: UInt64 = 0, allowShell: Bool = false, isStrict: Bool = false
) -> Session {
  Session(
    SessionOptions(
      kits: [dataKit, attentionKit, makePlotKit(allowShell: allowShell)],
      standardLibraryFolder: StandardLibrary.locate() ?? "", workingFolder: workingFolder,
      seed: seed, isStrict: isStrict))
}
