internal import CMachine
internal import Diagnostics
internal import Syntax

/// The top-level names of a session or of one module, and the cells of the machine that hold their
/// values.
struct Namespace {
  private(set) var slots: [String: Int] = [:]
  /// In order of definition.
  private(set) var names: [String] = []
  /// Of names whose only definition is a `fn`: calls of these are checked before anything runs.
  var signatures: [String: Signature] = [:]

  /// The cell of a name, given one if it has none yet; nil when there is no cell left.
  mutating func declare(_ name: String, in allocator: SlotAllocator) -> Int? {
    if let known = slots[name] { return known }
    guard let slot = allocator.allocate() else { return nil }
    slots[name] = slot
    names.append(name)
    return slot
  }
}

/// Hands out the machine's global cells.
final class SlotAllocator {
  private(set) var next: Int

  init(next: Int = 0) { self.next = next }

  func allocate() -> Int? {
    guard next < LM_GLOBAL_LIMIT else { return nil }
    next += 1
    return next - 1
  }
}

extension Signature {
  /// The parameters of a function of the language.
  init(of function: Function) {
    self.init(
      function.parameters.map { parameter in
        let kind: Parameter.Kind
        if parameter.isRest {
          kind = .rest
        } else if parameter.defaultValue != nil {
          kind = .optional(text: "…")
        } else {
          kind = .required
        }
        return Parameter(parameter.name.text, kind)
      })
  }

  /// How many positional arguments are taken.
  var positionalRange: (minimum: Int, maximum: Int?) {
    var minimum = 0
    var maximum: Int? = 0
    for parameter in parameters {
      switch parameter.kind {
      case .required:
        minimum += 1
        maximum = maximum.map { $0 + 1 }
      case .optional: maximum = maximum.map { $0 + 1 }
      case .rest: maximum = nil
      case .named, .namedRest: break
      }
    }
    return (minimum, maximum)
  }
}

extension Signature {
  func nearestParameter(to name: String) -> String? {
    Suggestion.nearest(to: name, among: parameters.map(\.name))
  }
}
