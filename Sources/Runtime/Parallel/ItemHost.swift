internal import CMachine
internal import Diagnostics
internal import TensorCore

/// A host whose functions can be called for each of many items, each with a random stream of its
/// own: the numbers an item draws do not depend on where, when or after what it runs.
protocol ItemCallHost: CallHost {
  /// Calls the function with each element; the results in order.
  ///
  /// - Throws: what the call of the first failing element throws.
  func callEach(_ function: Value, _ list: ElementList) throws(CallFailure) -> [Value]
}

/// What code that runs for an item may do to the world.
///
/// With a parent only, everything goes there at once; with a worker, events are kept until the
/// session takes them in the order of the items.
final class ItemHost: ItemCallHost, ModuleHost {
  private let parent: any CallHost & ModuleHost
  private let machine: Machine
  /// The session and the machine beside its own; nil on the session's own machine.
  private let worker: (session: Session, machine: WorkerMachine)?
  /// Split from the items' stream by the item's first draw.
  private var stream: PhiloxStream?
  private var origin: (items: PhiloxStream, position: Int) = (PhiloxStream(key: (0, 0)), 0)
  private var events: [SessionEvent] = []

  /// Runs on the machine that runs already.
  init(within parent: any CallHost & ModuleHost, _ machine: Machine) {
    self.parent = parent
    self.machine = machine
    worker = nil
  }

  /// Runs on a machine of its own.
  init(_ session: Session, _ worker: WorkerMachine) {
    parent = session
    machine = worker.machine
    self.worker = (session, worker)
  }

  /// Begins an item.
  ///
  /// - Parameter items: the stream that those of the items are split from.
  func begin(_ position: Int, _ items: PhiloxStream) {
    origin = (items, position)
    stream = nil
    if !events.isEmpty { events = [] }
  }

  /// What happened in the item.
  func takeEvents() -> [SessionEvent] {
    defer { events = [] }
    return events
  }

  // MARK: - Items within an item

  func callEach(_ function: Value, _ list: ElementList) throws(CallFailure) -> [Value] {
    let host = ItemHost(within: self, machine)
    return try host.callEachHere(function, list, of: nextStream(words: 2))
  }

  /// Calls the function one item after another on this machine.
  ///
  /// - Parameter stream: the items' streams are split from it.
  func callEachHere(
    _ function: Value, _ list: ElementList, _ range: Range<Int>? = nil, of stream: PhiloxStream
  ) throws(CallFailure) -> [Value] {
    let range = range ?? 0..<list.count
    let base = ItemHost.base(of: stream)
    var results: [Value] = []
    results.reserveCapacity(min(range.count, 1 << 20))
    for position in range {
      if position & 0xfff == 0xfff { try checkInterrupt() }
      begin(position, base)
      let value = try machine.with(self) { () throws(CallFailure) in
        try machine.call(function, [list[position]])
      }
      results.append(value)
    }
    return results
  }

  /// The stream that the items' streams are split from: begun by the next two words of another.
  static func base(of stream: PhiloxStream) -> PhiloxStream {
    var stream = stream
    let words = stream.next(words: 2)
    return PhiloxStream(key: (words[0], words[1]))
  }

  // MARK: - What builtins may do

  func call(_ function: Value, _ arguments: [Value]) throws(CallFailure) -> Value {
    try machine.call(function, arguments)
  }

  func write(_ text: String) {
    if worker == nil { parent.write(text) } else { events.append(.output(text)) }
  }

  func show(_ item: DisplayItem) {
    if worker == nil { parent.show(item) } else { events.append(.display(item)) }
  }

  func warn(_ diagnostic: Diagnostic) {
    var located = diagnostic
    if located.location == nil { located.location = currentLocation }
    if worker == nil { parent.warn(located) } else { events.append(.warning(located)) }
  }

  func noteEffect(_ description: String) {
    if worker == nil { parent.noteEffect(description) } else { events.append(.effect(description)) }
  }

  var displayRequest: DisplayRequest { parent.displayRequest }

  func resolve(path: String) -> String { parent.resolve(path: path) }

  var standardLibraryFolder: String { parent.standardLibraryFolder }

  var fileFormats: [FileFormat] { parent.fileFormats }

  /// The item's own stream, as it stands.
  private var current: PhiloxStream {
    stream ?? origin.items.split(UInt64(origin.position))
  }

  func nextStream(words count: Int) -> PhiloxStream {
    let current = current
    stream = current
    stream?.position &+= UInt64(max(count, 0))
    return current
  }

  var streamPosition: UInt64 {
    get { current.position }
    set {
      stream = current
      stream?.position = newValue
    }
  }

  func checkInterrupt() throws(CallFailure) {
    if machine.raw.pointee.interrupt != 0 {
      throw .diagnostic(machine.interruption.diagnostic)
    }
  }

  var currentLocation: Location? { machine.currentLocation }

  var warningsAreErrors: Bool { parent.warningsAreErrors }

  func standardModule(_ name: String) throws(CallFailure) -> ModuleValue {
    guard let (session, worker) = worker else { return try parent.standardModule(name) }
    return try session.workers.module(name, for: worker, session) { () throws(CallFailure) in
      try session.standardModule(name)
    }
  }

  func userModule(path: String) throws(CallFailure) -> ModuleValue {
    guard let (session, worker) = worker else { return try parent.userModule(path: path) }
    return try session.workers.module("/" + path, for: worker, session) {
      () throws(CallFailure) in
      try session.userModule(path: path)
    }
  }
}
