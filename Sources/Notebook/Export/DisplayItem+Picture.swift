internal import Runtime

extension DisplayItem {
  /// The picture to write to a file: SVG before PNG.
  var picture: (data: [UInt8], type: String, ending: String)? {
    for format in FigureFormat.allCases {
      if let data = data(format.mimeType) { return (data, format.mimeType, format.rawValue) }
    }
    return nil
  }
}
