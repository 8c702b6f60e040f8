internal import CMPI
package import Diagnostics
internal import Glibc
internal import Synchronization
internal import TensorCore

/// The processes that `mpirun` started to run one program together.
///
/// Every rank runs the whole program. What they do together (the items of `pmap`, writing a file)
/// is an *exchange*: each gives some bytes and gets those of all, in the order of the ranks.
package enum Ranks {
  private struct State {
    var count = 1
    var rank = 0
    /// How many loops whose items are spread over ranks this rank works in.
    var loops = 0
    /// What a rank that is not the first has to say on standard error.
    var messages: Int32?
  }

  /// What an exchange is about: all ranks must mean the same.
  enum Kind: UInt8 {
    case items = 1
    case file = 2
    case end = 3
  }

  private static let state = Mutex(State())
  /// Bytes in one step of an exchange.
  private static let step = 1 << 26

  package static var count: Int { state.withLock { $0.count } }
  package static var rank: Int { state.withLock { $0.rank } }

  /// Joins the other processes when `mpirun` started this one; otherwise does nothing. The first
  /// rank speaks for all: from here on the others' output goes nowhere, and their messages are kept
  /// for the case that they alone have an error.
  ///
  /// - Throws: E0505 when Open MPI cannot be loaded or begun.
  package static func start() throws(Diagnostic) {
    guard cm_promised_count() > 1 else { return }
    guard cm_start() else {
      throw Diagnostic(
        .missingLibrary,
        "mpirun started this process, but Open MPI cannot be used: "
          + String(cString: cm_failure()),
        hint: "on Debian, `sudo apt install libopenmpi3` (the package of libmpi.so.40)")
    }
    state.withLock { state in
      state.count = Int(cm_count())
      state.rank = Int(cm_rank())
      guard state.rank > 0 else { return }
      let messages = cm_keep_messages()
      if messages >= 0 { state.messages = messages }
    }
  }

  /// Leaves in good order, after all ranks have come to their end.
  ///
  /// - Parameter code: what this rank ends with.
  /// - Returns: what this process ends with: on the first rank the first code that is not 0, so
  ///   that `mpirun` speaks of one; else 0.
  package static func finish(code: Int32) -> Int32 {
    guard count > 1 else { return code }
    let own = ByteWriter.bytes { writer in
      writer.int(Int(code))
      writer.string(code == 0 ? "" : keptMessages)
    }
    while true {
      guard case .success(let parts) = exchange(.end, own) else {
        cm_abort(code == 0 ? 1 : code)
        return code
      }
      // A rank that still works hears of this end in its next exchange and comes to its own.
      guard parts.allSatisfy({ $0.kind == .end }) else { continue }
      cm_finish()
      guard rank == 0 else { return 0 }
      return Int32(clamping: parts.map { ending($0).code }.first { $0 != 0 } ?? 0)
    }
  }

  /// What a rank ended with, and what it had to say.
  private static func ending(_ part: Part) -> (code: Int, messages: String) {
    var reader = ByteReader(part.bytes)
    let code = (try? reader.int()) ?? 1
    return (code, (try? reader.string()) ?? "")
  }

  /// The end of what went to standard error.
  private static var keptMessages: String {
    guard let descriptor = state.withLock({ $0.messages }) else { return "" }
    let size = lseek(descriptor, 0, SEEK_END)
    var bytes = [UInt8](repeating: 0, count: min(max(Int(size), 0), 1 << 16))
    let count = pread(descriptor, &bytes, bytes.count, size - off_t(bytes.count))
    return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
  }

  /// Ends this rank because another one has ended with an error, which the first rank tells.
  private static func leave(_ code: Int, _ messages: String) -> Never {
    if rank == 0 {
      var messages = messages
      _ = messages.withUTF8 { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
    exit(finish(code: Int32(clamping: code)))
  }

  /// Does something to the world once for all ranks: on the first, while the others wait. What
  /// items of `pmap` do is done where they run.
  ///
  /// - Parameter body: what is wrong, or nil.
  /// - Returns: the same on every rank.
  package static func onFirst(_ body: () -> Diagnostic?) -> Diagnostic? {
    guard count > 1, !isSpreading else { return body() }
    let problem = rank == 0 ? body() : nil
    let bytes = ByteWriter.bytes { writer in
      writer.bool(problem != nil)
      if let problem { writer.diagnostic(problem) }
    }
    do throws(Diagnostic) {
      let parts = try agreed(.file, bytes)
      var reader = ByteReader(parts[0])
      do throws(ByteFault) {
        return try reader.bool() ? try reader.diagnostic() : nil
      } catch {
        return Diagnostic(.internalError, "the first rank sent what cannot be read")
      }
    } catch {
      return error
    }
  }

  // MARK: - Spreading

  /// Whether this rank works on its part of a loop.
  static var isSpreading: Bool { state.withLock { $0.loops > 0 } }

  static func whileSpreading<Result>(_ body: () -> Result) -> Result {
    state.withLock { $0.loops += 1 }
    defer { state.withLock { $0.loops -= 1 } }
    return body()
  }

  /// The part of `0 ..< count` that a rank works on: contiguous, in the order of the ranks.
  static func part(of count: Int, rank: Int) -> Range<Int> {
    let ranks = Ranks.count
    let (size, rest) = count.quotientAndRemainder(dividingBy: ranks)
    let start = rank * size + min(rank, rest)
    return start..<(start + size + (rank < rest ? 1 : 0))
  }

  // MARK: - Exchanges

  /// An exchange in which all ranks mean the same.
  ///
  /// Does not return when a rank has ended with an error.
  ///
  /// - Throws: E0503 when the user asked to stop, E0901 when the ranks do different things.
  static func agreed(_ kind: Kind, _ bytes: [UInt8]) throws(Diagnostic) -> [[UInt8]] {
    let parts = try exchange(kind, bytes).get()
    for part in parts where part.kind == .end {
      let (code, messages) = ending(part)
      if code != 0 { leave(code, messages) }
    }
    guard parts.allSatisfy({ $0.kind == kind }) else {
      throw Diagnostic(
        .internalError, "the ranks run different parts of the program",
        hint: "what all ranks compute must not depend on the clock, the rank or the machine")
    }
    return parts.map(\.bytes)
  }

  private struct Part {
    let kind: Kind
    let bytes: [UInt8]
  }

  private static func exchange(_ kind: Kind, _ bytes: [UInt8]) -> Result<[Part], Diagnostic> {
    let head = ByteWriter.bytes { writer in
      writer.byte(kind.rawValue)
      writer.int(bytes.count)
    }
    var parts: [Part] = []
    do throws(Diagnostic) {
      let heads = try step(head)
      var lengths: [Int] = []
      var kinds: [Kind] = []
      for rank in 0..<count {
        var reader = ByteReader(Array(heads[(rank * head.count)..<((rank + 1) * head.count)]))
        do throws(ByteFault) {
          kinds.append(Kind(rawValue: try reader.byte()) ?? .end)
          lengths.append(try reader.int())
        } catch {
          throw Diagnostic(.internalError, "a rank sent what cannot be read")
        }
      }
      let longest = lengths.max() ?? 0
      var received = lengths.map { _ in [UInt8]() }
      for start in stride(from: 0, to: longest, by: step) {
        let length = min(step, longest - start)
        var piece = Array(bytes[min(start, bytes.count)..<min(start + length, bytes.count)])
        piece += [UInt8](repeating: 0, count: length - piece.count)
        let all = try step(piece)
        for rank in 0..<count {
          let wanted = min(length, max(0, lengths[rank] - start))
          received[rank] += all[(rank * length)..<(rank * length + wanted)]
        }
      }
      for rank in 0..<count { parts.append(Part(kind: kinds[rank], bytes: received[rank])) }
    } catch {
      return .failure(error)
    }
    return .success(parts)
  }

  /// The same number of bytes from every rank.
  private static func step(_ bytes: [UInt8]) throws(Diagnostic) -> [UInt8] {
    let count = count
    var result = [UInt8](repeating: 0, count: bytes.count * count)
    var isStopped = false
    var isDone = false
    bytes.withUnsafeBytes { sent in
      result.withUnsafeMutableBytes { received in
        guard
          let exchange = cm_exchange_begin(
            sent.baseAddress, Int32(sent.count), received.baseAddress)
        else { return }
        var pause: UInt32 = 0
        while true {
          let state = cm_exchange_test(exchange)
          if state != 0 {
            isDone = state > 0
            return
          }
          // An exchange cannot be taken back: a wish to stop ends all ranks.
          if Interruption.isRequested {
            isStopped = true
            cm_abort(130)
            return
          }
          pause = pause < 20 ? pause + 1 : min(1000, pause + pause / 4)
          if pause > 20 { usleep(pause) }
        }
      }
    }
    guard isDone else {
      throw isStopped
        ? Diagnostic(.interrupted, "interrupted")
        : Diagnostic(.internalError, "an exchange between the ranks failed")
    }
    return result
  }
}
