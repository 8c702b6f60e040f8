internal import Runtime
internal import TensorCore

/// The builtins of caches of keys and values.
enum CacheBuiltins {
  static let all: [Builtin] = storing + attending + choosing

  private typealias Parameter = Signature.Parameter

  private static let scale = Parameter("scale", .optional(text: "none"))

  /// The cache in an argument.
  private static func cache(_ context: CallContext, _ index: Int) throws(CallFailure) -> KVCache {
    try context.external(index, as: KVCacheValue.self, wanted: "a KVCache").cache
  }

  /// A builtin that gives a tensor made of a cache and a query.
  private static func query(
    _ name: String, _ parameters: [Parameter], _ summary: String,
    _ examples: [(code: String, gives: String)],
    _ compute:
      @escaping @Sendable (CallContext, Tensor, KVCache) throws(CallFailure)
      -> (() throws(TensorError) -> Tensor)
  ) -> Builtin {
    Builtin(
      name, [Parameter("q"), Parameter("cache")] + parameters, summary, examples: examples
    ) { (context) throws(CallFailure) in
      let (q, cache) = (try context.tensor(0), try cache(context, 1))
      let computation = try compute(context, q, cache)
      return .tensor(try tensorResult { () throws(TensorError) in try computation() })
    }
  }

  // MARK: - Keeping

  private static let storing: [Builtin] = [
    Builtin(
      "kv_cache",
      [
        Parameter("heads"), Parameter("width"),
        Parameter("value_width", .optional(text: "width")),
        Parameter("batch", .optional(text: "1")), Parameter("dtype", .optional(text: "f32")),
      ],
      """
      An empty cache of keys and values, for attention to what came before.

      Keys have `width` channels, values `value_width`. They are kept in f32, or in bf16 with half the memory. \
      Appending gives another cache, which shares what both have.
      """,
      examples: [
        ("kv_cache(8, 128, dtype = bf16)", "KVCache(0 positions, 8 heads of 128, bf16)")
      ], body: make),
    Builtin(
      "kv_append", [Parameter("cache"), Parameter("k"), Parameter("v")],
      """
      The cache with n more positions: keys [batch, heads, n, width] and values [batch, heads, n, value_width].

      The axis of batches may be left out where there is one batch. The cache that is given stays as it is.
      """,
      examples: [
        (
          "kv_append(kv_cache(1, 2), ones(1, 3, 2), zeros(1, 3, 2))",
          "KVCache(3 positions, 1 head of 2, f32)"
        )
      ], body: append),
    Builtin(
      "kv_rollback", [Parameter("cache"), Parameter("length")],
      "The first `length` positions of a cache.",
      examples: [
        (
          "kv_rollback(kv_append(kv_cache(1, 2), ones(1, 3, 2), zeros(1, 3, 2)), 1)",
          "KVCache(1 position, 1 head of 2, f32)"
        )
      ]
    ) { (context) throws(CallFailure) in
      let (cache, length) = (try cache(context, 0), try context.int(1))
      return .external(
        KVCacheValue(
          try tensorResult { () throws(TensorError) in try cache.rolledBack(to: length) }))
    },
    Builtin(
      "kv_keep", [Parameter("cache"), Parameter("length"), Parameter("rows")],
      """
      The first `length` positions of a cache and, of those after them, the ones that `rows` names, ascending and counted \
      from `length`: of a tree of drafts the path that was accepted.
      """,
      examples: [
        (
          "kv_contents(kv_keep(kv_append(kv_cache(1, 1), [[[5], [6], [7], [8]]], zeros(1, 4, 1)), 1, (0, 2))).keys[0, 0, :, 0]",
          "f32[3] [5. 6. 8.]"
        )
      ]
    ) { (context) throws(CallFailure) in
      let cache = try cache(context, 0)
      let (length, rows) = (try context.int(1), try context.ints(2))
      return .external(
        KVCacheValue(
          try tensorResult { () throws(TensorError) in
            try cache.keeping(first: length, rows: rows)
          }))
    },
    Builtin(
      "kv_length", [Parameter("cache")], "How many positions a cache holds.",
      examples: [("kv_length(kv_cache(1, 2))", "0")]
    ) { (context) throws(CallFailure) in .int(try cache(context, 0).length) },
    Builtin(
      "kv_contents", [Parameter("cache")],
      "The keys [batch, heads, length, width] and values of a cache, as f32.",
      examples: [
        (
          "kv_contents(kv_append(kv_cache(1, 2), [[[1, 2]]], [[[3, 4]]])).keys",
          "f32[1, 1, 1, 2]\n[[[[1. 2.]]]]"
        )
      ]
    ) { (context) throws(CallFailure) in
      let cache = try cache(context, 0)
      let contents = try tensorResult { () throws(TensorError) in try cache.contents() }
      return .record(
        RecordValue([("keys", .tensor(contents.keys)), ("values", .tensor(contents.values))]))
    },
    Builtin(
      "kv_bytes", [Parameter("cache")],
      """
      The bytes that a cache's positions take: keys, values, and the codes and bounds that methods have made of the keys \
      so far.
      """,
      examples: [
        (
          "kv_bytes(kv_append(kv_cache(1, 2), ones(1, 3, 2), zeros(1, 3, 2)))",
          "(keys = 24, values = 24, codes = 0, bounds = 0)"
        )
      ]
    ) { (context) throws(CallFailure) in
      let bytes = try cache(context, 0).byteCounts
      return .record(
        RecordValue([
          ("keys", .int(bytes.keys)), ("values", .int(bytes.values)), ("codes", .int(bytes.codes)),
          ("bounds", .int(bytes.bounds)),
        ]))
    },
  ]

