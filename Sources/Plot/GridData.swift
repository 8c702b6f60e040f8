/// Numbers over a grid: z[i, j] stands at x[j], y[i].
struct GridData: Sendable {
  let values: [Double]
  let rows: Int
  let columns: Int
  let x: [Double]
  let y: [Double]
  /// Whether x and y were given; else they count columns and rows.
  let hasCoordinates: Bool

  static let z = LayerParameter(
    "z", .data, "Numbers with two axes; z[i, j] belongs to y[i] and x[j].")
  static let x = LayerParameter(
    "x", .optionalData(default: "none"),
    "A position for each column, ascending; 0, 1, 2 … when left out.")
  static let y = LayerParameter(
    "y", .optionalData(default: "none"),
    "A position for each row, ascending; 0, 1, 2 … when left out.")
  static let colorMap = LayerParameter.option(
    "colormap", "none", "The colours of numbers; the figure's when left out.")
  static let limits = LayerParameter.option(
    "limits", "none", "The numbers at the ends of the colour map, (low, high).")
  static let label = LayerParameter.option("label", "none", "Beside the bar of colours.")

  /// Reads `z`, `x` and `y`.
  ///
  /// - Throws: `PlotError.lengths` when x or y do not fit z.
  init(_ a: LayerArguments) throws(PlotError) {
    let z = try a.matrix("z")
    values = z.values
    rows = z.sizes[0]
    columns = z.sizes[1]
    let (xs, ys) = (try a.vector("x"), try a.vector("y"))
    hasCoordinates = xs != nil || ys != nil
    x = xs ?? (0..<columns).map(Double.init)
    y = ys ?? (0..<rows).map(Double.init)
    try a.checkLengths([("columns of z", columns), ("x", x.count)])
    try a.checkLengths([("rows of z", rows), ("y", y.count)])
    for (name, axis) in [("x", x), ("y", y)] {
      guard zip(axis, axis.dropFirst()).allSatisfy({ $0 < $1 }), axis.allSatisfy(\.isFinite) else {
        throw a.refusal(name, wanted: "finite numbers in ascending order", given: "others")
      }
    }
  }

  var count: Int { values.count }

  /// x, y and z of every point, row by row.
  var points: [[Double]] {
    [y.flatMap { _ in x }, y.flatMap { [Double](repeating: $0, count: columns) }, values]
  }

  /// The edges between cells, halfway between neighbours: one more than there are positions.
  static func edges(_ axis: [Double]) -> [Double] {
    guard axis.count > 1 else { return axis.flatMap { [$0 - 0.5, $0 + 0.5] } }
    let last = axis.count - 1
    let inner = (0..<last).map { (axis[$0] + axis[$0 + 1]) / 2 }
    return [axis[0] - (inner[0] - axis[0])] + inner + [axis[last] + (axis[last] - inner[last - 1])]
  }

  /// Whether the positions are evenly spaced, so that cells are pixels.
  static func isUniform(_ axis: [Double]) -> Bool {
    guard axis.count > 2 else { return true }
    let step = (axis[axis.count - 1] - axis[0]) / Double(axis.count - 1)
    return zip(axis, axis.dropFirst()).allSatisfy { ($1 - $0 - step).magnitude <= 1e-6 * step }
  }
}
