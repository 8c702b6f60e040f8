internal import Diagnostics
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
    if ItemLoop.isInside || Tape.isAnyLive || Ranks.isSpreading {
      return try ItemHost(within: self, machine).callEachHere(function, list, of: stream)
    }
    let run = ItemRun(self, machine, function, list, base: ItemHost.base(of: stream))
    let block: ItemBlock
    if Ranks.count == 1 {
      block = run.block(0..<list.count)
    } else {
      let sources = [machine.information.source] + function.source
      block = try spread(run, count: list.count, sources)
    }
    for event in block.events { replay(event, machine) }
    guard let failure = block.failure else { return block.values }
    switch failure {
    case .raised(let diagnostic): throw .diagnostic(machine.continued(diagnostic))
    case .atCall(let diagnostic): throw .diagnostic(diagnostic)
    }
  }

  /// This rank's part of the items, and those of the others.
  private func spread(
    _ run: ItemRun, count: Int, _ sources: [SourceText]
  ) throws(CallFailure) -> ItemBlock {
    let part = Ranks.part(of: count, rank: Ranks.rank)
    let own = Ranks.whileSpreading { run.block(part) }
    do throws(Diagnostic) {
      let parts = try Ranks.agreed(.items, own.bytes(count: count))
      return try ItemBlock(parts, count: count, sources: sources)
    } catch {
      throw .diagnostic(error)
    }
  }

  /// Passes on what an item did, as if it happened now.
  private func replay(_ event: SessionEvent, _ machine: Machine) {
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

extension Value {
  /// The text a function was written in.
  fileprivate var source: [SourceText] {
    guard case .function(let function) = self, case .closure(let reference) = function.target
    else { return [] }
    return [FunctionInformation.of(reference).source]
  }
}
