import Testing

@testable import Plot

/// Figures made as the language makes them: by the tables, from named arguments.
enum Sample {
  static func layer(_ kind: String, _ arguments: [String: PlotArgument]) throws -> any Layer {
    let row = try #require(LayerTable.kind(named: kind))
    for name in arguments.keys {
      #expect(row.parameters.contains { $0.name == name }, "\(kind) has no parameter \(name)")
    }
    return try row.layer(row.parameters.map { arguments[$0.name] })
  }

  static func figure(
    _ options: [String: PlotArgument] = [:], _ layers: [(String, [String: PlotArgument])]
  ) throws -> Figure {
    let parameters = FigureOptionTable.parameters
    for name in options.keys {
      #expect(parameters.contains { $0.name == name }, "figure has no option \(name)")
    }
    var figure = Figure(try FigureOptionTable.options(parameters.map { options[$0.name] }))
    for (kind, arguments) in layers {
      figure = try figure.adding(try layer(kind, arguments), named: kind)
    }
    return figure
  }

  static func row(_ values: [Double]) -> PlotArgument { .list(values.map { .number($0) }) }

  static func matrix(_ rows: [[Double]]) -> PlotArgument { .list(rows.map(row)) }

  static func words(_ words: [String]) -> PlotArgument { .list(words.map { .text($0) }) }

  private static let saddle: PlotArgument = matrix([[0, 1, 4], [-1, 0, 3], [-4, -3, 0]])

  /// One small figure for each kind, and some for what kinds share.
  static let all: [(name: String, make: @Sendable () throws -> Figure)] = [
    (
      "line",
      {
        try figure(
          ["title": .text("loss"), "xlabel": .text("epoch"), "ylabel": .text("nats")],
          [
            (
              "line",
              ["x": row([0, 1, 2, 3]), "y": row([4, 2, .nan, 0.5]), "label": .text("adamw")]
            ),
            (
              "line",
              [
                "x": matrix([[1, 2], [2, 3], [3, 5]]), "label": words(["p", "q"]),
                "style": words(["dashed", "dotted"]), "color": words(["red", "#123456"]),
                "width": .number(1.5), "alpha": .number(0.5), "steps": .flag(true),
              ]
            ),
          ])
      }
    ),
    (
      "points",
      {
        try figure(
          ["aspect": .text("equal"), "legend": .text("bottom right")],
          [
            (
              "points",
              [
                "x": row([1, 2, 3, 4]), "y": row([2, 1, 4, 3]), "by": words(["a", "b", "a", "b"]),
                "marker": .text("square"), "size": .number(2),
              ]
            ),
            (
              "points",
              [
                "x": row([1, 2]), "y": row([5, 6]), "color": row([0.5, 7]),
                "limits": row([0, 10]), "label": .text("seconds"), "colormap": .text("magma"),
              ]
            ),
          ])
      }
    ),
    (
      "bars",
      {
        try figure(
          ["legend": .text("outside")],
          [
            (
              "bars",
              [
                "x": words(["knn", "mlp"]), "y": matrix([[0.8, 0.7], [0.9, 0.85]]),
                "label": words(["train", "test"]),
              ]
            ),
            (
              "bars",
              [
                "x": words(["mlp", "tree"]), "y": matrix([[1, 2], [3, 1]]), "stacked": .flag(true),
                "width": .number(0.5),
              ]
            ),
          ])
      }
    ),
    (
      "hist",
      {
        try figure(
          ["grid": .flag(false)],
          [("hist", ["values": row([1, 2, 2, 3, 3, 3, 4, 4, 5]), "bins": .number(5)])])
      }
    ),
    (
      "errorbars",
      {
        try figure([
          (
            "errorbars",
            [
              "x": row([1, 2]), "y": row([3, 4]), "error": matrix([[0.5, 1], [0.25, 0.5]]),
              "xerror": .number(0.1), "label": .text("measured"),
            ]
          )
        ])
      }
    ),
    (
      "band",
      {
        try figure([
          (
            "band",
            [
              "x": row([1, 2, 3]), "low": .number(0), "high": row([1, 3, 2]),
              "label": .text("95 %"),
            ]
          )
        ])
      }
    ),
    (
      "heatmap",
      {
        try figure(
          ["title": .text("confusion"), "xticks": words(["cat", "dog"])],
          [("heatmap", ["z": matrix([[50, 2], [3, 45]]), "annotate": .flag(true)])])
      }
    ),
    (
      "heatmap-uneven",
      {
        try figure(
          ["colormap": .text("diverging")],
          [
            (
              "heatmap",
              ["z": saddle, "x": row([0, 1, 3]), "y": row([0, 1, 2]), "label": .text("V in mV")]
            )
          ])
      }
    ),
    (
      "contour",
      {
        try figure([
          ("contour", ["z": saddle, "levels": row([-2, 0, 2]), "label": .text("height")])
        ])
      }
    ),
    (
      "surface",
      { try figure(["zlabel": .text("height")], [("surface", ["z": saddle])]) }
    ),
    (
      "vectors",
      {
        try figure([
          (
            "vectors",
            [
              "x": row([0, 1]), "y": row([0, 1]), "u": matrix([[1, 0], [0, -1]]),
              "v": matrix([[0, 1], [1, 0]]), "scale": .number(0.5),
            ]
          )
        ])
      }
    ),
    (
      "image",
      { try figure([("image", ["pixels": matrix([[0, 1], [1, 0]])])]) }
    ),
    (
      "image-tiles",
      {
        try figure([
          (
            "image",
            [
              "pixels": .list([
                matrix([[0, 1], [1, 0]]), matrix([[1, 1], [0, 0]]), matrix([[1, 0], [1, 0]]),
              ]), "columns": .number(2),
            ]
          )
        ])
      }
    ),
    (
      "text",
      {
        try figure([
          (
            "text",
            [
              "x": .number(1), "y": .number(2), "text": .text("here"), "align": .text("left"),
              "size": .number(1.5), "color": .text("green"),
            ]
          )
        ])
      }
    ),
    (
      "hline",
      {
        try figure([
          ("line", ["x": row([1, 3, 2])]),
          ("hline", ["y": .number(2.5), "label": .text("limit"), "style": .text("dashed")]),
        ])
      }
    ),
    (
      "vline",
      {
        try figure([
          ("line", ["x": row([1, 3, 2])]),
          ("vline", ["x": row([0.5, 1.5]), "color": .text("gray")]),
        ])
      }
    ),
    (
      "log-axes",
      {
        try figure(
          ["logx": .flag(true), "logy": .flag(true), "xlim": row([1, 20])],
          [("line", ["x": row([1, 10, 100]), "y": row([1e-6, 1, 1e6])])])
      }
    ),
    (
      "grid",
      {
        try Figure(
          panels: [
            try figure(["title": .text("a")], [("line", ["x": row([1, 2])])]),
            try figure(["title": .text("b")], [("bars", ["x": row([1, 2])])]),
            try figure([("hist", ["values": row([1, 2, 2])])]),
          ], columns: 2, title: "three")
      }
    ),
    (
      "raw-commands",
      {
        try figure([("line", ["x": row([1, 2])])])
          .adding(commands: "set border 15", allowingShell: false)
      }
    ),
    ("empty", { Figure() }),
  ]

  static func figure(_ layers: [(String, [String: PlotArgument])]) throws -> Figure {
    try figure([:], layers)
  }
}
