internal import TensorCore

/// Pictures made of pixels, grey or in colour; several are tiled.
struct ImageLayer: Layer {
  let width: Int
  let height: Int
  /// Red, green and blue of each pixel, 0…255, row by row; NaN shows nothing.
  let channels: [[Double]]
  let count: Int

  static let kind = LayerKind(
    "image",
    """
    Adds a picture: [height, width] in grey, [height, width, 3] in colour, or several of them along a first axis, tiled.

    u8 goes from 0 to 255. Other numbers go from the least to the greatest in grey and from 0 to 1 in colour, or as \
    `limits` says.
    """,
    [
      LayerParameter("pixels", .data, "The picture; row 0 is at the top."),
      .option("columns", "none", "How many stand in a row when there are several."),
      .option("limits", "none", "The numbers shown as black and as white, (low, high)."),
    ],
    example: "image([[0, 1], [1, 0]])"
  ) { a throws(PlotError) in try ImageLayer(a) }

  private static let wanted =
    "a tensor [height, width], [height, width, 3], or several of one of these along a first axis"

  private init(_ a: LayerArguments) throws(PlotError) {
    let array = try a.required("pixels")
    var sizes = array.sizes
    let isColored =
      sizes.count >= 3 && (sizes.last == 3 || sizes.last == 4) && a["columns"] == nil
      || sizes.count == 4 && (sizes.last == 3 || sizes.last == 4)
    let depth = isColored ? sizes.removeLast() : 1
    guard (2...3).contains(sizes.count), array.count > 0 else {
      throw a.mismatch("pixels", wanted: ImageLayer.wanted)
    }
    if sizes.count == 2 { sizes.insert(1, at: 0) }
    count = sizes[0]
    let side = Int(Double(count).squareRoot().rounded(.up))
    let columns = min(try a.whole("columns", in: 1...10_000) ?? side, count)
    let scale = try ImageLayer.scale(a, array, isColored: isColored)
    let tile = Tile(height: sizes[1], width: sizes[2], depth: depth, columns: columns)
    let gap = count > 1 ? 1 : 0
    let count = self.count
    let width = columns * (tile.width + gap) - gap
    let height = (count + columns - 1) / columns * (tile.height + gap) - gap
    (self.width, self.height) = (width, height)
    channels = (0..<3).map { channel in
      tile.channel(
        isColored ? channel : 0, of: array.values, count: count, width: width, height: height,
        gap: gap, scale)
    }
  }

  /// One of several pictures, and how many stand in a row.
  private struct Tile {
    let height: Int
    let width: Int
    let depth: Int
    let columns: Int

    func channel(
      _ channel: Int, of values: [Double], count: Int, width total: Int, height totalHeight: Int,
      gap: Int, _ scale: (Double) -> Double
    ) -> [Double] {
      var pixels = [Double](repeating: .nan, count: total * totalHeight)
      for picture in 0..<count {
        let top = picture / columns * (height + gap)
        let left = picture % columns * (width + gap)
        for row in 0..<height {
          for column in 0..<width {
            let source = ((picture * height + row) * width + column) * depth + channel
            pixels[(top + row) * total + left + column] = scale(values[source])
          }
        }
      }
      return pixels
    }
  }

  private static func scale(_ a: LayerArguments, _ array: NumberArray, isColored: Bool)
    throws(PlotError)
    -> @Sendable (Double) -> Double
  {
    var range = try a.range("limits") ?? 0...255
    if a["limits"] == nil {
      var extent = Extent()
      extent.include(z: array.values)
      let isBytes: Bool
      if case .tensor(let tensor) = a["pixels"], tensor.dtype == .u8 {
        isBytes = true
      } else {
        isBytes = false
      }
      if !isBytes { range = isColored ? 0...1 : extent.z ?? 0...1 }
    }
    let (low, span) = (range.lowerBound, range.upperBound - range.lowerBound)
    return { value in
      guard value.isFinite else { return .nan }
      guard span > 0 else { return 128 }
      return (min(max((value - low) / span, 0), 1) * 255).rounded()
    }
  }

  var markCount: Int { 1 }
  var prefersDownwardY: Bool { true }
  var description: LayerDescription {
    LayerDescription(
      count == 1 ? "image of \(height) × \(width) pixels" : "\(count) images")
  }

  func extent(names: [String]) -> Extent {
    var extent = Extent(x: [-0.5, Double(width) - 0.5], y: [-0.5, Double(height) - 0.5])
    extent.fillsPlane = true
    extent.hasCells = true
    extent.isPicture = true
    return extent
  }

  func draw(on panel: inout PanelScript) {
    guard !panel.theme.isTerminal else {
      // Dark terminals are the rule: light is dense.
      return panel.shade(
        x: (0...width).map { Double($0) - 0.5 }, y: (0...height).map { Double($0) - 0.5 },
        shares: channels[0].indices.map {
          (channels[0][$0] + channels[1][$0] + channels[2][$0]) / 765
        })
    }
    panel.count(marks: 1)
    let pixels = width * height
    // A pixel that shows nothing is transparent.
    let opacity = channels[0].map { $0.isFinite ? 255.0 : 0 }
    let source = panel.data.add(
      [
        (0..<pixels).map { Double($0 % width) }, (0..<pixels).map { Double($0 / width) },
      ] + channels.map { $0.map { $0.isFinite ? $0 : 0 } } + [opacity])
    panel.element(
      "\(source) using 1:2:3:4:5:6 with rgbalpha\(panel.drawsPixels(pixels))")
  }
}
