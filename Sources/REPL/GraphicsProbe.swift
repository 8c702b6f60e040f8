internal import Glibc

/// Asks the terminal which pictures it can draw.
struct GraphicsProbe {
  /// Whether the terminal draws sixel graphics: it says so by a `4` among its primary device
  /// attributes (`CSI c`).
  let drawsSixel: Bool
  /// Keys that were typed before the answer came; they belong to the editor.
  let typedAhead: [UInt8]

  /// Asks, and waits no longer than `milliseconds` for the answer. Does nothing when there is no
  /// terminal.
  init(_ terminal: Terminal, milliseconds: Int = 150) {
    var saved = termios()
    guard terminal.isInteractive, !terminal.isDumb, tcgetattr(terminal.input, &saved) == 0 else {
      drawsSixel = false
      typedAhead = []
      return
    }
    var raw = saved
    raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
    tcsetattr(terminal.input, TCSANOW, &raw)
    defer { tcsetattr(terminal.input, TCSANOW, &saved) }
    terminal.output.write("\u{1b}[c")
    var received: [UInt8] = []
    let clock = ContinuousClock()
    let deadline = clock.now + .milliseconds(milliseconds)
    while Self.answer(in: received) == nil {
      let left = Int32((deadline - clock.now) / .milliseconds(1))
      var keys = pollfd(fd: terminal.input, events: Int16(POLLIN), revents: 0)
      guard left > 0, poll(&keys, 1, left) > 0 else { break }
      var buffer = [UInt8](repeating: 0, count: 256)
      let count = read(terminal.input, &buffer, buffer.count)
      guard count > 0 else { break }
      received += buffer[..<count]
    }
    let answer = Self.answer(in: received)
    drawsSixel = answer.map { Self.attributes(received[$0]).contains(4) } ?? false
    if let answer { received.removeSubrange(answer) }
    typedAhead = received
  }

  /// Where `ESC [ ? … c` stands among the bytes.
  static func answer(in bytes: [UInt8]) -> Range<Int>? {
    let start: [UInt8] = Array("\u{1b}[?".utf8)
    guard bytes.count > start.count else { return nil }
    for first in 0..<(bytes.count - start.count)
    where Array(bytes[first..<first + start.count]) == start {
      let rest = bytes[(first + start.count)...]
      guard let last = rest.firstIndex(where: { (0x40...0x7e).contains($0) }) else { return nil }
      if bytes[last] == UInt8(ascii: "c") { return first..<last + 1 }
    }
    return nil
  }

  /// The numbers of an answer: `ESC [ ? 62 ; 4 c` gives 62 and 4.
  static func attributes(_ answer: ArraySlice<UInt8>) -> [Int] {
    String(decoding: answer.dropFirst(3).dropLast(), as: UTF8.self)
      .split(separator: ";").compactMap { Int($0) }
  }
}
