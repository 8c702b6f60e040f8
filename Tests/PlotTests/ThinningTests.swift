import Testing

@testable import Plot

@Suite struct ThinningTests {
  @Test func keepsTheExtremesOfEachColumn() throws {
    let count = 8_192
    let x = (0..<count).map(Double.init)
    let y = x.map { Double((Int($0) * 7919) % 997) }
    let columns = 64
    let range = 0.0...Double(count)
    let thinned = try #require(
      Thinning.line(x: x, y: y, range: range, columns: columns, isLogarithmic: false))
    #expect(thinned.x.count <= 4 * columns)
    let width = count / columns
    for column in 0..<columns {
      let all = y[column * width..<(column + 1) * width]
      let kept = zip(thinned.x, thinned.y)
        .filter { Int($0.0) / width == column }.map(\.1)
      #expect(kept.max() == all.max())
      #expect(kept.min() == all.min())
      #expect(kept.first == all.first)
      #expect(kept.last == all.last)
    }
  }

  @Test func keepsGaps() throws {
    var y = [Double](repeating: 1, count: 1000)
    y[500] = .nan
    let thinned = try #require(
      Thinning.line(
        x: (0..<1000).map(Double.init), y: y, range: 0...1000, columns: 10, isLogarithmic: false))
    #expect(thinned.y.filter(\.isNaN).count == 1)
  }

  @Test func leavesShortAndUnorderedLinesAlone() {
    let short = Array(repeating: 1.0, count: 100)
    #expect(
      Thinning.line(x: short, y: short, range: 0...2, columns: 50, isLogarithmic: false) == nil)
    let back = (0..<1000).map { Double($0 % 10) }
    #expect(Thinning.line(x: back, y: back, range: 0...9, columns: 10, isLogarithmic: false) == nil)
  }

  @Test func pointsKeepOnePerPixel() {
    let kept = Thinning.points(
      x: [0, 0.001, 1, 1], y: [0, 0.001, 1, 0], xRange: 0...1, yRange: 0...1,
      pixels: PictureSize(width: 10, height: 10))
    #expect(kept == [0, 2, 3])
  }
}
