import TensorOps

/// Writes calls of operations with arguments of the wrong size, shape, dtype and kind among right
/// ones.
struct CallMaker {
  var random: RandomSource

  // MARK: - From calls that are right

  /// The call with one to three of its numbers and names replaced.
  mutating func changed(_ call: ReferenceCall) -> String {
    var tokens = CallMaker.tokens(call.code)
    for _ in 0...random.below(3) {
      let places = tokens.indices.filter { isArgument(tokens, $0) }
      guard !places.isEmpty else { break }
      let place = random.pick(places)
      let token = tokens[place]
      tokens[place] =
        token.first?.isNumber == true
        ? random.chance(80) ? number() : operand("1.5")
        : token.first == "\"" ? random.pick(["\"x\"", "\"\"", "1"]) : operand(token)
    }
    return call.bindings + tokens.joined()
  }

  private func isArgument(_ tokens: [String], _ index: Int) -> Bool {
    guard let first = tokens[index].first else { return false }
    if first.isNumber || first == "\"" { return true }
    let next = tokens[(index + 1)...].first { $0 != " " }
    return first.isLetter && tokens[index].count == 1 && next != "(" && next != "="
  }

  /// Words, numbers, texts, and single other characters.
  private static func tokens(_ code: String) -> [String] {
    var result: [String] = []
    var isText = false
    for character in code {
      let isWord = character.isLetter || character.isNumber || character == "_"
      let last = result.last?.last ?? " "
      let follows =
        isText || (isWord || character == ".") && (last.isLetter || last.isNumber || last == "_")
        || isWord && last == "." && result.last?.first?.isNumber == true
      if follows {
        result[result.count - 1].append(character)
      } else {
        result.append("\(character)")
      }
      if character == "\"" { isText.toggle() }
    }
    return result
  }

  // MARK: - From the operation table

  /// A call made from the parameters of an operation.
  mutating func made() -> String {
    let operation = random.pick(OperationTable.all)
    var arguments: [String] = []
    for parameter in operation.parameters {
      if case .required = parameter.defaultValue {
        arguments.append(argument(parameter.kind))
      } else if random.chance(35) {
        arguments.append("\(parameter.name) = \(argument(parameter.kind))")
      }
    }
    return "\(operation.name)(\(arguments.joined(separator: ", ")))"
  }

  private mutating func argument(_ kind: OperationParameter.Kind) -> String {
    if random.chance(12) {
      return operand(random.pick(["\"x\"", "none", "()", "(1, \"a\")", "sum"]))
    }
    switch kind {
    case .operand: return random.chance(70) ? tensor() : number()
    case .tensor: return tensor()
    case .tensors: return "(\(tensor()), \(tensor()))"
    case .int: return number()
    case .float: return random.pick([number(), "0.5", "nan", "inf", "-inf", "-1e300", "1e-300"])
    case .bool: return random.pick(["true", "false", number()])
    case .string:
      return random.pick(["\"mean\"", "\"none\"", "\"same\"", "\"wrap\"", "\"x\"", number()])
    case .dtype: return dtype()
    case .ints, .intsOrString, .variadicInts:
      let count = random.below(random.chance(10) ? 12 : 4)
      return random.chance(40)
        ? number() : "(" + (0..<count).map { _ in number() + ", " }.joined() + ")"
    }
  }

  private mutating func dtype() -> String {
    random.pick(["bool", "u8", "i8", "i32", "i64", "f32", "f64", "c64", "c128", "bf16"])
  }

  /// A tensor: of few elements, of none, of all dtypes, a view that stands for very many.
  private mutating func tensor() -> String {
    let shapes = [
      "", "1", "3", "17", "0", "2, 3", "3, 3", "4, 4", "0, 3", "3, 0", "1, 1", "2, 3, 4", "2, 4, 4",
      "1, 2, 5, 5", "2, 2, 2, 2, 2, 2, 2, 2", "1, 4, 9",
    ]
    let shape = random.pick(shapes)
    switch random.below(8) {
    case 0: return "zeros(\(shape), dtype = \(dtype()))".replacing("(, ", with: "(")
    case 1: return "\(dtype())(ones(\(shape)))"
    case 2, 3: return "rand((\(shape)\(shape.isEmpty ? "" : ",")))"
    case 4: return "\(dtype())(arange(\(random.below(20))))"
    case 5: return operand("rand((\(shape)\(shape.isEmpty ? "" : ",")))")
    case 6:
      return random.pick([
        "[nan, 1.0]", "[inf, -inf, 0.0]", "[[nan]]", "[2, 0, 1]", "[[1, 0], [0, 1]]",
      ])
    default:
      return random.pick([
        "broadcast_to(1.0, \(number()), 3)", "broadcast_to(1, 1099511627776)", "1", "2.5",
      ])
    }
  }

  /// Something else made of an operand.
  private mutating func operand(_ name: String) -> String {
    random.pick([
      "(\(name))'", "\(dtype())(\(name))", "(\(name))[0]", "(\(name))[:0]", "(\(name))[new]",
      "(\(name))[..., ::-1]", "(\(name), \(name))", "(\(name)) * nan", "-(\(name))",
      "(\(name)) + 1i",
      "stack((\(name), \(name)))", "flatten(\(name))", "(\(name)) * 1e30", "i64((\(name)) * 1e15)",
      "shape(\(name))", number(), name,
    ])
  }

  private mutating func number() -> String {
    random.pick([
      "0", "1", "2", "3", "5", "-1", "-2", "-3", "7", "-7", "8", "64", "1000", "100000",
      "2147483648",
      "-2147483649", "4294967296", "1099511627776", "4611686018427387904", "-4611686018427387904",
      "9223372036854775807", "-9223372036854775807", "(-9223372036854775807 - 1)", "0.5", "nan",
      "inf",
      "1e300", "true", "none", "\"x\"", "()", "(1, 2)", "(0, 0)", "[1]", "1i",
    ])
  }
}
