internal import Glibc

/// Writes to a file descriptor at once, with no buffer of its own.
package struct TextOutput: Sendable {
  package static let standardOutput = TextOutput(descriptor: STDOUT_FILENO)
  package static let standardError = TextOutput(descriptor: STDERR_FILENO)

  package let descriptor: Int32

  package init(descriptor: Int32) { self.descriptor = descriptor }

  package func write(_ text: String) {
    var text = text
    text.withUTF8 { write($0) }
  }

  package func write(_ bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { write($0) }
  }

  /// A reader that is gone (a closed pipe) ends the output quietly; the rest of the bytes are
  /// dropped.
  private func write(_ bytes: UnsafeBufferPointer<UInt8>) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = Glibc.write(
        descriptor, UnsafeBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&wanted, 1, -1)
      } else if errno != EINTR {
        return
      }
    }
  }
}
