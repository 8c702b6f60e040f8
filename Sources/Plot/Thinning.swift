internal import Glibc

/// Data reduced to what the pixels of a picture can show.
enum Thinning {
  /// Beyond so many marks a picture is drawn in pixels, not as SVG.
  static let markLimit = 20_000

  /// A line in ascending x, as the first, lowest, highest and last point of each column of pixels:
  /// the drawn line covers
  /// the same pixels. Gaps are kept.
  ///
  /// - Returns: nil when the points are too few to be worth it, or x is not ascending.
  /// - Complexity: O(points).
  static func line(
    x: [Double], y: [Double], range: ClosedRange<Double>, columns: Int, isLogarithmic: Bool
  )
    -> (x: [Double], y: [Double])?
  {
    guard columns > 0, x.count > 8 * columns, isAscending(x) else { return nil }
    func scale(_ value: Double) -> Double { isLogarithmic ? log10(value) : value }
    let low = scale(range.lowerBound)
    let width = scale(range.upperBound) - low
    guard width > 0, width.isFinite else { return nil }
    var kept: [Int] = []
    var start = 0
    while start < x.count {
      guard y[start].isFinite, let column = pixelColumn(scale(x[start]), low, width, columns) else {
        // One undefined point is gap enough.
        if let last = kept.last, y[last].isFinite { kept.append(start) }
        start += 1
        continue
      }
      var (end, lowest, highest) = (start + 1, start, start)
      while end < x.count, y[end].isFinite,
        pixelColumn(scale(x[end]), low, width, columns) == column
      {
        if y[end] < y[lowest] { lowest = end }
        if y[end] > y[highest] { highest = end }
        end += 1
      }
      for index in [start, min(lowest, highest), max(lowest, highest), end - 1]
      where kept.last.map({ $0 < index }) ?? true { kept.append(index) }
      start = end
    }
    return (kept.map { x[$0] }, kept.map { y[$0] })
  }

  private static func pixelColumn(_ x: Double, _ low: Double, _ width: Double, _ columns: Int)
    -> Int?
  {
    guard x.isFinite else { return nil }
    return Int(min(max((x - low) / width, -1), 2) * Double(columns))
  }

  private static func isAscending(_ x: [Double]) -> Bool {
    zip(x, x.dropFirst()).allSatisfy { !($0 > $1) }
  }

  /// Points, without those that fall where the same series has one already, to a pixel. Opaque
  /// marks look the same.
  ///
  /// - Returns: the indices kept, ascending.
  /// - Complexity: O(points), and a byte of memory per pixel.
  static func points(
    x: [Double], y: [Double], xRange: ClosedRange<Double>, yRange: ClosedRange<Double>,
    pixels: PictureSize
  ) -> [Int] {
    let (width, height) = (pixels.width, pixels.height)
    let (xSpan, ySpan) = (
      xRange.upperBound - xRange.lowerBound, yRange.upperBound - yRange.lowerBound
    )
    guard xSpan > 0, ySpan > 0, xSpan.isFinite, ySpan.isFinite else { return Array(x.indices) }
    var isTaken = [Bool](repeating: false, count: (width + 1) * (height + 1))
    return x.indices.filter { index in
      let (column, row) = (
        (x[index] - xRange.lowerBound) / xSpan * Double(width),
        (y[index] - yRange.lowerBound) / ySpan * Double(height)
      )
      guard column >= 0, row >= 0, column <= Double(width), row <= Double(height) else {
        return false
      }
      let cell = Int(row) * (width + 1) + Int(column)
      if isTaken[cell] { return false }
      isTaken[cell] = true
      return true
    }
  }
}
