extension UnitTable {
  /// The unit that a spelling may have meant; nil when none is near.
  ///
  /// First by its English name (`millivolts` is `mV`), then by letters of another case (`hz`), then
  /// by one letter more, less, different or swapped (`mHzz`, for `mHz`).
  /// - Complexity: O(units · prefixes); for a spelling that is wrong only.
  package static func nearest(to spelling: String) -> String? {
    let wanted = spelling.lowercased()
    if let unit = unit(named: wanted) { return unit }
    let printed = units.flatMap { unit in
      [unit.symbol] + (unit.takesPrefix ? prefixes.map { $0.symbol + unit.symbol } : [])
    }
    // Among several, `mV` before `MV` for `mv`: the one with most letters as they were written.
    func best(_ isNear: (String) -> Bool) -> String? {
      printed.filter { $0 != spelling && isNear($0) }
        .map { unit in
          let changed = zip(unit.unicodeScalars, spelling.unicodeScalars).filter { $0 != $1 }.count
          return (changed, unit.unicodeScalars.count, unit)
        }
        .min(by: <)?.2
    }
    if let unit = best({ $0.lowercased() == wanted }) { return unit }
    guard wanted.unicodeScalars.count > 1 else { return nil }
    return best { $0.unicodeScalars.count > 1 && isOneEdit(from: spelling, to: $0) }
      ?? best { $0.unicodeScalars.count > 1 && isOneEdit(from: wanted, to: $0.lowercased()) }
  }

  /// `millivolts`, `meter`: an English name, with its prefix and perhaps in the plural.
  private static func unit(named name: String) -> String? {
    var names = [name]
    if name.hasSuffix("s") { names.append(String(name.dropLast())) }
    if name.hasSuffix("meter") || name.hasSuffix("liter") {
      names.append(name.dropLast(2) + "re")
    }
    if name.hasSuffix("meters") || name.hasSuffix("liters") {
      names.append(name.dropLast(3) + "re")
    }
    if names.contains("micron") { return "um" }
    for unit in units {
      if names.contains(unit.name) { return unit.symbol }
      guard unit.takesPrefix else { continue }
      for prefix in prefixes where names.contains(prefix.name + unit.name) {
        return prefix.symbol + unit.symbol
      }
    }
    return nil
  }

  /// Whether one insertion, deletion, substitution or swap of neighbours turns `a` into `b`.
  private static func isOneEdit(from a: String, to b: String) -> Bool {
    let a = Array(a.unicodeScalars)
    let b = Array(b.unicodeScalars)
    guard abs(a.count - b.count) <= 1 else { return false }
    let start = zip(a, b).prefix { $0 == $1 }.count
    let restA = a[start...]
    let restB = b[start...]
    if a.count != b.count {
      let (longer, shorter) = a.count > b.count ? (restA, restB) : (restB, restA)
      return longer.dropFirst().elementsEqual(shorter)
    }
    if restA.dropFirst().elementsEqual(restB.dropFirst()) { return true }
    return restA.count >= 2 && restA.prefix(2).reversed().elementsEqual(restB.prefix(2))
      && restA.dropFirst(2).elementsEqual(restB.dropFirst(2))
  }
}
