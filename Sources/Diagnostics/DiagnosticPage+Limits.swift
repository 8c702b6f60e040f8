// The pages on limits.

extension DiagnosticPage {
  static let recursionTooDeep = DiagnosticPage(
    "Calls that nest too deeply",
    #"""
    A function calls itself without coming to an end, or more deeply than the limit allows. \#
    The middle of the trace is left out. Check the case that ends the recursion, or use a \#
    loop.
    """#,
    wrong: #"""
      fn f(n) = f(n - 1)
      f(3)
      """#,
    right: #"""
      fn f(n) = if n == 0 { 0 } else { f(n - 1) }
      f(3)
      """#)

  static let outOfMemory = DiagnosticPage(
    "More memory than there may be",
    #"""
    The value would need more memory than the limit. The message shows how much was asked \#
    for. Use a smaller dtype, or go through the data in batches.
    """#,
    wrong: #"""
      zeros(1_000_000, 1_000_000)
      """#,
    right: #"""
      for i in 0..1000 { batch = zeros(1000, 1000) }
      """#)

  static let interrupted = DiagnosticPage(
    "Evaluation was interrupted",
    #"""
    Ctrl-C, or the front end, stopped the evaluation. Values bound before it are kept.
    """#,
    wrong: #"""
      while true { }
      """#,
    right: #"""
      for i in 0..1000 { }
      """#)

  static let timedOut = DiagnosticPage(
    "A cell that took too long",
    #"""
    The cell ran longer than its `timeout` option allows. Raise the limit or make the work \#
    smaller.
    """#,
    wrong: #"""
      #| timeout: 1s
      while true { }
      """#,
    right: #"""
      #| timeout: 60s
      for i in 0..1000 { }
      """#)

  static let missingLibrary = DiagnosticPage(
    "A library of the system is missing",
    #"""
    Matrix products and decompositions are done by OpenBLAS, which is loaded when the first of \#
    them runs. It comes with the Debian package libopenblas0.
    """#,
    wrong: #"""
      [[1.0, 2.0]] @ [[3.0], [4.0]]  # without the package
      """#,
    right: #"""
      [[1.0, 2.0]] @ [[3.0], [4.0]]  # with it
      """#)
}
