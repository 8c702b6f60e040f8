internal import CMachine
internal import Diagnostics
internal import Synchronization
internal import TensorCore
internal import TensorOps

// `pmap`: the items of one loop on several machines.
extension Session: ItemCallHost {
  func callEach(_ function: Value, _ list: ElementList) throws(CallFailure) -> [Value] {
    guard let machine else { throw .raised }
    let stream = nextStream(words: 2)
    guard list.count <= ElementList.longestList else {
      throw .tensor(.outOfMemory(bytes: .max))
    }
    // What is under differentiation is recorded in order.
    if list.count < 2 || ItemLoop.isInside || Tape.isAnyLive {
      return try ItemHost(within: self, machine).callEachHere(function, list, of: stream)
    }
    return try ItemRun(self, machine, function, list, ItemHost.base(of: stream)).results()
  }

  /// Passes on what an item did, as if it happened now.
  fileprivate func replay(_ event: SessionEvent, _ machine: Machine) {
    switch event {
    case .output(let text): write(text)
    case .display(let item): show(item)
    case .effect(let description): noteEffect(description)
    case .warning(let diagnostic):
      // Given once a place, though several machines may have come by.
      if diagnostic.code == .wideBroadcast, let location = diagnostic.location {
        let place = WarnedPlace(source: ObjectIdentifier(location.source), span: location.span)
        guard machine.warnedPlaces.insert(place).inserted else { return }
      }
      warn(diagnostic)
    }
  }
}

/// One loop over items.
private struct ItemRun {
  private let session: Session
  private let machine: Machine
  private let function: Value
  private let list: ElementList
  private let base: PhiloxStream

  /// How one item ended.
  private struct Ending {
    var value: Value?
    var failure: CallFailure?
    /// What the machine that ran the item kept of an error raised there.
    var diagnostic: Diagnostic?
    var events: [SessionEvent] = []
  }

  /// More parts than threads, so that long items even out; few enough that short ones do not wait
  /// for each other.
  private static let mostParts = 2048

  init(
    _ session: Session, _ machine: Machine, _ function: Value, _ list: ElementList,
    _ base: PhiloxStream
  ) {
    self.session = session
    self.machine = machine
    self.function = function
    self.list = list
    self.base = base
  }

  func results() throws(CallFailure) -> [Value] {
    let endings = UnsafeMutableBufferPointer<Ending>.allocate(capacity: list.count)
    endings.initialize(repeating: Ending())
    defer {
      endings.deinitialize()
      endings.deallocate()
    }
    let firstFailure = Atomic(Int.max)
    let grain = max(1, list.count / ItemRun.mostParts)
    SharedObjects.whileShared {
      ItemLoop.forEach(list.count, grain: grain) { low, high in
        run(low..<high, endings, firstFailure)
      }
      session.workers.endLoop()
    }
    let failed = firstFailure.load(ordering: .acquiring)
    for ending in endings.prefix(failed == .max ? list.count : failed + 1) {
      for event in ending.events { session.replay(event, machine) }
    }
    if failed != .max, let failure = endings[failed].failure {
      // As the session's machine tells it: what led to the error goes on with what led here.
      guard var diagnostic = endings[failed].diagnostic else { throw failure }
      diagnostic.trace += machine.traceOfCall
      throw .diagnostic(diagnostic)
    }
    return endings.compactMap(\.value)
  }

  /// Runs on any thread.
  private func run(
    _ range: Range<Int>, _ endings: UnsafeMutableBufferPointer<Ending>,
    _ firstFailure: borrowing Atomic<Int>
  ) {
    guard range.lowerBound <= firstFailure.load(ordering: .relaxed) else { return }
    guard let worker = session.workers.take(for: session, machine) else {
      let bytes = session.options.limits.stackCells * MemoryLayout<lm_cell>.size
      endings[range.lowerBound].failure = .tensor(.outOfMemory(bytes: bytes))
      firstFailure.min(range.lowerBound, ordering: .acquiringAndReleasing)
      return
    }
    defer { session.workers.giveBack(worker) }
    let host = ItemHost(session, worker)
    for position in range {
      // What comes after a failed item is not wanted any more.
      guard position < firstFailure.load(ordering: .relaxed) else { return }
      host.begin(position, base)
      do throws(CallFailure) {
        try host.checkInterrupt()
        endings[position].value = try worker.machine.with(host) { () throws(CallFailure) in
          try worker.machine.call(function, [list[position]])
        }
      } catch {
        endings[position].failure = error
        if case .raised = error { endings[position].diagnostic = worker.machine.failure }
        firstFailure.min(position, ordering: .acquiringAndReleasing)
      }
      endings[position].events = host.takeEvents()
    }
  }
}
