internal import Foundation

/// Pictures that a notebook's prose shows from files.
enum PictureFile {
  private static let types = [
    "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif",
    "webp": "image/webp", "svg": "image/svg+xml",
  ]
  /// Larger files are not taken into a page.
  private static let limit = 20 << 20

  /// A `data:` address with the file's content; nil when there is no such picture beside the
  /// notebook.
  static func dataAddress(of path: String, folder: String) -> String? {
    guard !path.contains("://"), let decoded = path.removingPercentEncoding,
      let ending = decoded.split(separator: ".").last, let type = types[ending.lowercased()]
    else { return nil }
    let file = decoded.hasPrefix("/") ? decoded : "\(folder)/\(decoded)"
    guard let size = try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int,
      size <= limit, let data = FileManager.default.contents(atPath: file)
    else { return nil }
    return address(Array(data), type: type)
  }

  static func address(_ data: [UInt8], type: String) -> String {
    "data:\(type);base64,\(Data(data).base64EncodedString())"
  }
}
