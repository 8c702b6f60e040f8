internal import Glibc

/// The ends of an axis: the user's, or the data's with a little room.
struct AxisRange: Sendable, Equatable {
  let low: Double
  let high: Double

  var closed: ClosedRange<Double> { low...high }

  /// Room at each end, as a share of the range.
  private static let room = 0.03

  /// - Parameters:
  ///   - data: the range of the data; nil when there are none.
  ///   - leastPositive: the least positive number among them, for a logarithmic axis.
  ///   - isTight: whether data reach the edge, as pictures do.
  ///   - standsOnZero: whether no room is left on the other side of 0.
  /// - Throws: `nothingPositive` for a logarithmic axis with data but nothing to show.
  init(
    _ axis: AxisOptions, named name: String, data: ClosedRange<Double>?, leastPositive: Double?,
    isTight: Bool, standsOnZero: Bool = false
  ) throws(PlotError) {
    if let limits = axis.limits {
      guard !axis.isLogarithmic || limits.lowerBound > 0 else {
        throw PlotError.nothingPositive(axis: name)
      }
      (low, high) = (limits.lowerBound, limits.upperBound)
    } else if axis.isLogarithmic {
      if data != nil, leastPositive == nil { throw PlotError.nothingPositive(axis: name) }
      (low, high) = AxisRange.logarithmic(leastPositive ?? 1, data?.upperBound ?? 10)
    } else {
      (low, high) = AxisRange.linear(data ?? 0...1, isTight: isTight, standsOnZero: standsOnZero)
    }
  }

  private static func logarithmic(_ least: Double, _ greatest: Double) -> (Double, Double) {
    guard greatest > least else { return (least / 2, least * 2) }
    let room = pow(greatest / least, AxisRange.room)
    guard room.isFinite else { return (least, greatest) }
    return (least / room, greatest * room)
  }

  private static func linear(_ data: ClosedRange<Double>, isTight: Bool, standsOnZero: Bool) -> (
    Double, Double
  ) {
    let (low, high) = (data.lowerBound, data.upperBound)
    let span = high - low
    guard span.isFinite else { return (low, high) }
    // Too narrow for tics to tell numbers apart.
    guard span > 1e-12 * max(low.magnitude, high.magnitude) else {
      let half = low == 0 ? 0.5 : low.magnitude * 0.1
      return standsOnZero && low == 0 ? (0, 1) : (low - half, high + half)
    }
    if isTight { return (low, high) }
    return (
      standsOnZero && low == 0 ? 0 : low - span * room,
      standsOnZero && high == 0 ? 0 : high + span * room
    )
  }

  // MARK: - In the script

  func gnuplot(isReversed: Bool) -> String {
    let (a, b) = (GnuplotText.number(low), GnuplotText.number(high))
    return isReversed ? "[\(b):\(a)]" : "[\(a):\(b)]"
  }

  /// The places 1, 2 and 5 of each decade that the range holds, where it spans too few decades for
  /// their powers alone.
  var logarithmicTicks: [Double]? {
    guard low > 0, high / low < 150 else { return nil }
    var ticks: [Double] = []
    var decade = pow(10, log10(low).rounded(.down))
    while decade <= high, ticks.count < 32 {
      for factor in [1.0, 2, 5] where decade * factor >= low && decade * factor <= high {
        ticks.append(decade * factor)
      }
      decade *= 10
    }
    return ticks.count >= 2 ? ticks : nil
  }
}
