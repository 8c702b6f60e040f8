// The pages on faults of the program itself, on requests, and warnings.

extension DiagnosticPage {
  static let internalError = DiagnosticPage(
    "A fault of this program",
    #"""
    Something happened that should not be possible. Your values are kept and the session \#
    goes on. Please report it with the text that led to it.
    """#,
    wrong: #"""
      (whatever led to it)
      """#,
    right: #"""
      (the same, with a version that has the fault mended)
      """#)

  static let malformedRequest = DiagnosticPage(
    "A request that cannot be understood",
    #"""
    `lamella serve --stdio` reads one JSON object a line, with the keys that \#
    docs/embedding.md lists. The line is not one, or a key holds something else than it may. \#
    Nothing of the request has run; the next line is read as if it had not been there.
    """#,
    wrong: #"""
      {"id": 1, "code": 1}
      """#,
    right: #"""
      {"id": 1, "code": "1 + 1"}
      """#)

  static let wideBroadcast = DiagnosticPage(
    "Broadcasting that makes both operands larger",
    #"""
    Two operands of different rank grow in different axes: `(n,) + (n, 1)` is a matrix of n \#
    × n, seldom what is meant. If it is, add the axis by hand: `x[new, :]`. With `--strict` \#
    this is an error.
    """#,
    wrong: #"""
      x = ones(5)
      y = ones(5, 1)
      x + y
      """#,
    right: #"""
      x = ones(5)
      y = ones(5, 1)
      x[new, :] + y
      """#)

  static let figureThinned = DiagnosticPage(
    "A figure with fewer points than the data",
    #"""
    Past some number of points no eye sees the difference, and the file would be very large: \#
    of a line the extremes of each pixel column are kept, of points one for each pixel; what \#
    is still too much for an SVG becomes a PNG. Plot a part of the data to see all of it.
    """#,
    wrong: #"""
      figure() |> line(randn(100_000))
      """#,
    right: #"""
      figure() |> line(randn(10_000))
      """#)
}