  private static func make(_ context: inout CallContext) throws(CallFailure) -> Value {
    let (heads, width) = (try context.int(0), try context.int(1))
    let (valueWidth, batch) = (try context.intIfPresent(2), try context.int(3, default: 1))
    let dtype = try context.dtype(4, default: .f32)
    let layout = try tensorResult { () throws(TensorError) in
      try CacheLayout(
        heads: heads, width: width, valueWidth: valueWidth, batch: batch, dtype: dtype)
    }
    return .external(KVCacheValue(KVCache(layout)))
  }

  private static func append(_ context: inout CallContext) throws(CallFailure) -> Value {
    let cache = try cache(context, 0)
    let (keys, values) = (try context.tensor(1), try context.tensor(2))
    return .external(
      KVCacheValue(
        try tensorResult { () throws(TensorError) in
          try cache.appending(keys: keys, values: values)
        }))
  }

  // MARK: - Attending

  private static let attending: [Builtin] = [
    query(
      "kv_attend", [scale, Parameter("seen", .optional(text: "none"))],
      """
      Attention of the newest n positions' queries [batch, query heads, n, width] to a cache: [batch, query heads, n, \
      value_width].

      Query i sees what is not newer than its own position. `seen`, a bool tensor [n, m] with m from n on, says instead \
      which of the newest m positions each query sees. Query heads are a multiple of the cache's heads; neighbours share one. \
      Products are multiplied by `scale`, 1 / √width unless it is given.
      """,
      [
        (
          "kv_attend([[[0, 0]]], kv_append(kv_cache(1, 2), ones(1, 2, 2), [[[1, 2], [3, 4]]]))",
          "f32[1, 1, 2]\n[[[2. 3.]]]"
        )
      ]
    ) { (context, q, cache) throws(CallFailure) in
      let (scale, seen) = (try context.floatIfPresent(2), try context.tensorIfPresent(3))
      return { () throws(TensorError) in try cache.attend(q, scale: scale, seen: seen) }
    },
    query(
      "kv_scores", [],
      """
      The products [batch, query heads, length] of one query for each head, [batch, query heads, 1, width], with all keys \
      of a cache; not scaled.
      """,
      [
        (
          "kv_scores([[[1, 2]]], kv_append(kv_cache(1, 2), [[[1, 1], [3, 0]]], zeros(1, 2, 2)))",
          "f32[1, 2]\n[[3. 3.]]"
        )
      ]
    ) { (_, q, cache) throws(CallFailure) in
      { () throws(TensorError) in try cache.scores(q) }
    },
    query(
      "kv_attend_chosen", [Parameter("chosen"), scale],
      """
      Attention of one query for each head to chosen positions of a cache alone: [batch, query heads, 1, value_width].

      `chosen` are positions [batch, query heads, most], as `kv_select` gives them; -1 stands for none.
      """,
      [
        (
          "kv_attend_chosen([[[0, 0]]], kv_append(kv_cache(1, 2), ones(1, 2, 2), [[[1, 2], [3, 4]]]), [[1]])",
          "f32[1, 1, 2]\n[[[3. 4.]]]"
        )
      ]
    ) { (context, q, cache) throws(CallFailure) in
      let (chosen, scale) = (try context.tensor(2), try context.floatIfPresent(3))
      return { () throws(TensorError) in try cache.attend(q, chosen: chosen, scale: scale) }
    },
  ]

