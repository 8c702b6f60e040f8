internal import Diagnostics

// Diagnostics as bytes, with the texts they point into.

extension ByteWriter {
  mutating func diagnostic(_ diagnostic: Diagnostic) {
    string(diagnostic.code.rawValue)
    bool(diagnostic.severity == .error)
    string(diagnostic.message)
    location(diagnostic.location)
    string(diagnostic.note)
    int(diagnostic.labels.count)
    for label in diagnostic.labels {
      location(label.location)
      string(label.text)
    }
    optional(diagnostic.hint)
    int(diagnostic.trace.count)
    for frame in diagnostic.trace {
      string(frame.call)
      location(frame.location)
      int(frame.count)
    }
  }

  private mutating func location(_ location: Location?) {
    bool(location != nil)
    guard let location else { return }
    string(location.source.name)
    string(location.source.part)
    string(location.source.text)
    int(location.source.firstLine)
    bool(location.source.isStandardModule)
    int(Int(location.span.start))
    int(Int(location.span.end))
  }
}

extension ByteReader {
  mutating func diagnostic() throws(ByteFault) -> Diagnostic {
    guard let code = DiagnosticCode(rawValue: try string()) else { throw ByteFault() }
    let isError = try bool()
    let message = try string()
    let location = try location()
    let note = try string()
    var labels: [Diagnostic.Label] = []
    for _ in 0..<(try count()) {
      guard let place = try self.location() else { throw ByteFault() }
      labels.append(Diagnostic.Label(place, try string()))
    }
    let hint = try optional()
    var trace: [Diagnostic.Frame] = []
    for _ in 0..<(try count()) {
      let call = try string()
      let place = try self.location()
      trace.append(Diagnostic.Frame(call: call, location: place, count: try int()))
    }
    var result = Diagnostic(
      code, message, at: location, note: note, labels: labels, hint: hint, trace: trace)
    result.severity = isError ? .error : .warning
    return result
  }

  private mutating func location() throws(ByteFault) -> Location? {
    guard try bool() else { return nil }
    let name = try string()
    let part = try string()
    let text = try string()
    let firstLine = try int()
    let isStandardModule = try bool()
    let span = Span(max(0, try int()), max(0, try int()))
    let known = sources.first {
      $0.name == name && $0.part == part && $0.firstLine == firstLine && $0.text == text
    }
    let source =
      known
      ?? SourceText(
        name: name, part: part, text: text, firstLine: firstLine, isStandardModule: isStandardModule
      )
    if known == nil { sources.append(source) }
    guard Int(span.end) <= source.bytes.count, span.start <= span.end else { throw ByteFault() }
    return Location(source, span)
  }
}
