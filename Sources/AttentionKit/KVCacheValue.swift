package import Diagnostics
package import Runtime
internal import TensorCore

/// A cache as a value of the language.
package struct KVCacheValue: ExternalValue {
  package let cache: KVCache

  package init(_ cache: KVCache) { self.cache = cache }

  package var typeName: String { "KVCache" }

  /// `KVCache(1,024 positions, 8 heads of 128, bf16)`
  package var summary: String {
    let layout = cache.layout
    let length = cache.length.formatted + (cache.length == 1 ? " position" : " positions")
    let batches = layout.batch == 1 ? "" : "\(layout.batch.formatted) × "
    let heads = layout.heads.formatted + (layout.heads == 1 ? " head" : " heads")
    let values = layout.valueWidth == layout.width ? "" : " and \(layout.valueWidth.formatted)"
    return "KVCache(\(length), \(batches)\(heads) of \(layout.width.formatted)\(values), "
      + "\(layout.dtype.name))"
  }

  package func display(_ request: DisplayRequest) throws(Diagnostic) -> DisplayItem {
    DisplayItem([DisplayItem.Representation(text: summary)])
  }

  /// Whether sizes, dtype and all positions are equal.
  package func isEqual(to other: any ExternalValue) -> Bool {
    (other as? KVCacheValue)?.cache == cache
  }
}

extension Int {
  /// With a comma between thousands.
  fileprivate var formatted: String {
    let digits = Array(String(self))
    var text = ""
    for (place, digit) in digits.enumerated() {
      if place > 0, (digits.count - place) % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return text
  }
}
