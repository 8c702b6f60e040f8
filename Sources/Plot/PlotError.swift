/// What can be wrong with a figure or with the program that draws it: values, never sentences
/// (`PlotKit/PlotError+Diagnostics.swift` writes those).
package enum PlotError: Error, Sendable, Equatable {
  // MARK: The user's data

  /// Columns of one layer that must be equally long.
  case lengths(layer: String, counts: [NamedCount])
  /// An argument of the wrong type or shape.
  case argument(layer: String, parameter: String, wanted: String, given: String)
  /// A word that is not among the known ones.
  case unknownWord(layer: String, parameter: String, given: String, known: [String])
  case missingArgument(layer: String, parameter: String)
  /// A logarithmic axis and no positive number to show on it.
  case nothingPositive(axis: String)
  /// A surface shares a figure with a layer that lies in the plane.
  case mixedDimensions(layer: String)
  /// A figure of panels was given where one with axes of its own is wanted.
  case panelsInside(operation: String)
  case noPanels

  // MARK: The program

  case gnuplotMissing(program: String)
  /// gnuplot's own text, and the line of the script it means.
  case gnuplotRejected(message: String, line: String?)
  case gnuplotDied(signal: Int, message: String)
  case gnuplotTimedOut(seconds: Int)
  case interrupted
  /// The system refused what running a program needs.
  case system(errorNumber: Int)

  // MARK: Commands

  /// A raw command that would start another program, or read or write a file of its choice.
  case shellCommand(line: String, found: String)

  package struct NamedCount: Sendable, Equatable {
    package let name: String
    package let count: Int

    package init(_ name: String, _ count: Int) {
      self.name = name
      self.count = count
    }
  }
}
