extension Figure {
  /// The figure in a sentence, for readers who do not see it:
  /// «Figure titled “training loss”: line (adamw, sgd); x (epoch) from 0 to 20, y (loss) from 0.1
  /// to 2.3.»
  package var alternativeText: String {
    guard panels.isEmpty else {
      let title = options.title.isEmpty ? "" : " titled “\(options.title)”"
      let count = panels.count == 1 ? "1 panel" : "\(panels.count) panels"
      return (["\(count)\(title)."] + panels.map(\.alternativeText)).joined(separator: " ")
    }
    let title = options.title.isEmpty ? "Figure" : "Figure titled “\(options.title)”"
    guard !layers.isEmpty else { return title + " without data." }
    return "\(title): \(kinds); \(ranges)."
  }

  private var kinds: String {
    var order: [String] = []
    var labels: [String: [String]] = [:]
    var counts: [String: Int] = [:]
    for layer in layers {
      let description = layer.description
      if counts[description.noun] == nil { order.append(description.noun) }
      counts[description.noun, default: 0] += description.series
      labels[description.noun, default: []] += description.labels
    }
    return order.map { noun in
      let count = counts[noun] ?? 1
      let names = labels[noun] ?? []
      return (count > 1 ? "\(noun), \(count) series" : noun)
        + (names.isEmpty ? "" : " (" + names.prefix(8).joined(separator: ", ") + ")")
    }.joined(separator: ", ")
  }

  private var ranges: String {
    let names = self.names
    let extent = layers.reduce(Extent()) { $0.union($1.extent(names: names)) }
    func range(_ name: String, _ axis: AxisOptions, _ data: ClosedRange<Double>?) -> String? {
      guard let shown = axis.limits ?? data else { return nil }
      let label = axis.label.isEmpty ? name : "\(name) (\(axis.label))"
      return "\(label) from \(GnuplotText.brief(shown.lowerBound)) "
        + "to \(GnuplotText.brief(shown.upperBound))"
    }
    let x =
      names.isEmpty
      ? range("x", options.x, extent.x)
      : "x: " + names.prefix(12).joined(separator: ", ") + (names.count > 12 ? " …" : "")
    let parts = [x, range("y", options.y, extent.y), range("z", options.z, extent.z)]
    let known = parts.compactMap { $0 }
    return known.isEmpty ? "no data" : known.joined(separator: ", ")
  }
}
