internal import Diagnostics

/// Writes a notebook back with some blocks changed; every other byte stays as it is.
package struct NotebookWriter: Sendable {
  private let document: NotebookDocument
  private var edits: [(range: Range<Int>, text: String)] = []

  package init(_ document: NotebookDocument) { self.document = document }

  /// Replaces a cell's code; its fence and its option lines stay.
  package mutating func replaceCode(of cell: Cell, with code: String) {
    let lines = code.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    replace(cell.fence, with: code.hasSuffix("\n") ? Array(lines.dropLast()) : lines)
  }

  /// Replaces what a claim's fence holds.
  package mutating func replace(_ claim: Claim, with lines: [String]) {
    replace(claim.fence, with: lines)
  }

  /// Replaces a stretch of the file.
  package mutating func replace(_ range: Range<Int>, with text: String) {
    edits.append((range, text))
  }

  /// The bytes of the changed file.
  package var bytes: [UInt8] {
    var result: [UInt8] = []
    var position = 0
    let original = document.source.bytes
    for edit in edits.sorted(by: { $0.range.lowerBound < $1.range.lowerBound })
    where edit.range.lowerBound >= position {
      result += original[position..<edit.range.lowerBound]
      result += Array(edit.text.utf8)
      position = edit.range.upperBound
    }
    return result + original[position...]
  }

  private var lineEnd: String { document.usesCarriageReturns ? "\r\n" : "\n" }

  private mutating func replace(_ fence: Fence, with lines: [String]) {
    let indentation = String(repeating: " ", count: fence.indentation)
    let text = lines.map { ($0.isEmpty ? "" : indentation) + $0 + lineEnd }.joined()
    edits.append((fence.body, text))
    let longest = Self.longestRun(in: lines, of: opening(of: fence).mark)
    let length = opening(of: fence).length
    guard longest >= length else { return }
    // A line of the new content would close the fence: make the fence longer.
    let mark = String(repeating: opening(of: fence).mark, count: longest + 1)
    let start = fence.whole.lowerBound + fence.indentation
    edits.append((start..<(start + length), mark))
    edits.append((fence.body.upperBound..<fence.whole.upperBound, indentation + mark))
  }

  private func opening(of fence: Fence) -> (mark: Character, length: Int) {
    let bytes = document.source.bytes[(fence.whole.lowerBound + fence.indentation)...]
    guard let mark = bytes.first else { return ("`", 3) }
    return (Character(Unicode.Scalar(mark)), bytes.prefix { $0 == mark }.count)
  }

  private static func longestRun(in lines: [String], of mark: Character) -> Int {
    lines.map { line in
      line.drop { $0 == " " || $0 == "\t" }.prefix { $0 == mark }.count
    }.max() ?? 0
  }

}
