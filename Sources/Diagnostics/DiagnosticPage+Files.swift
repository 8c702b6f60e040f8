// The pages on files.

extension DiagnosticPage {
  static let fileNotFound = DiagnosticPage(
    "A file that is not there",
    #"""
    The path leads to no file. It is relative to the folder of the notebook or script, in \#
    the REPL to the folder it was started in.
    """#,
    wrong: #"""
      read_csv("mesurements.csv")
      """#,
    right: #"""
      read_csv("measurements.csv")
      """#)

  static let fileUnreadable = DiagnosticPage(
    "A file that cannot be read",
    #"""
    The file is there, but it is a folder, or its permissions do not allow reading it.
    """#,
    wrong: #"""
      read_csv("folder")
      """#,
    right: #"""
      read_csv("folder/measurements.csv")
      """#)

  static let damagedFile = DiagnosticPage(
    "A file with content that makes no sense",
    #"""
    The file is cut short, damaged or of another format than its name says. The message \#
    tells what was expected where.
    """#,
    wrong: #"""
      read_npy("table.csv")
      """#,
    right: #"""
      read_csv("table.csv")
      """#)

  static let fileNotWritten = DiagnosticPage(
    "A file that cannot be written",
    #"""
    The folder does not exist, the permissions do not allow it, or the disk is full. Nothing \#
    is left half written.
    """#,
    wrong: #"""
      write_text("no/such/folder/a.txt", "text")
      """#,
    right: #"""
      write_text("a.txt", "text")
      """#)
}
