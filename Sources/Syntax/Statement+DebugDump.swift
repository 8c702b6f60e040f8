extension Statement {
  /// The tree as an s-expression without spans: equal text, equal tree. For tests.
  package var debugDump: String {
    let text: String
    switch kind {
    case .expression(let expression): text = expression.debugDump
    case .assign(let target, let value): text = "(= \(target.debugDump) \(value.debugDump))"
    case .compoundAssign(let operation, let target, let value):
      text = "(\(operation.rawValue)= \(target.debugDump) \(value.debugDump))"
    case .function(let function): text = function.debugDump
    case .forLoop(let pattern, let sequence, let body):
      text = "(for \(pattern.debugDump) \(sequence.debugDump) \(body.debugDump))"
    case .whileLoop(let condition, let body):
      text = "(while \(condition.debugDump) \(body.debugDump))"
    case .breakLoop: text = "(break)"
    case .continueLoop: text = "(continue)"
    case .returnValue(let value): text = "(return\(value.map { " " + $0.debugDump } ?? ""))"
    case .assert(let condition, let message):
      text = "(assert \(condition.debugDump)\(message.map { " " + $0.debugDump } ?? ""))"
    case .use(let path, _, let name): text = "(use \(path.debugDescription) \(name.text))"
    }
    return isSilenced ? "(silent \(text))" : text
  }
}

extension [Statement] {
  /// The statements in braces.
  package var debugDump: String { "{" + map(\.debugDump).joined(separator: " ") + "}" }
}

extension Statement.Target {
  fileprivate var debugDump: String {
    switch self {
    case .pattern(let pattern): pattern.debugDump
    case .index(let base, let items, _):
      "(index \(base.debugDump) \(items.map(\.debugDump).joined(separator: " ")))"
    case .field(let base, let name, _): "(field \(base.debugDump) \(name.text))"
    }
  }
}

extension Pattern {
  /// The pattern as an s-expression without spans.
  package var debugDump: String {
    switch kind {
    case .name(let name): name
    case .wildcard: "_"
    case .tuple(let elements): "(tuple" + elements.map { " " + $0.debugDump }.joined() + ")"
    case .rest(let name): "(rest \(name.text))"
    case .record(let fields):
      "(record" + fields.map { " \($0.field.text)=\($0.pattern.debugDump)" }.joined() + ")"
    case .literal(let expression): expression.debugDump
    }
  }
}
