internal import CKernels
package import TensorCore

/// Which positions a single query attends to.
package enum AttentionMethod: Hashable, Sendable {
  /// All of them.
  case full
  /// The first `sinks` and the newest.
  case streaming(budget: Int, sinks: Int)
  /// Runs of `page` positions by the largest product that the bounds of their channels allow.
  case quest(budget: Int, page: Int)
  /// Those whose codes are nearest to the query's.
  case adamas(budget: Int, code: KeyCode, metric: CodeDistance)
  /// Those with the largest products.
  case oracle(budget: Int)
  /// Any, by chance.
  case random(budget: Int, seed: Int)

  /// A method's name in the language.
  package enum Kind: String, CaseIterable, Sendable {
    case full, streaming, quest, adamas, oracle, random
  }

  package var kind: Kind {
    switch self {
    case .full: .full
    case .streaming: .streaming
    case .quest: .quest
    case .adamas: .adamas
    case .oracle: .oracle
    case .random: .random
    }
  }

  /// - Throws: `argument` for numbers that make no sense, named as the fields of a method's record.
  package func checked() throws(TensorError) -> AttentionMethod {
    if let budget, budget < 1 { throw fault("budget", String(budget), "at least 1") }
    switch self {
    case .streaming(let budget, let sinks):
      guard (0..<budget).contains(sinks) else {
        throw fault("sinks", String(sinks), "from 0 to \(budget - 1), less than the budget")
      }
    case .quest(_, let page):
      guard page > 0, CachePage.positions % page == 0 else {
        throw fault("page", String(page), "a power of two from 1 to \(CachePage.positions)")
      }
    case .full, .adamas, .oracle, .random: break
    }
    return self
  }

  /// - Throws: `argument` where the method does not go with keys of this width.
  func check(_ operation: String, _ layout: CacheLayout) throws(TensorError) {
    guard case .adamas(_, let code, _) = self, code.isTransformed,
      layout.width.nonzeroBitCount != 1
    else { return }
    throw .argument(
      operation: operation, name: "hadamard", value: "true",
      requirement: "false for keys whose width, \(layout.width), is not a power of two")
  }

  /// How many of `length` positions a query attends to at most.
  func positions(of length: Int) -> Int {
    guard let budget, budget < length else { return length }
    guard case .quest(_, let page) = self else { return budget }
    return min(max(budget / page, 1) * page, length)
  }

  private var budget: Int? {
    switch self {
    case .full: nil
    case .streaming(let budget, _), .quest(let budget, _), .adamas(let budget, _, _),
      .oracle(let budget), .random(let budget, _):
      budget
    }
  }

  private func fault(_ name: String, _ value: String, _ requirement: String) -> TensorError {
    .argument(operation: kind.rawValue, name: name, value: value, requirement: requirement)
  }
}

// MARK: - Kernels

extension AttentionMethod {
  /// What must have been derived from the keys.
  var index: IndexKind? {
    switch self {
    case .full, .streaming, .oracle, .random: nil
    case .quest(_, let page): .bounds(span: page)
    case .adamas(_, let code, _): .codes(code)
    }
  }

  /// Without budget and index.
  var kernelSelection: ck_selection {
    var selection = ck_selection()
    switch self {
    case .full, .oracle: selection.kind = CK_SELECT_LARGEST
    case .streaming(_, let sinks):
      selection.kind = CK_SELECT_STREAMING
      selection.sinks = sinks
    case .quest(_, let page):
      selection.kind = CK_SELECT_PAGES
      selection.span = page
    case .adamas(_, let code, let metric):
      selection.kind = CK_SELECT_CODES
      selection.code = code.kernelCode
      selection.metric = metric.kernelMetric
    case .random(_, let seed):
      selection.kind = CK_SELECT_RANDOM
      selection.seed = UInt64(bitPattern: Int64(seed))
    }
    return selection
  }
}
