// The pages on notebooks.

extension DiagnosticPage {
  static let frontMatter = DiagnosticPage(
    "Front matter that cannot be read",
    #"""
    The lines between the two `---` at the top of a notebook are YAML. The message is that \#
    of the YAML reader, with the line in the file.
    """#,
    wrong: #"""
      ---
      title: "A tour
      ---
      """#,
    right: #"""
      ---
      title: "A tour"
      ---
      """#)

  static let unknownKey = DiagnosticPage(
    "A key that the front matter does not have",
    #"""
    Keys are `title`, `author`, `lamella`, `seed`, `params`, `figures` and those the \#
    documentation of notebooks lists; the nearest is suggested.
    """#,
    wrong: #"""
      ---
      sead: 7
      ---
      """#,
    right: #"""
      ---
      seed: 7
      ---
      """#)

  static let unknownOption = DiagnosticPage(
    "A cell option that does not exist",
    #"""
    Options stand in `#|` lines at the top of a cell: label, echo, output, eval, include, \#
    error, cache, timeout, fig-width, fig-height, fig-format, fig-cap, fig-alt, fig-hash.
    """#,
    wrong: #"""
      ```{lamella}
      #| lable: scores
      x = 1
      ```
      """#,
    right: #"""
      ```{lamella}
      #| label: scores
      x = 1
      ```
      """#)

  static let optionValue = DiagnosticPage(
    "An option with a value that cannot be used",
    #"""
    The option takes another kind of value; the message says which.
    """#,
    wrong: #"""
      ```{lamella}
      #| echo: maybe
      x = 1
      ```
      """#,
    right: #"""
      ```{lamella}
      #| echo: false
      x = 1
      ```
      """#)

  static let unclosedFence = DiagnosticPage(
    "A cell that does not end",
    #"""
    A cell opened by ```{lamella} ends with a line of at least as many backticks. Without it \#
    the rest of the notebook would be code.
    """#,
    wrong: #"""
      ```{lamella}
      x = 1
      """#,
    right: #"""
      ```{lamella}
      x = 1
      ```
      """#)

  static let claimWithoutCell = DiagnosticPage(
    "A claim that belongs to no cell",
    #"""
    A fence ```{expect} claims what the cell before it shows, so a cell stands before it.
    """#,
    wrong: #"""
      ```{expect}
      2
      ```
      """#,
    right: #"""
      ```{lamella}
      1 + 1
      ```

      ```{expect}
      2
      ```
      """#)

  static let duplicateLabel = DiagnosticPage(
    "Two cells with one label",
    #"""
    A label names one cell: its random stream, its figures and its cached result go by it.
    """#,
    wrong: #"""
      ```{lamella}
      #| label: a
      x = 1
      ```

      ```{lamella}
      #| label: a
      y = 2
      ```
      """#,
    right: #"""
      ```{lamella}
      #| label: a
      x = 1
      ```

      ```{lamella}
      #| label: b
      y = 2
      ```
      """#)

  static let wolframNotebook = DiagnosticPage(
    "A notebook of another program",
    #"""
    The file begins as a Wolfram notebook, which has the same ending. It is not in a format \#
    that can be read here.
    """#,
    wrong: #"""
      (* Content-type: application/vnd.wolfram.mathematica *)
      """#,
    right: #"""
      ---
      title: My notebook
      ---
      """#)

  static let unknownParameter = DiagnosticPage(
    "A parameter that the notebook does not have",
    #"""
    `-p name=value` sets a parameter that the front matter lists under `params`. The nearest \#
    name is suggested.
    """#,
    wrong: #"""
      lamella run tour.nb -p epoch=5
      """#,
    right: #"""
      lamella run tour.nb -p epochs=5
      """#)

  static let parameterValue = DiagnosticPage(
    "A parameter with a value that cannot be used",
    #"""
    The value is not of the parameter's type, or outside its range.
    """#,
    wrong: #"""
      lamella run tour.nb -p epochs=many
      """#,
    right: #"""
      lamella run tour.nb -p epochs=5
      """#)

  static let claimDiffers = DiagnosticPage(
    "A cell that shows something else than claimed",
    #"""
    The text, or a number beyond the tolerance, differs from the claim. When the new output \#
    is right, `lamella test --accept` writes it into the notebook.
    """#,
    wrong: #"""
      ```{lamella}
      1 + 1
      ```

      ```{expect}
      3
      ```
      """#,
    right: #"""
      ```{lamella}
      1 + 1
      ```

      ```{expect}
      2
      ```
      """#)

  static let cellDidNotFail = DiagnosticPage(
    "A cell that was to fail and did not",
    #"""
    The option `error` says that the cell fails, with the code given; it ended without, or \#
    with another code.
    """#,
    wrong: #"""
      ```{lamella}
      #| error: E0302
      [1, 2] + [1, 2]
      ```
      """#,
    right: #"""
      ```{lamella}
      #| error: E0302
      [1, 2] + [1, 2, 3]
      ```
      """#)

  static let unsupportedVersion = DiagnosticPage(
    "A notebook of a later format",
    #"""
    The `lamella:` key of the front matter names a version of the format that this program \#
    does not know. A newer program reads it.
    """#,
    wrong: #"""
      ---
      lamella: 99
      ---
      """#,
    right: #"""
      ---
      lamella: 1
      ---
      """#)
}
