internal import CGnuplot

/// Runs gnuplot: a script in, the bytes of a picture out.
package struct GnuplotProcess: Sendable {
  /// Searched in PATH.
  package var program: String
  package var timeoutSeconds: Int
  /// Where the file names of raw commands are looked for; nil is the process's own folder.
  package var folder: String?
  /// Whether the kernel refuses gnuplot to start programs and to open files for writing.
  package var isConfined = true
  /// Asked every 20 ms while gnuplot works.
  package var shouldStop: @Sendable () -> Bool

  package init(
    program: String = "gnuplot", timeoutSeconds: Int = 60, folder: String? = nil,
    shouldStop: @escaping @Sendable () -> Bool = { false }
  ) {
    self.program = program
    self.timeoutSeconds = timeoutSeconds
    self.folder = folder
    self.shouldStop = shouldStop
  }

  /// Printed by the script's last line: what distinguishes an end from an error.
  private static let lastLine = "lamella: figure drawn"

  /// What gnuplot wrote.
  package struct Result: Sendable {
    package let bytes: [UInt8]
    /// Its messages, when it also succeeded: warnings.
    package let messages: String
  }

  /// Draws a script.
  ///
  /// - Throws: `gnuplotMissing`, `gnuplotRejected`, `gnuplotDied`, `gnuplotTimedOut`,
  ///   `interrupted`, `system`.
  package func run(_ script: GnuplotScript) throws(PlotError) -> Result {
    guard let run = cg_create() else { throw PlotError.system(errorNumber: 12) }
    defer { cg_destroy(run) }
    for set in script.sets {
      var offset = 0
      let status = cg_add_data(run, set.values, set.rows, set.columns, &offset)
      guard status == CG_DONE else { throw failure(run, status) }
    }
    let text = script.text + "\nunset output\nprint \"\(GnuplotProcess.lastLine)\"\n"
    let status = text.utf8CString.withUnsafeBufferPointer { bytes in
      cg_start(run, program, folder, bytes.baseAddress, bytes.count - 1, isConfined ? 1 : 0)
    }
    guard status == CG_RUNNING else { throw failure(run, status) }
    try wait(run)
    let messages = String(decoding: GnuplotProcess.bytes(cg_messages, run), as: UTF8.self)
    guard let drawn = GnuplotProcess.removingLastLine(messages) else {
      throw GnuplotProcess.rejection(messages, of: script.text)
    }
    return Result(bytes: GnuplotProcess.bytes(cg_output, run), messages: drawn)
  }

  /// Waits for the end; kills what takes too long or is no longer wanted.
  private func wait(_ run: OpaquePointer) throws(PlotError) {
    let clock = ContinuousClock()
    let limit = clock.now + .seconds(timeoutSeconds)
    while true {
      let status = cg_wait(run, 20)
      if status == CG_DONE { return }
      guard status == CG_RUNNING else { throw failure(run, status) }
      if shouldStop() {
        cg_kill(run)
        throw PlotError.interrupted
      }
      if clock.now >= limit {
        cg_kill(run)
        throw PlotError.gnuplotTimedOut(seconds: timeoutSeconds)
      }
    }
  }

  private func failure(_ run: OpaquePointer, _ status: cg_status) -> PlotError {
    switch status {
    case CG_NOT_FOUND: return .gnuplotMissing(program: program)
    case CG_KILLED:
      let messages = String(decoding: GnuplotProcess.bytes(cg_messages, run), as: UTF8.self)
      return .gnuplotDied(signal: Int(cg_signal(run)), message: messages)
    case _: return .system(errorNumber: Int(cg_error_number(run)))
    }
  }

  private static func bytes(
    _ read: (OpaquePointer, UnsafeMutablePointer<Int>) -> UnsafePointer<UInt8>?,
    _ run: OpaquePointer
  ) -> [UInt8] {
    var length = 0
    guard let start = read(run, &length) else { return [] }
    return Array(UnsafeBufferPointer(start: start, count: length))
  }

  private static func removingLastLine(_ messages: String) -> String? {
    guard let end = messages.firstRange(of: lastLine) else { return nil }
    return String(messages[..<end.lowerBound])
  }

  /// gnuplot's own sentence and the line of the script it is about, from a message such as
  /// `"/dev/fd/60" line 12: undefined variable: x`.
  private static func rejection(_ messages: String, of script: String) -> PlotError {
    let lines = messages.split(whereSeparator: \.isNewline)
    guard let message = lines.first(where: { $0.contains("\" line ") && $0.contains(": ") }),
      let place = message.firstRange(of: "\" line ")
    else {
      return .gnuplotDied(signal: 0, message: lines.joined(separator: "\n"))
    }
    let rest = message[place.upperBound...]
    let number = Int(rest.prefix(while: \.isNumber)) ?? 0
    let sentence = rest.drop(while: \.isNumber).drop { $0 == ":" || $0 == " " }
    return .gnuplotRejected(message: String(sentence), line: statement(number, in: script))
  }

  /// The statement that ends in a line, counted from 1, with the lines it continues.
  private static func statement(_ number: Int, in script: String) -> String? {
    let lines = script.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.indices.contains(number - 1) else { return nil }
    var first = number - 1
    while first > 0, lines[first - 1].hasSuffix("\\") { first -= 1 }
    let text = lines[first..<number].map { $0.drop { $0 == " " } }.joined(separator: " ")
    return text.isEmpty ? nil : String(text.prefix(300))
  }
}
