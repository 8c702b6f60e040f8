/// Functions that work on many items at once.
let parallelBuiltins: [Builtin] = [
  Builtin(
    "pmap", [.required("xs"), .required("f")],
    """
    What the function makes of each element, as a tuple: `map` on all threads.

    The results, what is printed and the first error are the same for any number of threads, and of \
    processes under `mpirun`. Each call draws from a random stream of its own. Worth it from some \
    microseconds a call.
    """,
    examples: [
      ("pmap((1, 2, 3), x -> x * 2)", "(2, 4, 6)"), ("sum(stack(pmap(0..4, i -> [i, 1])))", "10"),
    ],
    body: Parallel.pmap),
  Builtin(
    "ranks", [],
    """
    How many processes `mpirun` started, as `count`, and which of them this is, as `rank`.

    All run the whole program: what they compute must not depend on `rank`.
    """,
    examples: [("ranks()", "(rank = 0, count = 1)")],
    body: { (_) throws(CallFailure) in
      .record(RecordValue([("rank", .int(Ranks.rank)), ("count", .int(Ranks.count))]))
    }),
]

private enum Parallel {
  static func pmap(_ context: inout CallContext) throws(CallFailure) -> Value {
    let (function, list) = try context.functionAndList()
    if let host = context.host as? any ItemCallHost {
      return .tuple(TupleValue(try host.callEach(function, list)))
    }
    var results: [Value] = []
    for position in 0..<list.count {
      results.append(try context.host.call(function, [list[position]]))
    }
    return .tuple(TupleValue(results))
  }
}
