internal import Diagnostics

extension Reading {
  /// Reads every cell and claim of the body.
  mutating func readCells() {
    let body = source.bytes[bodyStart...]
    let lines = LineTable(body)
    for block in MarkdownFence.scan(body) {
      guard let fence = makeFence(block, lines) else { continue }
      guard block.info.hasPrefix("{") else { continue }
      guard block.isTopLevel else {
        report(.nestedCell(block.info), fence.info)
        continue
      }
      read(fence, info: block.info, lines: lines, firstContentLine: block.firstLine + 1)
    }
    rejectDuplicateLabels()
  }

  /// Where a block stands; nil, and a problem, when it is not closed.
  private mutating func makeFence(_ block: MarkdownFence, _ lines: LineTable) -> Fence? {
    let opening = lines.range(block.firstLine)
    let bytes = source.bytes
    // Inside a list or quotation the fence stands after the container's marks.
    let marks: [UInt8] = [UInt8(ascii: "`"), UInt8(ascii: "~")]
    guard
      var start = bytes[opening].firstIndex(where: { marks.contains($0) })
    else { return nil }
    let indentation = start - opening.lowerBound
    let mark = bytes[start]
    let length = bytes[start..<opening.upperBound].prefix { $0 == mark }.count
    start += length
    let closing = lines.range(block.lastLine)
    let blanks: [UInt8] = [UInt8(ascii: " "), UInt8(ascii: "\t")]
    let last = bytes[closing].reversed().drop { blanks.contains($0) }
    let isClosed = block.lastLine > block.firstLine && last.prefix { $0 == mark }.count >= length
    var info = start..<opening.upperBound
    while info.lowerBound < info.upperBound, bytes[info.lowerBound] == UInt8(ascii: " ") {
      info = (info.lowerBound + 1)..<info.upperBound
    }
    guard isClosed else {
      if block.isTopLevel {
        report(.unclosedFence(block.info), (opening.lowerBound + indentation)..<opening.upperBound)
      }
      return nil
    }
    let content = lines.fullRange(block.firstLine).upperBound..<closing.lowerBound
    return Fence(
      whole: opening.lowerBound..<closing.upperBound, content: content, body: content, info: info,
      indentation: indentation)
  }

  private mutating func read(
    _ fence: Fence, info: String, lines: LineTable, firstContentLine: Int
  ) {
    guard let close = info.firstIndex(of: "}") else {
      report(.unknownLanguage(String(info.dropFirst()), known: Self.languages), fence.info)
      return
    }
    let language = Self.trimmed(info[info.index(after: info.startIndex)..<close])
    let rest = Self.trimmed(info[info.index(after: close)...])
    // `{=html}` and `{.python}` are other programs' marks for text that is only shown.
    guard !language.hasPrefix("="), !language.hasPrefix(".") else { return }
    if language == "expect" {
      readClaim(fence, attributes: rest, lines: lines, firstLine: firstContentLine)
      return
    }
    guard let kind = Cell.Language(rawValue: language) else {
      report(.unknownLanguage(language, known: Self.languages), fence.info)
      return
    }
    guard rest.isEmpty else {
      report(.optionsOnFence(rest), fence.info)
      return
    }
    readCell(fence, kind, lines: lines, firstLine: firstContentLine)
  }

  private static let languages = Cell.Language.allCases.map(\.rawValue) + ["expect"]

