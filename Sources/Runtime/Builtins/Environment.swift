internal import Glibc

/// What comes from outside: the clock and the environment. A cell that asks is not a function of
/// its inputs.
let environmentBuiltins: [Builtin] = [
  Builtin(
    "clock", [],
    "Seconds on a clock that only goes forward; for differences, not for the time of day.",
    examples: [("clock() >= 0", "true")], body: Environment.clock),
  Builtin(
    "cpu_time", [],
    "Seconds of processor time that this process has used: what a computation costs, however busy the machine is.",
    examples: [("cpu_time() >= 0", "true")], body: Environment.cpuTime),
  Builtin(
    "time_now", [], "Seconds since the beginning of 1970 (UTC).",
    examples: [("time_now() > 1.5e9", "true")], body: Environment.now),
  Builtin(
    "env", [.required("name"), .optional("default", "none")],
    "The environment variable of this name as a Str; `default` when there is none.",
    examples: [("env(\"NO_SUCH_NAME\", \"-\")", "\"-\"")], body: Environment.variable),
]

private enum Environment {
  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  static func clock(_ context: inout CallContext) throws(CallFailure) -> Value {
    context.host.noteEffect("read the clock")
    return .float(seconds(CLOCK_MONOTONIC))
  }

  static func cpuTime(_ context: inout CallContext) throws(CallFailure) -> Value {
    context.host.noteEffect("read the clock")
    return .float(seconds(CLOCK_PROCESS_CPUTIME_ID))
  }

  static func now(_ context: inout CallContext) throws(CallFailure) -> Value {
    context.host.noteEffect("read the clock")
    return .float(seconds(CLOCK_REALTIME))
  }

  static func variable(_ context: inout CallContext) throws(CallFailure) -> Value {
    let name = try context.string(0)
    context.host.noteEffect("read the environment variable \(name)")
    guard let text = getenv(name) else { return context.value(1) }
    return .string(String(cString: text))
  }
}
