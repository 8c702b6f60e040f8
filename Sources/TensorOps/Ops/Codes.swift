internal import TensorCore

// Channels written with a few bits, as attention to a long past compares them.

extension OperationTable {
  package static let codeOperations: [Operation] = [
    Operation(
      neural: "hadamard",
      "The orthonormal Walsh–Hadamard transform of the last axis, whose size is a power of two: products of vectors stay what they are, and what stands out in few channels is spread over all. It is its own inverse.",
      [x], example: "hadamard([4.0, 0.0, 0.0, 0.0])", gives: "f64[4] [2. 2. 2. 2.]"
    ) { (arguments) throws(TensorError) in
      let (operands, dtype) = try Variable.neuralOperands("hadamard", [arguments.operand(0)])
      return .one(try operands[0].hadamard().cast(to: dtype))
    },
    Operation(
      name: "bucketize",
      summary: "How many of the ascending `edges` each element is above.",
      parameters: [x, OperationParameter("edges", .tensor)],
      example: "bucketize([-11, -10, 0.5, 10.5], [-10, 0, 10])", gives: "i64[4] [0 0 2 3]",
      derivative: .constant
    ) { (arguments) throws(TensorError) in
      .value(try arguments.tensor(0).bucketized(arguments.tensor(1)))
    },
    Operation(
      name: "pack_codes",
      summary:
        "Codes of `bits` bits packed along the last axis into bytes, the first in the lowest bits.",
      parameters: [OperationParameter("codes", .tensor), bits],
      example: "pack_codes([1, 0, 0, 2, 3])", gives: "u8[2] [129   3]", derivative: .constant
    ) { (arguments) throws(TensorError) in
      .tensor(try arguments.tensor(0).packedCodes(bits: arguments.int(1)))
    },
    Operation(
      name: "unpack_codes",
      summary:
        "The codes in bytes that `pack_codes` made: `width` of them, or as many as the bytes hold.",
      parameters: [packed("packed"), bits, OperationParameter("width", .int, .none)],
      example: "unpack_codes(pack_codes([1, 0, 0, 2, 3]), width = 5)",
      gives: "u8[5] [1 0 0 2 3]", derivative: .constant
    ) { (arguments) throws(TensorError) in
      .tensor(
        try arguments.tensor(0).unpackedCodes(
          bits: arguments.int(1), width: arguments.optionalInt(2)))
    },
    Operation(
      name: "code_distance",
      summary:
        "The distance of packed codes: the sum over the last axis of `|a - b|` (\"l1\"), `(a - b)²` (\"l2\") or `a ^ b` (\"xor\") of each pair of codes; other axes broadcast.",
      parameters: [
        packed("a"), packed("b"), bits, OperationParameter("metric", .string, .string("l1")),
      ],
      example: "code_distance(pack_codes([0, 1, 3]), pack_codes([3, 2, 3]))", gives: "4",
      derivative: .constant
    ) { (arguments) throws(TensorError) in
      guard let distance = CodeDistance(rawValue: arguments.string(3)) else {
        throw .argument(
          operation: "code_distance", name: "metric", value: "\"\(arguments.string(3))\"",
          requirement: "\"l1\", \"l2\" or \"xor\"")
      }
      return .value(
        try Tensor.codeDistance(
          arguments.tensor(0), arguments.tensor(1), bits: arguments.int(2), by: distance))
    },
  ]

  private static let x = OperationParameter("x", .tensor)
  private static let bits = OperationParameter("bits", .int, .int(2))

  private static func packed(_ name: String) -> OperationParameter {
    OperationParameter(name, .tensor)
  }
}
