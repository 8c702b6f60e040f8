/// How a figure looks, its layers apart.
package struct FigureOptions: Sendable, Equatable {
  package var title = ""
  package var x = AxisOptions()
  package var y = AxisOptions()
  package var z = AxisOptions()
  package var legend = LegendPlace.automatic
  package var colorMap: ColorMap?
  package var palette = Color.palette
  package var aspect = Aspect.free
  package var showsGrid = true
  /// Width and height in pixels; nil leaves them to the request.
  package var size: PictureSize?

  package init() {}
}

package struct AxisOptions: Sendable, Equatable {
  package var label = ""
  package var limits: ClosedRange<Double>?
  package var isLogarithmic = false
  package var ticks = Ticks.automatic
}

package struct PictureSize: Sendable, Equatable {
  package let width: Int
  package let height: Int

  package init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }
}

package enum Ticks: Sendable, Equatable {
  case automatic
  case none
  case every(Double)
  case at([Double])
  case labelled([(position: Double, label: String)])

  package static func == (a: Ticks, b: Ticks) -> Bool {
    switch (a, b) {
    case (.automatic, .automatic), (.none, .none): true
    case (.every(let p), .every(let q)): p == q
    case (.at(let p), .at(let q)): p == q
    case (.labelled(let p), .labelled(let q)):
      p.count == q.count && zip(p, q).allSatisfy { $0.0 == $1.0 && $0.1 == $1.1 }
    case (.automatic, _), (.none, _), (.every, _), (.at, _), (.labelled, _): false
    }
  }
}

/// Where the labels of series stand.
package enum LegendPlace: Sendable, Equatable {
  /// In a row above the axes when they fit, else to the right of them.
  case automatic
  case none
  case above
  case outside
  case inside(vertical: String, horizontal: String)

  static let choices: [(word: String, value: LegendPlace)] = [
    ("auto", .automatic), ("none", .none), ("above", .above), ("outside", .outside),
    ("top right", .inside(vertical: "top", horizontal: "right")),
    ("top left", .inside(vertical: "top", horizontal: "left")),
    ("bottom right", .inside(vertical: "bottom", horizontal: "right")),
    ("bottom left", .inside(vertical: "bottom", horizontal: "left")),
  ]
}

package enum Aspect: Sendable, Equatable {
  case free
  /// One unit of x is as long as one of y.
  case equal
  /// Height over width of the plotted area.
  case ratio(Double)
}
