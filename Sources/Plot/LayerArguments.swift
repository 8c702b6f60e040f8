/// The arguments of one layer (or figure), by parameter, with their types checked on access.
///
/// Accessors give nil for what is left out and throw `PlotError.argument` for what has another
/// type.
package struct LayerArguments: Sendable {
  let layer: String
  private let parameters: [LayerParameter]
  private let values: [PlotArgument?]

  package init(layer: String, parameters: [LayerParameter], values: [PlotArgument?]) {
    self.layer = layer
    self.parameters = parameters
    self.values = values
  }

  subscript(name: String) -> PlotArgument? {
    guard let index = parameters.firstIndex(where: { $0.name == name }), index < values.count else {
      return nil
    }
    return values[index]
  }

  func mismatch(_ name: String, wanted: String) -> PlotError {
    .argument(
      layer: layer, parameter: name, wanted: wanted,
      given: self[name]?.typeDescription ?? "nothing")
  }

  func refusal(_ name: String, wanted: String, given: String) -> PlotError {
    .argument(layer: layer, parameter: name, wanted: wanted, given: given)
  }

  // MARK: - Single values

  func number(_ name: String) throws(PlotError) -> Double? {
    guard let value = self[name] else { return nil }
    guard let numbers = value.numbers, numbers.rank == 0, let number = numbers.values.first else {
      throw mismatch(name, wanted: "a number")
    }
    return number
  }

  /// A finite number greater than 0.
  func positive(_ name: String) throws(PlotError) -> Double? {
    guard let number = try number(name) else { return nil }
    guard number > 0, number.isFinite else {
      throw refusal(name, wanted: "a number greater than 0", given: GnuplotText.number(number))
    }
    return number
  }

  /// A whole number in `range`.
  func whole(_ name: String, in range: ClosedRange<Int>) throws(PlotError) -> Int? {
    guard let number = try number(name) else { return nil }
    guard let whole = Int(exactly: number), range.contains(whole) else {
      throw refusal(
        name, wanted: "a whole number from \(range.lowerBound) to \(range.upperBound)",
        given: GnuplotText.number(number))
    }
    return whole
  }

  func flag(_ name: String, default fallback: Bool) throws(PlotError) -> Bool {
    switch self[name] {
    case nil: return fallback
    case .flag(let flag): return flag
    case .number, .text, .tensor, .list: throw mismatch(name, wanted: "true or false")
    }
  }

  func text(_ name: String) throws(PlotError) -> String? {
    switch self[name] {
    case nil: return nil
    case .text(let text): return text
    case .number, .flag, .tensor, .list: throw mismatch(name, wanted: "a Str")
    }
  }

  /// One of the words of a table, as the value it stands for.
  func choice<Value>(
    _ name: String, among choices: [(word: String, value: Value)]
  ) throws(PlotError) -> Value? {
    guard let word = try text(name) else { return nil }
    return try choice(word, name, among: choices)
  }

  func choice<Value>(
    _ word: String, _ name: String, among choices: [(word: String, value: Value)]
  ) throws(PlotError) -> Value {
    guard let found = choices.first(where: { $0.word == word }) else {
      throw PlotError.unknownWord(
        layer: layer, parameter: name, given: word, known: choices.map(\.word))
    }
    return found.value
  }

  // MARK: - Many values

  /// Numbers of any shape.
  func array(_ name: String) throws(PlotError) -> NumberArray? {
    guard let value = self[name] else { return nil }
    guard let numbers = value.numbers else {
      throw mismatch(name, wanted: "a tensor of real numbers")
    }
    return numbers
  }

  func required(_ name: String) throws(PlotError) -> NumberArray {
    guard let array = try array(name) else {
      throw PlotError.missingArgument(layer: layer, parameter: name)
    }
    return array
  }

  /// One axis of numbers; a single number counts as one.
  func vector(_ name: String) throws(PlotError) -> [Double]? {
    guard let array = try array(name) else { return nil }
    guard array.rank <= 1 else { throw mismatch(name, wanted: "numbers along one axis") }
    return array.values
  }

  /// Rows and columns, at least one of each.
  func matrix(_ name: String) throws(PlotError) -> NumberArray {
    let array = try required(name)
    guard array.rank == 2 else { throw mismatch(name, wanted: "a tensor with two axes") }
    guard array.count > 0 else { throw mismatch(name, wanted: "at least one row and one column") }
    return array
  }

  /// Two finite numbers in ascending order.
  func range(_ name: String) throws(PlotError) -> ClosedRange<Double>? {
    guard let values = try vector(name) else { return nil }
    guard values.count == 2, values[0] < values[1], values.allSatisfy(\.isFinite) else {
      throw refusal(
        name, wanted: "two numbers (low, high)",
        given: "(" + values.prefix(4).map(GnuplotText.number).joined(separator: ", ") + ")")
    }
    return values[0]...values[1]
  }

  func texts(_ name: String) throws(PlotError) -> [String]? {
    guard let value = self[name] else { return nil }
    guard let texts = value.texts else { throw mismatch(name, wanted: "a Str or a tuple of Str") }
    return texts
  }

  /// Checks that columns of the layer are equally long.
  func checkLengths(_ counts: [(name: String, count: Int)]) throws(PlotError) {
    guard let first = counts.first, counts.contains(where: { $0.count != first.count }) else {
      return
    }
    throw PlotError.lengths(layer: layer, counts: counts.map { .init($0.name, $0.count) })
  }
}
