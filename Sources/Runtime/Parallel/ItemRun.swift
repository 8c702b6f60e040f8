internal import CMachine
internal import Diagnostics
internal import Synchronization
internal import TensorCore

/// One loop over items.
struct ItemRun {
  private let session: Session
  private let machine: Machine
  private let function: Value
  private let list: ElementList
  private let base: PhiloxStream

  /// How one item ended.
  private struct Ending {
    var value: Value?
    var failure: ItemBlock.Failure?
    var events: [SessionEvent] = []
  }

  /// More parts than threads, so that long items even out; few enough that short ones do not wait
  /// for each other.
  private static let mostParts = 2048

  /// - Parameter base: the stream that the items' streams are split from.
  init(
    _ session: Session, _ machine: Machine, _ function: Value, _ list: ElementList,
    base: PhiloxStream
  ) {
    self.session = session
    self.machine = machine
    self.function = function
    self.list = list
    self.base = base
  }

  /// Runs the items of a range on all threads.
  func block(_ range: Range<Int>) -> ItemBlock {
    let endings = UnsafeMutableBufferPointer<Ending>.allocate(capacity: range.count)
    endings.initialize(repeating: Ending())
    defer {
      endings.deinitialize()
      endings.deallocate()
    }
    let firstFailure = Atomic(Int.max)
    let grain = max(1, range.count / ItemRun.mostParts)
    SharedObjects.whileShared {
      ItemLoop.forEach(range.count, grain: grain) { low, high in
        run(low..<high, after: range.lowerBound, endings, firstFailure)
      }
      session.workers.endLoop()
    }
    let failed = firstFailure.load(ordering: .acquiring)
    var block = ItemBlock()
    for ending in endings.prefix(failed == .max ? range.count : failed + 1) {
      block.events += ending.events
    }
    if failed == .max {
      block.values = endings.compactMap(\.value)
    } else {
      block.failure = endings[failed].failure
    }
    return block
  }

  /// Runs on any thread.
  ///
  /// - Parameters:
  ///   - range: of `endings`.
  ///   - start: the item of the first of them.
  private func run(
    _ range: Range<Int>, after start: Int, _ endings: UnsafeMutableBufferPointer<Ending>,
    _ firstFailure: borrowing Atomic<Int>
  ) {
    guard range.lowerBound <= firstFailure.load(ordering: .relaxed) else { return }
    guard let worker = session.workers.take(for: session, machine) else {
      let bytes = session.options.limits.stackCells * MemoryLayout<lm_cell>.size
      endings[range.lowerBound].failure = ItemRun.failure(.tensor(.outOfMemory(bytes: bytes)), nil)
      firstFailure.min(range.lowerBound, ordering: .acquiringAndReleasing)
      return
    }
    defer { session.workers.giveBack(worker) }
    let host = ItemHost(session, worker)
    for position in range {
      // What comes after a failed item is not wanted any more.
      guard position < firstFailure.load(ordering: .relaxed) else { return }
      host.begin(start + position, base)
      do throws(CallFailure) {
        try host.checkInterrupt()
        endings[position].value = try worker.machine.with(host) { () throws(CallFailure) in
          try worker.machine.call(function, [list[start + position]])
        }
      } catch {
        endings[position].failure = ItemRun.failure(error, worker.machine.failure)
        firstFailure.min(position, ordering: .acquiringAndReleasing)
      }
      endings[position].events = host.takeEvents()
    }
  }

  private static func failure(_ error: CallFailure, _ raised: Diagnostic?) -> ItemBlock.Failure {
    switch error {
    case .raised: .raised(raised ?? RuntimeError.interrupted.diagnostic)
    case .diagnostic(let diagnostic, _): .atCall(diagnostic)
    case .tensor(let error): .atCall(error.diagnostic(operation: "pmap"))
    }
  }
}
