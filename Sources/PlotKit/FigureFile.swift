internal import Diagnostics
internal import Foundation
internal import Plot
internal import Runtime

/// Files of figures.
enum FigureFile {
  /// Writes under another name and renames, so that a reader never sees half a file. Once for all
  /// ranks of one program.
  ///
  /// - Returns: the system's reason when that is not possible.
  static func write(_ bytes: [UInt8], to path: String) -> String? {
    Ranks.onFirst {
      reason(bytes, path).map { Diagnostic(.fileNotWritten, $0) }
    }?.message
  }

  private static func reason(_ bytes: [UInt8], _ path: String) -> String? {
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
      return nil
    } catch {
      let reason = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
      return reason?.localizedDescription ?? error.localizedDescription
    }
  }
}
