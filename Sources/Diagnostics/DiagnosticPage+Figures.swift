// The pages on figures.

extension DiagnosticPage {
  static let gnuplotMissing = DiagnosticPage(
    "gnuplot is not installed",
    #"""
    Figures are drawn by gnuplot, which is not found. On Debian it is in the package \#
    gnuplot-nox.
    """#,
    wrong: #"""
      figure() |> line([1, 2, 3])
      """#,
    right: #"""
      apt-get install gnuplot-nox
      """#)

  static let gnuplotRejected = DiagnosticPage(
    "gnuplot does not accept the figure",
    #"""
    gnuplot answered with an error, which the message quotes. With raw commands the cause is \#
    usually in them.
    """#,
    wrong: #"""
      figure() |> line([1, 2, 3]) |> gnuplot("set nosuchthing")
      """#,
    right: #"""
      figure() |> line([1, 2, 3]) |> gnuplot("set grid")
      """#)

  static let gnuplotDied = DiagnosticPage(
    "gnuplot ended in the middle of a figure",
    #"""
    The process ended before the figure was drawn: it was killed, or it ran out of memory. \#
    Draw fewer points, or try again.
    """#,
    wrong: #"""
      figure() |> line([1, 2, 3])  # while `killall gnuplot` runs
      """#,
    right: #"""
      figure() |> line([1, 2, 3])
      """#)

  static let figureData = DiagnosticPage(
    "Data that a layer cannot draw",
    #"""
    The layer needs other shapes: two vectors of one length for `line` and `points`, a \#
    matrix for `heatmap`, `contour` and `surface`.
    """#,
    wrong: #"""
      figure() |> line([1, 2, 3], [1, 2])
      """#,
    right: #"""
      figure() |> line([1, 2, 3], [1, 2, 4])
      """#)

  static let figureFormat = DiagnosticPage(
    "A file format that does not exist, or not for this value",
    #"""
    The ending of the file's name chooses the format. Figures are saved as svg, png or pdf, other values \#
    as lmv, which holds any value, or in the formats of other programs, which hold less. `load` reads \#
    what it has a format for.
    """#,
    wrong: #"""
      figure() |> line([1, 2]) |> save("f.gif")
      """#,
    right: #"""
      figure() |> line([1, 2]) |> save("f.png")
      """#)

  static let shellCommand = DiagnosticPage(
    "A gnuplot command that would run a program",
    #"""
    Raw gnuplot text with `system`, `!`, backticks or a pipe runs programs on your machine. \#
    It is refused unless the run was given `--allow-shell`.
    """#,
    wrong: #"""
      figure() |> gnuplot("system('ls')")
      """#,
    right: #"""
      figure() |> gnuplot("set grid")
      """#)
}
