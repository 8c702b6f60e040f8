internal import CMachine
internal import Synchronization

/// A machine that runs items of a session's work beside the session's own machine, with a copy of
/// its top-level names.
///
/// Used by one thread at a time.
final class WorkerMachine {
  let machine: Machine
  /// How many globals are copied.
  private var copied = 0
  /// Modules whose names the machine has.
  fileprivate var modules: [String: ModuleValue] = [:]

  fileprivate init?(limits: Limits, library: Library) {
    guard let machine = Machine(limits: limits, library: library) else { return nil }
    self.machine = machine
    // Functions called here have their registers above the globals.
    machine.raw.pointee.registers = machine.raw.pointee.stack + LM_GLOBAL_LIMIT
  }

  /// Copies the globals that are not here yet.
  ///
  /// - Parameter count: how many there are.
  fileprivate func copyGlobals(of main: Machine, count: Int) {
    for slot in 0..<count where machine.global(slot).pointee.tag == Cells.unboundTag {
      let cell = main.global(slot).pointee
      lm_retain(cell)
      machine.global(slot).pointee = cell
    }
    copied = count
  }

  /// Lets go of all values, so that the session's are in one hand again.
  fileprivate func clear() {
    var unbound = lm_cell()
    unbound.tag = Cells.unboundTag
    for slot in 0..<copied { machine.set(machine.global(slot), unbound) }
    copied = 0
    modules = [:]
    machine.failure = nil
    machine.warnedPlaces = []
  }
}

/// The machines of a session that run items, kept from one loop to the next.
final class WorkerMachines: @unchecked Sendable {
  // Safe because `lock` guards all state; a machine that was taken is its taker's until it comes
  // back.
  private let lock = Mutex(())
  private var free: [WorkerMachine] = []
  private var running: [WorkerMachine] = []
  /// Machines that hold copies of globals: of the running loop.
  private var filled: [WorkerMachine] = []

  /// A machine for the calling thread, with the session's globals; nil when there is no memory.
  func take(for session: Session, _ main: Machine) -> WorkerMachine? {
    var taken: WorkerMachine?
    lock.withLock { _ in
      let worker: WorkerMachine
      if let kept = filled.popLast() {
        worker = kept
      } else {
        guard
          let new = free.popLast()
            ?? WorkerMachine(limits: session.options.limits, library: session.library)
        else { return }
        new.copyGlobals(of: main, count: session.allocator.next)
        new.machine.warnedPlaces = main.warnedPlaces
        worker = new
      }
      running.append(worker)
      lm_machine_resume(worker.machine.raw)
      let reason = main.raw.pointee.interrupt
      if reason != 0 { lm_machine_interrupt(worker.machine.raw, reason) }
      taken = worker
    }
    return taken
  }

  /// Brings a machine back, to be taken again in the same loop.
  func giveBack(_ worker: WorkerMachine) {
    lock.withLock { _ in
      running.removeAll { $0 === worker }
      filled.append(worker)
    }
  }

  /// Ends a loop: all machines are back.
  func endLoop() {
    lock.withLock { _ in
      for worker in filled { worker.clear() }
      free += filled
      filled = []
    }
  }

  /// Stops what runs. From any thread; the session's own machine has been told before.
  func interrupt(reason: Int32) {
    lock.withLock { _ in
      for worker in running { lm_machine_interrupt(worker.machine.raw, reason) }
    }
  }

  /// A module for a worker: the session's own, loaded on its machine, which runs nothing else in
  /// the meantime.
  func module(
    _ key: String, for worker: WorkerMachine, _ session: Session,
    load: () throws(CallFailure) -> ModuleValue
  ) throws(CallFailure) -> ModuleValue {
    if let known = worker.modules[key] { return known }
    var result = Result<ModuleValue, CallFailure>.failure(.raised)
    lock.withLock { _ in
      do throws(CallFailure) {
        let module = try load()
        if let main = session.machine {
          worker.copyGlobals(of: main, count: session.allocator.next)
        }
        result = .success(module)
      } catch {
        // The diagnostic was kept by the machine that loaded.
        result = .failure(error)
        if case .raised = error, let diagnostic = session.machine?.failure {
          result = .failure(.diagnostic(diagnostic))
        }
      }
    }
    let module = try result.get()
    worker.modules[key] = module
    return module
  }
}