  // MARK: - Choosing

  private static let method = Parameter("method")

  private static let choosing: [Builtin] = [
    query(
      "kv_select", [method],
      """
      The positions [batch, query heads, most] that a method chooses for one query of each head, ascending, then -1.

      `method` is a record with a `kind`: "full"; "streaming" with budget, sinks; "quest" with budget, page; "adamas" with \
      budget, bits, edges, hadamard, metric ("l1", "l2", "xor"); "oracle" with budget; "random" with budget, seed. The \
      newest position is always chosen; of equal ones the newer is.
      """,
      [
        (
          "kv_select([[[1]]], kv_append(kv_cache(1, 1), [[[5], [9], [7], [0]]], zeros(1, 4, 1)), "
            + "(kind = \"oracle\", budget = 2))",
          "i64[1, 2]\n[[1 3]]"
        )
      ]
    ) { (context, q, cache) throws(CallFailure) in
      let method = try MethodRecord.method(context, 2)
      return { () throws(TensorError) in try cache.select(q, by: method) }
    },
    query(
      "kv_distances", [method],
      "The distances [batch, query heads, length] of a query's codes from those of the keys, which the method adamas "
        + "goes by.",
      [
        (
          "kv_distances([[[1, 1]]], kv_append(kv_cache(1, 2), [[[5, 9], [7, -1]]], zeros(1, 2, 2)), "
            + "(kind = \"adamas\", budget = 1, bits = 1, edges = (0,), hadamard = false, metric = \"l1\"))",
          "i32[1, 2]\n[[0 1]]"
        )
      ]
    ) { (context, q, cache) throws(CallFailure) in
      let method = try MethodRecord.method(context, 2)
      return { () throws(TensorError) in try cache.distances(q, by: method) }
    },
    query(
      "kv_decode", [method, scale],
      """
      Attention of the newest n positions' queries by a method: [batch, query heads, n, value_width].

      One query of each head attends to what the method chooses for it, as `kv_select`; several see all positions before \
      them. With a budget that reaches as far as the cache this is `kv_attend`, bit for bit.
      """,
      [
        (
          "kv_decode([[[1]]], kv_append(kv_cache(1, 1), [[[9], [0]]], [[[3], [5]]]), "
            + "(kind = \"oracle\", budget = 1))",
          "f32[1, 1, 1]\n[[[5.]]]"
        )
      ]
    ) { (context, q, cache) throws(CallFailure) in
      let (method, scale) = (
        try MethodRecord.method(context, 2), try context.floatIfPresent(3)
      )
      return { () throws(TensorError) in try cache.decode(q, by: method, scale: scale) }
    },
  ]
}
