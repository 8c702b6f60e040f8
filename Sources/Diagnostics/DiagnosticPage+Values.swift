// The pages on values.

extension DiagnosticPage {
  static let operandTypes = DiagnosticPage(
    "Values an operator does not work on",
    #"""
    The operator has no meaning for values of these types. A number becomes text by \#
    interpolation, text a number by `parse_int` and `parse_float`.
    """#,
    wrong: #"""
      "epoch " + 3
      """#,
    right: #"""
      "epoch {3}"
      """#)

  static let argumentType = DiagnosticPage(
    "An argument of the wrong type",
    #"""
    The function needs a value of another type for this parameter. `?name` shows what it \#
    takes.
    """#,
    wrong: #"""
      sqrt("4")
      """#,
    right: #"""
      sqrt(parse_float("4"))
      """#)

  static let integerOverflow = DiagnosticPage(
    "An Int that does not fit in 64 bits",
    #"""
    Int arithmetic is exact or an error; it never wraps around. Calculate in Float where the \#
    size matters more than the last digit.
    """#,
    wrong: #"""
      2 ^ 64
      """#,
    right: #"""
      2.0 ^ 64
      """#)

  static let divisionByZero = DiagnosticPage(
    "A division of Ints by zero",
    #"""
    `//` and `%` of Ints have no result for a divisor of zero, nor has `/`. Floats give inf \#
    or nan instead.
    """#,
    wrong: #"""
      7 // 0
      """#,
    right: #"""
      7.0 / 0.0
      """#)

  static let argumentValue = DiagnosticPage(
    "An argument with a value that cannot be used",
    #"""
    The type is right, the value is not: a negative size, an empty text, a choice that does \#
    not exist. The message says what is allowed.
    """#,
    wrong: #"""
      zeros(-3)
      """#,
    right: #"""
      zeros(3)
      """#)

  static let keyNotFound = DiagnosticPage(
    "A key that the map does not hold",
    #"""
    `m[k]` needs the key to be there. `m.get(k, default)` gives the default instead, `k in \#
    m` asks.
    """#,
    wrong: #"""
      m = {"a": 1}
      m["b"]
      """#,
    right: #"""
      m = {"a": 1}
      m.get("b", 0)
      """#)

  static let unhashableKey = DiagnosticPage(
    "A value that cannot be a key",
    #"""
    Keys of a map are Str, Int, Bool or tuples of them. Floats are not, since two that print \#
    alike may differ.
    """#,
    wrong: #"""
      {1.5: "x"}
      """#,
    right: #"""
      {"1.5": "x"}
      """#)

  static let destructuring = DiagnosticPage(
    "A value that does not come apart this way",
    #"""
    The pattern has more or fewer names than the value has elements, names a field the \#
    record has not, or the value is no tuple at all. `rest...` takes what is left.
    """#,
    wrong: #"""
      (a, b) = (1, 2, 3)
      """#,
    right: #"""
      (a, b, rest...) = (1, 2, 3)
      """#)

  static let noMatchingArm = DiagnosticPage(
    "A value that no arm of `match` takes",
    #"""
    None of the patterns fits. An arm `_ -> …` takes everything else.
    """#,
    wrong: #"""
      match 3 { 0 -> "none", 1 -> "one" }
      """#,
    right: #"""
      match 3 { 0 -> "none", 1 -> "one", _ -> "many" }
      """#)

  static let userError = DiagnosticPage(
    "An error raised by `error(…)`",
    #"""
    The code itself called `error` with this message. `try … else e -> …` catches it; \#
    `e.message` is the text.
    """#,
    wrong: #"""
      fn root(x) = if x < 0 { error("no root of {x}") } else { sqrt(x) }
      root(-1)
      """#,
    right: #"""
      fn root(x) = if x < 0 { error("no root of {x}") } else { sqrt(x) }
      try root(-1) else 0
      """#)

  static let assertionFailed = DiagnosticPage(
    "An assertion that does not hold",
    #"""
    The condition of `assert` is false. The text after the comma says what was meant to \#
    hold.
    """#,
    wrong: #"""
      n = 0
      assert n > 0, "there must be data"
      """#,
    right: #"""
      n = 5
      assert n > 0, "there must be data"
      """#)

  static let notIterable = DiagnosticPage(
    "A value that cannot be gone through",
    #"""
    `for` and comprehensions go through tuples, ranges, maps (their keys), text (its \#
    characters) and tensors (along the first axis), but not through a single number.
    """#,
    wrong: #"""
      for i in 10 { print(i) }
      """#,
    right: #"""
      for i in 0..10 { print(i) }
      """#)

  static let unparsableText = DiagnosticPage(
    "Text that is not what it should be",
    #"""
    The text cannot be read as a number, a date or whatever was asked for. The message shows \#
    the text.
    """#,
    wrong: #"""
      parse_int("12a")
      """#,
    right: #"""
      parse_int("12")
      """#)

  static let keyReused = DiagnosticPage(
    "A random key used twice",
    #"""
    A key gives one set of draws; drawing from it again would repeat the same numbers, so it \#
    is an error that shows both uses. `split` makes fresh keys from one.
    """#,
    wrong: #"""
      k = key(42)
      a = randn(3, key = k)
      b = randn(3, key = k)
      """#,
    right: #"""
      (k1, k2) = split(key(42), 2)
      a = randn(3, key = k1)
      b = randn(3, key = k2)
      """#)

  static let malformedPattern = DiagnosticPage(
    "A regular expression that cannot be read",
    #"""
    The pattern breaks the rules of regular expressions: a group that is not closed, a \#
    repetition of nothing. Write patterns as raw strings, r"…".
    """#,
    wrong: #"""
      find_re("a1", r"[a-z")
      """#,
    right: #"""
      find_re("a1", r"[a-z]")
      """#)

  static let notIndexable = DiagnosticPage(
    "A value that has no elements",
    #"""
    Tensors, tuples, maps and text are indexed; numbers, functions and modules are not.
    """#,
    wrong: #"""
      x = 3
      x[0]
      """#,
    right: #"""
      x = [3]
      x[0]
      """#)
}
