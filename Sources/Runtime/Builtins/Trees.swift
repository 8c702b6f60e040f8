internal import Diagnostics

/// Structures of tuples, records and maps, nested as one likes, and the leaves in them: parameters
/// of a model, their gradients, the state of an optimiser.
let treeBuiltins: [Builtin] = [
  Builtin(
    "tree_map", [.required("f"), .required("tree"), .rest("others")],
    """
    The structure with `f` of each leaf.

    Leaves are what is no tuple, record or map. `f` also takes what the other structures, which must be built alike, \
    have in the same place.
    """,
    examples: [
      ("tree_map(x -> x * 2, (w = 1, layers = (2, 3)))", "(w = 2, layers = (4, 6))"),
      ("tree_map((a, b) -> a - b, (5, 6), (1, 2))", "(4, 4)"),
    ], body: Trees.map),
  Builtin(
    "tree_leaves", [.required("tree")],
    "The leaves of a structure of tuples, records and maps, in order.",
    examples: [("tree_leaves((w = 1, layers = (2, 3)))", "(1, 2, 3)")], body: Trees.leaves),
  Builtin(
    "tree_paths", [.required("tree")],
    "The way to each leaf of a structure: names, keys and positions, joined by dots.",
    examples: [("tree_paths((w = 1, layers = (2, 3)))", "(\"w\", \"layers.0\", \"layers.1\")")],
    body: Trees.paths),
  Builtin(
    "tree_rebuild", [.required("tree"), .required("leaves")],
    "The structure with other leaves, given in order.",
    examples: [
      ("tree_rebuild((w = 1, layers = (2, 3)), (7, 8, 9))", "(w = 7, layers = (8, 9))")
    ], body: Trees.rebuild),
]

private enum Trees {
  static func map(_ context: inout CallContext) throws(CallFailure) -> Value {
    let function = try context.function(0)
    let others = try context.tuple(2)
    var columns: [[Value]] = []
    for (position, other) in others.enumerated() {
      columns.append(try matching(context.value(1), other, position: position, context))
    }
    var count = 0
    return try context.value(1).mappingLeaves { (leaf) throws(CallFailure) in
      try context.poll(count)
      let arguments = [leaf] + columns.map { $0[count] }
      count += 1
      return try context.host.call(function, arguments)
    }
  }

  static func leaves(_ context: inout CallContext) throws(CallFailure) -> Value {
    .tuple(TupleValue(try context.value(0).leaves()))
  }

  static func paths(_ context: inout CallContext) throws(CallFailure) -> Value {
    var paths: [Value] = []
    try collect(context.value(0), "", into: &paths, depth: 0)
    return .tuple(TupleValue(paths))
  }

  static func rebuild(_ context: inout CallContext) throws(CallFailure) -> Value {
    let leaves = try context.tuple(1)
    let count = try context.value(0).leaves().count
    guard leaves.count == count else {
      throw context.wrongValue(
        1, found: "\(leaves.count) leaves", requirement: "the \(count) leaves of the structure")
    }
    var position = 0
    return try context.value(0).mappingLeaves { (_) throws(CallFailure) in
      defer { position += 1 }
      return leaves[position]
    }
  }

  /// Names of the children of a structure; nil for a leaf.
  private static func names(_ value: Value) -> [String]? {
    switch value {
    case .tuple(let values): values.indices.map { String($0) }
    case .record(let record): record.names
    case .map(let map): map.entries.map { $0.key.printText }
    case .none, .bool, .int, .float, .complex, .string, .tensor, .range, .function, .module,
      .external, .traced:
      nil
    }
  }

  private static func children(_ value: Value) -> [Value]? {
    switch value {
    case .tuple(let values): Array(values)
    case .record(let record): record.values
    case .map(let map): map.entries.map(\.value)
    case .none, .bool, .int, .float, .complex, .string, .tensor, .range, .function, .module,
      .external, .traced:
      nil
    }
  }

  private static func collect(
    _ value: Value, _ path: String, into paths: inout [Value], depth: Int
  ) throws(CallFailure) {
    guard depth < Value.deepestStructure else { throw .tooDeep() }
    guard let children = children(value), let names = names(value) else {
      paths.append(.string(path))
      return
    }
    for (name, child) in zip(names, children) {
      try collect(
        child, path.isEmpty ? name : "\(path).\(name)", into: &paths, depth: depth + 1)
    }
  }

  /// What `other` has where `tree` has its leaves.
  private static func matching(
    _ tree: Value, _ other: Value, position: Int, _ context: CallContext
  ) throws(CallFailure) -> [Value] {
    var found: [Value] = []
    func walk(_ tree: Value, _ other: Value, depth: Int) throws(CallFailure) {
      guard depth < Value.deepestStructure else { throw .tooDeep() }
      guard let names = names(tree), let parts = children(tree) else {
        found.append(other)
        return
      }
      guard let otherNames = Trees.names(other), otherNames == names,
        let otherParts = children(other)
      else {
        throw context.failure(
          .argumentValue,
          "structures are not built alike: \(tree.describedWithArticle) meets \(other.describedWithArticle)",
          argument: context.restArgument(position))
      }
      for (a, b) in zip(parts, otherParts) { try walk(a, b, depth: depth + 1) }
    }
    try walk(tree, other, depth: 0)
    return found
  }
}

extension Value {
  /// The value with `transform` of what in it is no tuple, record or map, in order.
  ///
  /// - Throws: E0501 when it nests too deeply, E0503 when the user interrupts, and what `transform`
  ///   throws.
  fileprivate func mappingLeaves(
    _ transform: (Value) throws(CallFailure) -> Value, depth: Int = 0
  ) throws(CallFailure) -> Value {
    guard depth < Value.deepestStructure else { throw .tooDeep() }
    switch self {
    case .tuple, .record:
      return try mappingElements { (element) throws(CallFailure) in
        try element.mappingLeaves(transform, depth: depth + 1)
      }
    case .map(let map):
      var entries: [(key: Value, value: Value)] = []
      for entry in map.entries {
        entries.append(
          (entry.key, try entry.value.mappingLeaves(transform, depth: depth + 1)))
      }
      return .map(try MapValue(entries))
    case .none, .bool, .int, .float, .complex, .string, .tensor, .range, .function, .module,
      .external, .traced:
      return try transform(self)
    }
  }

  fileprivate func leaves() throws(CallFailure) -> [Value] {
    var leaves: [Value] = []
    _ = try mappingLeaves { (leaf) throws(CallFailure) in
      leaves.append(leaf)
      return .none
    }
    return leaves
  }
}
