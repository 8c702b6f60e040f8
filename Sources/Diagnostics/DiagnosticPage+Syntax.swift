// The pages on texts that do not parse.

extension DiagnosticPage {
  static let unexpectedCharacter = DiagnosticPage(
    "A character without meaning",
    #"""
    The text holds a character that begins nothing in the language: a typographic quote, a \#
    `$`, a lone `?`. Text copied from a web page or a word processor often brings \#
    look-alikes of quotes, minus signs and spaces; retype them.
    """#,
    wrong: #"""
      print(“hello”)
      """#,
    right: #"""
      print("hello")
      """#)

  static let unterminatedString = DiagnosticPage(
    "A string that does not end",
    #"""
    A string in `"` ends on the line where it begins; a text of several lines stands in \#
    `"""`. A quote inside a string is written `\"`.
    """#,
    wrong: #"""
      s = "two
      lines"
      """#,
    right: #"""
      s = """two
      lines"""
      """#)

  static let malformedNumber = DiagnosticPage(
    "A number that cannot be read",
    #"""
    Numbers are written `42`, `1_000`, `0xff`, `0b1010`, `1.5`, `1e-3`, `2i`, or with a unit \#
    directly behind, `70mV`. An Int has 64 bits; a larger number is written as a Float, \#
    `1e20`. An underscore stands between two digits.
    """#,
    wrong: #"""
      n = 99_999_999_999_999_999_999
      """#,
    right: #"""
      n = 1e20
      """#)

  static let unknownEscape = DiagnosticPage(
    "An escape that does not exist",
    #"""
    In a string a backslash begins an escape: \n \t \r \0 \a \b \e \f \v \\ \" \' \{ \} \xHH \#
    \uHHHH \u{H…}. A raw string, r"…", has none and is the form for regular expressions.
    """#,
    wrong: #"""
      pattern = "\d+"
      """#,
    right: #"""
      pattern = r"\d+"
      """#)

  static let unexpectedToken = DiagnosticPage(
    "Something else is expected",
    #"""
    The text is not what the grammar allows at this place. The message says what would be \#
    right. Frequent causes: a missing operator or comma, a word of another language (`elif`, \#
    `&&`, `def`), a body without braces.
    """#,
    wrong: #"""
      x = 2
      if x > 1: print(x)
      """#,
    right: #"""
      x = 2
      if x > 1 { print(x) }
      """#)

  static let unclosedBracket = DiagnosticPage(
    "A bracket that is not closed",
    #"""
    Every `(`, `[` and `{` needs its partner. The underlined bracket is the one without; the \#
    second mark shows where the text stopped making sense without it.
    """#,
    wrong: #"""
      y = sqrt((3 + 5) * 2
      z = 1
      """#,
    right: #"""
      y = sqrt((3 + 5) * 2)
      z = 1
      """#)

  static let malformedInterpolation = DiagnosticPage(
    "Braces in a string that hold no expression",
    #"""
    `{…}` in a string is replaced by the value of the expression inside. A brace that shall \#
    appear is written twice, `{{` or `}}`; a raw string r"…" takes braces as they are.
    """#,
    wrong: #"""
      print("set: {}")
      """#,
    right: #"""
      print("set: {{}}")
      """#)

  static let notAssignable = DiagnosticPage(
    "Something that cannot stand left of `=`",
    #"""
    Assigned are names (`x = 1`), elements (`x[i] = 1`), fields (`r.a = 1`) and patterns in \#
    parentheses (`(a, b) = pair`). A comparison is written `==`, a function `fn f(x) = …`.
    """#,
    wrong: #"""
      f(x) = x + 1
      """#,
    right: #"""
      fn f(x) = x + 1
      """#)

  static let positionalAfterNamed = DiagnosticPage(
    "A positional element after a named one",
    #"""
    In a call the arguments without a name come first. In parentheses either every element \#
    has a name (a record) or none has (a tuple). `rest...` takes what is left and is \#
    therefore the last parameter.
    """#,
    wrong: #"""
      sum(axis = 0, [1, 2])
      """#,
    right: #"""
      sum([1, 2], axis = 0)
      """#)

  static let duplicateName = DiagnosticPage(
    "A name given twice",
    #"""
    Parameters, the fields of a record, the named arguments of a call and the names in one \#
    pattern are different from each other.
    """#,
    wrong: #"""
      r = (a = 1, a = 2)
      """#,
    right: #"""
      r = (a = 1, b = 2)
      """#)

  static let misplacedKeyword = DiagnosticPage(
    "A word at the wrong place",
    #"""
    `break` and `continue` belong in a loop, `return` in a function; `for` and `while` are \#
    statements and have no value. A loop that makes values is a comprehension.
    """#,
    wrong: #"""
      squares = for i in 0..5 { i ^ 2 }
      """#,
    right: #"""
      squares = [i ^ 2 for i in 0..5]
      """#)

  static let nestingTooDeep = DiagnosticPage(
    "An expression that nests too deeply",
    #"""
    Brackets, blocks and prefixes nest at most 200 deep, and at most 2,200 operations hang \#
    on one expression. Such texts are usually generated: build the value in a loop, or read \#
    it from a file.
    """#,
    wrong: #"""
      x = cos(cos(cos( … 300 times … )))
      """#,
    right: #"""
      x = 1
      for i in 0..300 { x = cos(x) }
      """#)

  static let codeTooLarge = DiagnosticPage(
    "A function that is too large",
    #"""
    One function or one cell may use a limited number of registers, constants and \#
    instructions. Put parts of it into functions, and large tables into files.
    """#,
    wrong: #"""
      table = [[0.1, 0.2, … a million numbers … ]]
      """#,
    right: #"""
      table = read_csv("table.csv")
      """#)

  static let malformedFormatSpec = DiagnosticPage(
    "A format that cannot be read",
    #"""
    After the colon in `"{v:.4f}"` stands a format as in Python: \#
    [[fill]align][sign][#][0][width][,][.precision][type], with a type of b c d e E f F g G \#
    o s x X %.
    """#,
    wrong: #"""
      v = 2.5
      print("{v:4.f}")
      """#,
    right: #"""
      v = 2.5
      print("{v:.4f}")
      """#)

  static let unknownUnit = DiagnosticPage(
    "A unit that is not known",
    #"""
    A number directly followed by letters is a quantity. Units are V A Ω S F C N J W Hz Pa m \#
    s kg g mol K eV deg rad, with prefixes from f to T. Put an operator between a number and \#
    a name.
    """#,
    wrong: #"""
      x = 3
      y = 2x
      """#,
    right: #"""
      x = 3
      y = 2 * x
      """#)
}