  private mutating func readCell(
    _ fence: Fence, _ language: Cell.Language, lines: LineTable, firstLine: Int
  ) {
    var line = firstLine
    var yaml = ""
    var columns: [(line: Int, column: Int)] = []
    while lines.fullRange(line).lowerBound < fence.content.upperBound {
      let text = lines.text(line)
      let start = text.drop { $0 == " " || $0 == "\t" }
      guard start.hasPrefix("#|") else { break }
      let mark = text.unicodeScalars.count - start.unicodeScalars.count + 2
      columns.append((line, mark))
      yaml += start.dropFirst(2) + "\n"
      line += 1
    }
    var options = CellOptions()
    do {
      let value = try YAMLValue.read(yaml, place: .options) { yamlLine, column in
        guard let first = columns.first else { return fence.content.lowerBound }
        let place = yamlLine < columns.count ? columns[max(0, yamlLine)] : columns.last ?? first
        return lines.offset(line: place.line, scalarColumn: place.column + column)
      }
      if let value { options = try CellOptions(value) }
    } catch {
      problems.append(error)
    }
    let body = min(lines.fullRange(line).lowerBound, fence.content.upperBound)
    let placed = Fence(
      whole: fence.whole, content: fence.content, body: body..<fence.content.upperBound,
      info: fence.info, indentation: fence.indentation)
    let part = options.label.map { "cell \"\($0)\"" } ?? "cell \(cells.count + 1)"
    let code = SourceText(
      name: source.name, part: part, text: content(placed, lines: lines, from: line),
      firstLine: source.position(of: body).line)
    cells.append(
      Cell(
        ordinal: cells.count + 1, language: language, options: options, code: code,
        fence: placed))
  }

  /// The lines of a fence without its indentation, each ended by LF.
  private func content(_ fence: Fence, lines: LineTable, from first: Int) -> String {
    contentLines(fence, lines: lines, from: first).map { $0 + "\n" }.joined()
  }

  private func contentLines(_ fence: Fence, lines: LineTable, from first: Int) -> [String] {
    var result: [String] = []
    var line = first
    while line < lines.count, lines.fullRange(line).lowerBound < fence.body.upperBound {
      var text = lines.text(line)[...]
      for _ in 0..<fence.indentation where text.first == " " { text.removeFirst() }
      result.append(String(text))
      line += 1
    }
    return result
  }

  // MARK: - Claims

  private mutating func readClaim(
    _ fence: Fence, attributes: String, lines: LineTable, firstLine: Int
  ) {
    var tolerances: [String: Double] = [:]
    for attribute in attributes.split(separator: " ") {
      let parts = attribute.split(separator: "=", maxSplits: 1).map(String.init)
      guard ["rtol", "atol"].contains(parts[0]) else {
        report(.unknownKey(parts[0], known: ["rtol", "atol"], place: .claim), fence.info)
        return
      }
      guard parts.count == 2, let value = YAMLValue.float(parts[1]), value >= 0 else {
        report(
          .optionValue(
            option: parts[0], expected: "a number, 0 or more",
            found: parts.count == 2 ? "`\(parts[1])`" : "nothing"), fence.info)
        return
      }
      tolerances[parts[0]] = value
    }
    let text = contentLines(fence, lines: lines, from: firstLine)
    for (index, line) in text.enumerated() {
      if let pattern = ClaimComparison.pattern(ofLine: line),
        (try? Regex<AnyRegexOutput>(pattern)) == nil
      {
        report(.malformedPattern(pattern), lines.range(firstLine + index))
      }
    }
    attach(
      Claim(
        fence: fence, lines: text, rtol: tolerances["rtol"], atol: tolerances["atol"] ?? 0))
  }

  private mutating func attach(_ claim: Claim) {
    guard let cell = cells.last else {
      report(.claimWithoutCell(.noCell), claim.fence.info)
      return
    }
    guard cell.claim == nil else {
      report(.claimWithoutCell(.secondClaim), claim.fence.info)
      return
    }
    guard cell.options.isEvaluated else {
      report(.claimWithoutCell(.cellNotRun), claim.fence.info)
      return
    }
    cells[cells.count - 1] = cell.with(claim)
  }

  // MARK: - Checks

  private mutating func rejectDuplicateLabels() {
    var seen: [String: Span] = [:]
    for cell in cells {
      guard let label = cell.options.label else { continue }
      if let first = seen[label] {
        problems.append(
          NotebookProblem(.duplicateLabel(label, first: first), at: cell.options.labelSpan))
      } else {
        seen[label] = cell.options.labelSpan
      }
    }
  }

  private mutating func report(_ kind: NotebookProblem.Kind, _ range: Range<Int>) {
    problems.append(NotebookProblem(kind, at: Span(range.lowerBound, range.upperBound)))
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    let start = text.drop { $0 == " " || $0 == "\t" }
    return String(trimmedEnd(String(start)))
  }
}
