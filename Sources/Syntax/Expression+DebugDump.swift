extension Expression {
  /// The tree as an s-expression without spans: equal text, equal tree. For tests.
  package var debugDump: String {
    switch kind {
    case .none: "none"
    case .bool(let value): String(value)
    case .int(let value): String(value)
    case .float(let value): "\(value)"
    case .imaginary(let value): "\(value)i"
    case .quantity(let value, let unit): "(quantity \(value) \(unit.text))"
    case .string(let parts): "(string" + parts.map { " " + $0.debugDump }.joined() + ")"
    case .name(let name): name
    case .tensor(let elements): list("tensor", elements)
    case .tuple(let elements): list("tuple", elements)
    case .record(let fields): "(record" + Expression.dump(fields) + ")"
    case .map(let entries):
      "(map" + entries.map { " \($0.key.debugDump):\($0.value.debugDump)" }.joined() + ")"
    case .comprehension(let comprehension): comprehension.debugDump
    case .range(let lower, let upper, let step, let closed):
      list(closed ? "..=" : "..", [lower, upper] + (step.map { [$0] } ?? []))
    case .unary(let operation, let operand): list(operation.rawValue, [operand])
    case .binary(let operation, let a, let b): list(operation.rawValue, [a, b])
    case .comparison(let first, let rest):
      "(compare \(first.debugDump)"
        + rest.map { " \($0.op.rawValue) \($0.operand.debugDump)" }.joined() + ")"
    case .and(let a, let b): list("and", [a, b])
    case .or(let a, let b): list("or", [a, b])
    case .not(let operand): list("not", [operand])
    case .membership(let a, let b, let negated): list(negated ? "not-in" : "in", [a, b])
    case .transpose(let operand): list("transpose", [operand])
    case .call(let callee, let arguments):
      "(call \(callee.debugDump)" + arguments.map { " " + $0.debugDump }.joined() + ")"
    case .pipe(let a, let b): list("pipe", [a, b])
    case .field(let base, let name): "(field \(base.debugDump) \(name.text))"
    case .index(let base, let items):
      "(index \(base.debugDump)" + items.map { " " + $0.debugDump }.joined() + ")"
    case .lambda(let function): function.debugDump
    case .ifElse(let condition, let then, let otherwise):
      list("if", [condition, then] + (otherwise.map { [$0] } ?? []))
    case .block(let statements): statements.debugDump
    case .match(let subject, let arms):
      "(match \(subject.debugDump)" + arms.map { " " + $0.debugDump }.joined() + ")"
    case .tryElse(let attempt, let error, let fallback):
      "(try \(attempt.debugDump) \(error?.text ?? "-") \(fallback.debugDump))"
    case .with(let base, let fields): "(with \(base.debugDump)" + Expression.dump(fields) + ")"
    case .invalid: "<invalid>"
    }
  }

  private func list(_ head: String, _ operands: [Expression]) -> String {
    "(" + head + operands.map { " " + $0.debugDump }.joined() + ")"
  }

  private static func dump(_ fields: [RecordField]) -> String {
    fields.map { " \($0.name.text)=\($0.value.debugDump)" }.joined()
  }
}

extension StringPart {
  fileprivate var debugDump: String {
    switch self {
    case .text(let text): text.debugDescription
    case .interpolation(let value, let spec):
      "<\(value.debugDump)\(spec.map { ":" + $0.text } ?? "")>"
    }
  }
}

extension Comprehension {
  fileprivate var debugDump: String {
    let parts = clauses.map { clause in
      switch clause {
      case .each(let pattern, let sequence): " (for \(pattern.debugDump) \(sequence.debugDump))"
      case .condition(let condition): " (if \(condition.debugDump))"
      }
    }
    return "(\(stacks ? "stack" : "gather") \(element.debugDump)\(parts.joined()))"
  }
}

extension Argument {
  fileprivate var debugDump: String {
    switch self {
    case .positional(let value): value.debugDump
    case .named(let name, let value): "\(name.text)=\(value.debugDump)"
    case .splat(let value): "(splat \(value.debugDump))"
    }
  }
}

extension IndexItem {
  /// The item as an s-expression without spans.
  package var debugDump: String {
    switch self {
    case .expression(let expression): expression.debugDump
    case .slice(let lower, let upper, let step, _):
      "(slice " + [lower, upper, step].map { $0?.debugDump ?? "-" }.joined(separator: " ") + ")"
    case .ellipsis: "..."
    case .newAxis: "new"
    }
  }
}

extension MatchArm {
  fileprivate var debugDump: String {
    let guardText = condition.map { " (if \($0.debugDump))" } ?? ""
    return "(\(pattern.debugDump)\(guardText) -> \(body.debugDump))"
  }
}

extension Function {
  /// The function as an s-expression without spans.
  package var debugDump: String {
    let parts = parameters.map { parameter in
      parameter.name.text + (parameter.isRest ? "..." : "")
        + (parameter.contract.map { ":" + $0.debugDump } ?? "")
        + (parameter.defaultValue.map { "=" + $0.debugDump } ?? "")
    }
    let documented = documentation.map { " doc:" + $0.debugDescription } ?? ""
    let returns = result.map { " ->" + $0.debugDump } ?? ""
    return "(fn \(name?.text ?? "-") (\(parts.joined(separator: " ")))\(returns)\(documented) "
      + "\(body.debugDump))"
  }
}

extension Contract {
  fileprivate var debugDump: String {
    guard let dimensions else { return type.text }
    let parts = dimensions.map { dimension in
      switch dimension {
      case .size(let size): String(size)
      case .name(let name): name.text
      case .any: "_"
      case .run: "..."
      }
    }
    return "\(type.text)[\(parts.joined(separator: " "))]"
  }
}
