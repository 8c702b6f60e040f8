/// Figures in characters, for terminals without pictures.
enum TerminalGraphics {
  /// Characters across and down when the terminal does not say.
  static let defaultSize = PictureSize(width: 76, height: 22)

  static func drawn(_ figure: Figure, size: PictureSize?, by process: GnuplotProcess)
    throws(PlotError) -> [UInt8]
  {
    let asked = size ?? defaultSize
    let size = PictureSize(
      width: min(max(asked.width, 30), 400), height: min(max(asked.height, 10), 200))
    let script = try GnuplotScript.make(figure, .text, size: size, on: .page)
    return try process.run(script).bytes
  }
}
