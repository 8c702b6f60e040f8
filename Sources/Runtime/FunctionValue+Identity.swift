extension FunctionValue {
  /// Whether both are one closure, or one builtin.
  func isSame(as other: FunctionValue) -> Bool {
    switch (target, other.target) {
    case (.closure(let a), .closure(let b)): a.pointer == b.pointer
    case (.builtin(let a), .builtin(let b)): a.name == b.name
    case (.closure, .builtin), (.builtin, .closure): false
    }
  }
}
