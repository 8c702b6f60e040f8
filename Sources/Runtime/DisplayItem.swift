/// What a value looks like, in one or more formats. A front end shows the richest it can.
package struct DisplayItem: Sendable {
  package struct Representation: Sendable {
    /// `text/plain`, `text/html`, `image/svg+xml`, `image/png`, `application/pdf`, `image/sixel`.
    package let mimeType: String
    package let data: [UInt8]

    package init(mimeType: String, data: [UInt8]) {
      self.mimeType = mimeType
      self.data = data
    }

    package init(text: String) {
      mimeType = "text/plain"
      data = Array(text.utf8)
    }
  }

  package let representations: [Representation]
  /// For figures: a hash of the script and the data (not of pixels), which a claim may name. nil
  /// for other values.
  package let figureHash: String?
  /// For figures: a sentence for readers who do not see the picture.
  package let alternativeText: String?

  package init(
    _ representations: [Representation], figureHash: String? = nil, alternativeText: String? = nil
  ) {
    self.representations = representations
    self.figureHash = figureHash
    self.alternativeText = alternativeText
  }

  package func data(_ mimeType: String) -> [UInt8]? {
    representations.first { $0.mimeType == mimeType }?.data
  }

  /// The `text/plain` form; empty when there is none.
  package var plainText: String {
    data("text/plain").map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}

/// What a front end can show, so that a figure is drawn once and in the right format.
package struct DisplayRequest: Sendable {
  /// Wanted formats for pictures, best first: MIME types as in `DisplayItem.Representation`. The
  /// first that can be made is made;
  /// `text/plain` asks for block characters.
  package var pictureTypes: [String]
  /// In pixels (svg, png) or, for `text/plain`, character columns and rows; nil leaves it to the
  /// figure.
  package var size: (width: Int, height: Int)?
  /// Elements shown before a tensor is summarised, as NumPy's `threshold`.
  package var summaryThreshold: Int

  package init(
    pictureTypes: [String] = ["text/plain"], size: (width: Int, height: Int)? = nil,
    summaryThreshold: Int = 1000
  ) {
    self.pictureTypes = pictureTypes
    self.size = size
    self.summaryThreshold = summaryThreshold
  }
}
