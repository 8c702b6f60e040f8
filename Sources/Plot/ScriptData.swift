/// The data of a script: short sets as text in named blocks, long ones as doubles for the binary
/// file.
package struct ScriptData: Sendable {
  /// One set of the binary file, column after column.
  package struct BinarySet: Sendable {
    package let values: [Double]
    package let rows: Int
    package let columns: Int
  }

  /// The longest set written as text.
  static let longestBlock = 256
  /// What the script calls the file of all binary sets; `CGnuplot` gives gnuplot the file under
  /// this name.
  static let file = "/dev/fd/61"

  private(set) var blocks = ""
  package private(set) var sets: [BinarySet] = []
  private var blockCount = 0
  private var byteCount = 0

  /// Adds columns of one length and returns how `plot` names them.
  ///
  /// - Parameter rowLength: for points on a grid, how many make a row of it; nil for a plain list.
  mutating func add(_ columns: [[Double]], rowLength: Int? = nil) -> String {
    let rows = columns.first?.count ?? 0
    guard rows > ScriptData.longestBlock else { return addBlock(columns, rows: rows, rowLength) }
    var values: [Double] = []
    values.reserveCapacity(rows * columns.count)
    for column in columns { values.append(contentsOf: column) }
    sets.append(BinarySet(values: values, rows: rows, columns: columns.count))
    let skip = byteCount
    byteCount += values.count * MemoryLayout<Double>.size
    let record = rowLength.map { "(\($0),\(rows / max($0, 1)))" } ?? "(\(rows))"
    let format = String(repeating: "%double", count: columns.count)
    return "\"\(ScriptData.file)\" binary skip=\(skip) record=\(record) format=\"\(format)\""
  }

  private mutating func addBlock(_ columns: [[Double]], rows: Int, _ rowLength: Int?) -> String {
    blockCount += 1
    let name = "$data\(blockCount)"
    var text = "\(name) << EOD\n"
    // A set without rows is an error to gnuplot; one undefined point is not.
    if rows == 0 { text += columns.map { _ in "NaN" }.joined(separator: " ") + "\n" }
    for row in 0..<rows {
      if let rowLength, row > 0, row % rowLength == 0 { text += "\n" }
      text += columns.map { GnuplotText.number($0[row]) }.joined(separator: " ") + "\n"
    }
    blocks += text + "EOD\n"
    return name
  }
}
