internal import Glibc

/// What there is to know of the terminal (or file, or pipe) a front end talks to.
package struct Terminal: Sendable {
  /// Keys come from it.
  package let input: Int32
  /// Values go to it.
  package let output: TextOutput
  /// Messages go to it.
  package let messages: TextOutput
  /// Colour in what is written to `output`, and in `messages`.
  package let usesColour: Bool
  package let messagesUseColour: Bool
  /// Whether it understands no control sequences (`TERM` is `dumb` or not set).
  package let isDumb: Bool
  /// Whether characters beyond ASCII arrive.
  package let isUTF8: Bool

  package init(
    input: Int32 = STDIN_FILENO, output: TextOutput = .standardOutput,
    messages: TextOutput = .standardError, environment: [String: String]
  ) {
    self.input = input
    self.output = output
    self.messages = messages
    isDumb = ["dumb", ""].contains(environment["TERM"] ?? "")
    let allowsColour = (environment["NO_COLOR"] ?? "").isEmpty && !isDumb
    usesColour = allowsColour && isatty(output.descriptor) == 1
    messagesUseColour = allowsColour && isatty(messages.descriptor) == 1
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy
      .compactMap { environment[$0] }.first { !$0.isEmpty }
    let codeset = (locale ?? "").uppercased()
    isUTF8 = codeset.contains("UTF-8") || codeset.contains("UTF8")
  }

  /// Somebody types at it and sees what is answered.
  package var isInteractive: Bool {
    isatty(input) == 1 && isatty(output.descriptor) == 1
  }

  /// Whether messages go to a terminal, where a line can be redrawn in place.
  package var isMessageTerminal: Bool { isatty(messages.descriptor) == 1 }

  /// Columns and rows, and pixels where the terminal tells them; 80 by 24 when it does not say.
  package var size: (columns: Int, rows: Int, pixels: (width: Int, height: Int)?) {
    var window = winsize()
    guard ioctl(output.descriptor, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0 else {
      return (80, 24, nil)
    }
    let pixels =
      window.ws_xpixel > 0 && window.ws_ypixel > 0
      ? (width: Int(window.ws_xpixel), height: Int(window.ws_ypixel)) : nil
    return (Int(window.ws_col), max(1, Int(window.ws_row)), pixels)
  }

  /// The process's environment variables, as Foundation would give them.
  package static func environment() -> [String: String] {
    var variables: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let pair = String(cString: text).split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if pair.count == 2 { variables[String(pair[0])] = String(pair[1]) }
      entry += 1
    }
    return variables
  }
}
