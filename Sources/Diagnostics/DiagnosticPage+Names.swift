// The pages on names and calls.

extension DiagnosticPage {
  static let unboundName = DiagnosticPage(
    "A name that has no value",
    #"""
    The name is bound nowhere before it is read: not in the function, not at top level, and \#
    no builtin or module has it. Often it is a slip of the pen; the nearest known spelling \#
    is suggested. `True`, `None` and `null` are written `true` and `none`.
    """#,
    wrong: #"""
      width = 3
      area = widht * 2
      """#,
    right: #"""
      width = 3
      area = width * 2
      """#)

  static let readBeforeAssignment = DiagnosticPage(
    "A name that is read before it is assigned",
    #"""
    A name assigned in a function belongs to the function from its first line on; assigning \#
    it never changes an outer name. Give it a value before the line that reads it, on every \#
    path that leads there.
    """#,
    wrong: #"""
      fn f(x) {
        if x > 0 { y = 1 }
        y
      }
      f(-1)
      """#,
    right: #"""
      fn f(x) {
        y = 0
        if x > 0 { y = 1 }
        y
      }
      f(-1)
      """#)

  static let wrongArgumentCount = DiagnosticPage(
    "Too many or too few arguments",
    #"""
    The call gives more positional arguments than the function takes, or fewer than it needs. \#
    Values that belong together are passed as a tuple; a parameter with a default may be left out.
    """#,
    wrong: #"""
      fn f(a, b) = a + b
      f(1, 2, 3)
      """#,
    right: #"""
      fn f(a, b) = a + b
      f(1, 2)
      """#)

  static let unknownNamedArgument = DiagnosticPage(
    "A named argument that the function does not have",
    #"""
    No parameter has this name. `?name` shows the parameters of a function; the nearest \#
    spelling is suggested.
    """#,
    wrong: #"""
      sum([[1, 2], [3, 4]], axes = 0)
      """#,
    right: #"""
      sum([[1, 2], [3, 4]], axis = 0)
      """#)

  static let duplicateArgument = DiagnosticPage(
    "An argument given twice",
    #"""
    A parameter received a value by its position and again by its name, or a splatted record \#
    gives a name that the call gives too.
    """#,
    wrong: #"""
      fn f(a, b = 1) = a + b
      f(1, 2, b = 3)
      """#,
    right: #"""
      fn f(a, b = 1) = a + b
      f(1, b = 3)
      """#)

  static let missingArgument = DiagnosticPage(
    "An argument that is missing",
    #"""
    A parameter without a default received no value in a call with named arguments. Give the \#
    argument, or give the parameter a default in the function's declaration.
    """#,
    wrong: #"""
      fn f(a, b) = a + b
      f(b = 2)
      """#,
    right: #"""
      fn f(a, b) = a + b
      f(1, b = 2)
      """#)

  static let notCallable = DiagnosticPage(
    "A value that cannot be called",
    #"""
    Only functions are called. A name may hold another value than you think: a later \#
    assignment may have replaced a function of the same name.
    """#,
    wrong: #"""
      sum = 3
      sum([1, 2])
      """#,
    right: #"""
      total = 3
      sum([1, 2])
      """#)

  static let unknownField = DiagnosticPage(
    "A field that does not exist",
    #"""
    The record, the module or the value has no field of this name and there is no function \#
    of this name to call with it. The fields there are, or the nearest spelling, are shown.
    """#,
    wrong: #"""
      r = (rate = 0.1)
      r.rtae
      """#,
    right: #"""
      r = (rate = 0.1)
      r.rate
      """#)

  static let unknownModule = DiagnosticPage(
    "A module that does not exist",
    #"""
    Standard modules are reached by their name; a file of yours by `use "path.lam" as name`, \#
    the path being relative to the file that says so.
    """#,
    wrong: #"""
      use "lib/mine" as mine
      """#,
    right: #"""
      use "lib/mine.lam" as mine
      """#)
}
