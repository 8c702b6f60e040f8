/// Every kind of layer. The builtins, their documentation and the gallery derive from it.
package enum LayerTable {
  package static let kinds: [LayerKind] = [
    LineLayer.kind,
    PointsLayer.kind,
    BarsLayer.kind,
    HistLayer.kind,
    ErrorbarsLayer.kind,
    BandLayer.kind,
    HeatmapLayer.kind,
    ContourLayer.kind,
    SurfaceLayer.kind,
    VectorsLayer.kind,
    ImageLayer.kind,
    TextLayer.kind,
    HLineLayer.kind,
    VLineLayer.kind,
  ]

  package static func kind(named name: String) -> LayerKind? {
    kinds.first { $0.name == name }
  }
}
