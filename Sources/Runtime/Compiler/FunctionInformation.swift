internal import CMachine
internal import Diagnostics
internal import Syntax
internal import TensorCore

/// What belongs to compiled code beside its instructions: names and spans for messages, descriptors
/// for the instructions
/// that the host runs. Lives as long as the process, as closures may.
final class FunctionInformation: Sendable {
  /// nil for a lambda and for a cell's top-level code.
  let name: String?
  let signature: Signature
  let documentation: String?
  let source: SourceText
  /// The span of each instruction.
  let spans: [Span]
  /// The spans of an instruction's operands (of a call: its arguments), where it has any.
  let operandSpans: [Int: [Span?]]
  /// The fused expression that an instruction is part of.
  let trees: [FusedTree]
  /// For each instruction the index of its tree, or -1; empty when there are no trees.
  let treeOfInstruction: [Int32]
  let descriptors: [Descriptor]
  /// By cache index.
  let methods: [Int: MethodDescriptor]
  /// Local names by register, for messages.
  let localNames: [Int: String]
  /// Registers from here on are temporaries: dead once the instruction that reads them has run.
  let firstTemporary: Int

  init(
    name: String?, signature: Signature, documentation: String?, source: SourceText, spans: [Span],
    operandSpans: [Int: [Span?]], trees: [FusedTree], treeOfInstruction: [Int32],
    descriptors: [Descriptor], methods: [Int: MethodDescriptor], localNames: [Int: String],
    firstTemporary: Int
  ) {
    self.name = name
    self.signature = signature
    self.documentation = documentation
    self.source = source
    self.spans = spans
    self.operandSpans = operandSpans
    self.trees = trees
    self.treeOfInstruction = treeOfInstruction
    self.descriptors = descriptors
    self.methods = methods
    self.localNames = localNames
    self.firstTemporary = firstTemporary
  }

  static func of(_ reference: ObjectReference) -> FunctionInformation {
    of(reference.cast(to: lm_function.self).pointee.prototype)
  }

  static func of(_ prototype: UnsafePointer<lm_prototype>) -> FunctionInformation {
    Unmanaged<FunctionInformation>.fromOpaque(prototype.pointee.host).takeUnretainedValue()
  }
}

/// A maximal elementwise expression: as scalar instructions it runs in the loop; when one of those
/// meets a tensor, the whole is
/// evaluated at once from its leaves.
struct FusedTree: Sendable {
  enum Leaf: Sendable {
    case register(Int)
    case constant(Scalar)
  }

  let expression: FusedExpression
  let leaves: [Leaf]
  /// The register the last instruction writes.
  let target: Int
  /// The instruction after the last.
  let end: Int
  /// For each step the instruction that does it for scalars, which has its spans.
  let instructionOfStep: [Int]
  /// What the elements are reduced by as they are computed.
  let reduction: Reduction?
}

/// What an instruction of the host needs beside registers.
enum Descriptor: Sendable {
  case call([ArgumentKind])
  case index(IndexDescriptor)
  case path([PathStep])
  case names([String])
  case tuplePattern(count: Int, rest: Int?)
  case contract(ContractDescriptor)
  case module(String)
  case userModule(path: String)
  case formatSpec(String)
}

enum ArgumentKind: Sendable {
  case positional
  case named(String)
  case splat
}

struct IndexDescriptor: Sendable {
  enum Component: Sendable {
    /// The next register.
    case expression
    /// The next three registers: lower, upper, step; `none` where left out.
    case slice
    case newAxis
    case ellipsis
  }

  let first: Int
  let components: [Component]
  let spans: [Span]

  /// From the first part to the last.
  var span: Span? {
    guard let first = spans.first, let last = spans.last else { return nil }
    return first.union(last)
  }

  /// The span of the part for each axis; empty where parts and axes may not go together.
  var spansOfAxes: [Span] {
    let isPlain = components.allSatisfy { component in
      switch component {
      case .expression, .slice: true
      case .newAxis, .ellipsis: false
      }
    }
    return isPlain ? spans : []
  }
}

enum PathStep: Sendable {
  case field(String, Span)
  case index(IndexDescriptor)
}

struct MethodDescriptor: Sendable {
  enum Fallback: Sendable {
    case global(Int)
    case builtin(Int)
    case register(Int)
    case none(candidates: [String])
  }

  let name: String
  let nameSpan: Span
  let fallback: Fallback
  let arguments: [ArgumentKind]
}

/// A parameter's or result's contract, with the registers of the names it binds.
struct ContractDescriptor: Sendable {
  enum Dimension: Sendable {
    case size(Int)
    case name(String, register: Int)
    case any
    case run
  }

  /// The parameter, or nil for the result.
  let parameter: String?
  let type: String
  let dtype: DType?
  let dimensions: [Dimension]?
  let span: Span
}

/// The work that only the host does, by number in the `host` instruction's operand a. Registers
/// start at b.
enum HostOperation: UInt16, Sendable {
  /// b = the tensor stacked of the c values at b.
  case tensor
  /// b = the tensor stacked of the tuple in b.
  case stack
  /// b = the map of c pairs at b.
  case map
  /// b = b transposed.
  case transpose
  /// b = whether b is in b + 1; c: 1 for `not in`.
  case membership
  /// b = the record b with the fields of names(c) set to b + 1 ...
  case with
  /// Takes the value in b apart: its elements go to b + 1 ...; tuplePattern(c) or names(c).
  case destructureTuple
  case destructureRecord
  /// As the two above, but b becomes whether it fits, elements go to b + 1 ...
  case matchTuple
  case matchRecord
  /// b = whether b equals b + 1 (any values).
  case matchEqual
  /// The value in b fits no arm.
  case noMatch
  /// The assertion failed; b: the message or unbound.
  case assertionFailed
  /// Checks the value in b against contract(c).
  case contract
  /// b = the module of module(c) or userModule(c), loaded on first use.
  case module
  /// b = the condition in b as a Bool; `and`, `or` and `not` take scalars only.
  case condition
  /// b = b as text, by formatSpec(c).
  case format
  /// b = the imaginary number of the Float in b.
  case imaginary
}
