internal import TensorCore

// Products, systems and decompositions, over the last two axes and batched over the others.

extension OperationTable {
  package static let linearAlgebraOperations: [Operation] =
    productOperations + systemOperations + decompositionOperations

  private static let matrix = OperationParameter("a", .tensor)

  private static let productOperations: [Operation] = [
    Operation(
      name: "matmul",
      summary: """
        The matrix product, as `a @ b`; with a dtype, computed in it and given as it: \
        `matmul(a, b, dtype = i32)` of i8 operands cannot pass their range.
        """,
      parameters: [
        matrix, OperationParameter("b", .tensor), OperationParameter("dtype", .dtype, .none),
      ],
      example: "matmul([[1, 2], [3, 4]], [1, 1])", gives: "i64[2] [3 7]",
      derivative: .matrixProduct
    ) { (arguments) throws(TensorError) in
      guard let dtype = arguments.optionalDType(2) else {
        return .value(try arguments.tensor(0).matmul(arguments.tensor(1)))
      }
      return .value(try arguments.tensor(0).matmul(arguments.tensor(1), as: dtype))
    },
    Operation(
      name: "dot", summary: "The inner product of two vectors; of matrices their product.",
      parameters: [matrix, OperationParameter("b", .tensor)],
      example: "dot([1, 2, 3], [4, 5, 6])", gives: "32",
      derivative: .matrixProduct
    ) { (arguments) throws(TensorError) in
      .value(try arguments.tensor(0).dot(arguments.tensor(1)))
    },
    Operation(
      name: "outer",
      summary: "The product of every element of one vector with every element of the other.",
      parameters: [matrix, OperationParameter("b", .tensor)],
      example: "outer([1, 2], [3, 4])", gives: "i64[2, 2]\n[[3 4]\n [6 8]]",
      derivative: .outerProduct
    ) { (arguments) throws(TensorError) in
      .tensor(try arguments.tensor(0).outer(arguments.tensor(1)))
    },
    Operation(
      name: "kron",
      summary: "The Kronecker product: each element of `a` times the whole of `b`, in blocks.",
      parameters: [matrix, OperationParameter("b", .tensor)],
      example: "kron([1, 10], [1, 2])", gives: "i64[4] [ 1  2 10 20]",
      derivative: .kronecker
    ) { (arguments) throws(TensorError) in
      .tensor(try arguments.tensor(0).kron(arguments.tensor(1)))
    },
    Operation(
      name: "trace", summary: "The sum of a diagonal of a matrix.",
      parameters: [matrix, OperationParameter("offset", .int, .int(0))],
      example: "trace([[1, 2], [3, 4]])", gives: "5",
      derivative: .trace
    ) { (arguments) throws(TensorError) in
      .value(try arguments.tensor(0).trace(offset: arguments.int(1)))
    },
  ]

  private static let systemOperations: [Operation] = [
    Operation(
      name: "solve", summary: "The `x` with `a @ x == b`; a singular `a` is an error.",
      parameters: [matrix, OperationParameter("b", .tensor)],
      example: "solve([[2.0, 0.0], [0.0, 4.0]], [2.0, 8.0])", gives: "f64[2] [1. 2.]",
      derivative: .solution
    ) { (arguments) throws(TensorError) in
      .tensor(try arguments.tensor(0).solve(arguments.tensor(1)))
    },
    Operation(
      name: "lstsq",
      summary:
        "The `x` that makes `a @ x - b` smallest, of several the shortest; with `details` a record of it, the "
        + "squared residuals, the rank and the singular values.",
      parameters: [
        matrix, OperationParameter("b", .tensor), OperationParameter("rtol", .float, .none),
        OperationParameter("details", .bool, .bool(false)),
      ],
      example: "lstsq([[1.0], [1.0]], [1.0, 3.0]).round(9)", gives: "f64[1] [2.]",
      derivative: .leastSquares
    ) { (arguments) throws(TensorError) in
      let found = try arguments.tensor(0).leastSquares(
        arguments.tensor(1), cutoff: arguments.optionalFloat(2))
      guard arguments.bool(3) else { return .tensor(found.solution) }
      return .record([
        ("solution", .tensor(found.solution)), ("residuals", .tensor(found.residuals)),
        ("rank", .scalar(.int(found.rank))), ("singular_values", .tensor(found.singularValues)),
      ])
    },
    Operation(
      name: "inv", summary: "The inverse; to solve a system, `solve` is faster and more exact.",
      parameters: [matrix],
      example: "inv([[2.0, 0.0], [0.0, 4.0]])", gives: "f64[2, 2]\n[[0.5  0.  ]\n [0.   0.25]]",
      derivative: .inverse
    ) { (arguments) throws(TensorError) in
      .tensor(try arguments.tensor(0).inverse())
    },
    Operation(
      name: "pinv",
      summary: "The pseudo-inverse; singular values at most `rtol` times the largest count as 0.",
      parameters: [matrix, OperationParameter("rtol", .float, .none)],
      example: "pinv([[2.0, 0.0], [0.0, 0.0]])", gives: "f64[2, 2]\n[[0.5 0. ]\n [0.  0. ]]",
      derivative: .pseudoInverse
    ) { (arguments) throws(TensorError) in
      .tensor(try arguments.tensor(0).pseudoInverse(cutoff: arguments.optionalFloat(1)))
    },
    Operation(
      name: "det", summary: "The determinant.", parameters: [matrix],
      example: "det([[2.0, 0.0], [0.0, 3.0]])", gives: "6.0",
      derivative: .determinant
    ) { (arguments) throws(TensorError) in
      .value(try arguments.tensor(0).determinant())
    },
    Operation(
      name: "slogdet",
      summary: "The sign of the determinant and the logarithm of its absolute value.",
      parameters: [matrix],
      example: "slogdet([[1.0, 0.0], [0.0, -1.0]])", gives: "(-1.0, 0.0)",
      derivative: .logDeterminant
    ) { (arguments) throws(TensorError) in
      let (sign, logarithm) = try arguments.tensor(0).signLogDeterminant()
      return .tuple([.value(sign), .value(logarithm)])
    },
    Operation(
      name: "matrix_rank",
      summary: "How many singular values are above a tolerance: the number of independent rows.",
      parameters: [matrix, OperationParameter("tolerance", .float, .none)],
      example: "matrix_rank([[1.0, 2.0], [2.0, 4.0]])", gives: "1",
      derivative: .constant
    ) { (arguments) throws(TensorError) in
      .value(try arguments.tensor(0).matrixRank(tolerance: arguments.optionalFloat(1)))
    },
    Operation(
      name: "norm",
      summary:
        "The length of vectors (one axis) or size of matrices (two axes): Euclidean, or of order 1, 2, inf and so on.",
      parameters: [
        OperationParameter("x", .tensor), OperationParameter("ord", .float, .none),
        OperationParameter("axis", .ints, .none),
        OperationParameter("keepdims", .bool, .bool(false)),
      ],
      example: "norm([3.0, 4.0])", gives: "5.0",
      derivative: .norm
    ) { (arguments) throws(TensorError) in
      let order: Tensor.NormOrder = arguments.optionalFloat(1).map { .power($0) } ?? .euclidean
      return .value(
        try arguments.tensor(0).norm(
          order, axes: arguments.optionalInts(2), keepingAxes: arguments.bool(3)))
    },
  ]

  private static let decompositionOperations: [Operation] = [
    Operation(
      name: "qr",
      summary:
        "`(q, r)` with `q @ r == a`: orthonormal columns and an upper triangle; the `mode` "
        + "\"complete\" makes `q` square.",
      parameters: [matrix, OperationParameter("mode", .string, .string("reduced"))],
      example: "qr([[0.0, 2.0], [1.0, 0.0]])[1].abs()", gives: "f64[2, 2]\n[[1. 0.]\n [0. 2.]]",
      derivative: .orthogonal
    ) { (arguments) throws(TensorError) in
      let mode = arguments.string(1)
      guard mode == "reduced" || mode == "complete" else {
        throw .argument(
          operation: "qr", name: "mode", value: "\"\(mode)\"",
          requirement: "\"reduced\" or \"complete\"")
      }
      let (q, r) = try arguments.tensor(0).qr(isComplete: mode == "complete")
      return .tuple([.tensor(q), .tensor(r)])
    },
    Operation(
      name: "svd",
      summary:
        "`(u, s, v)` with `(u * s) @ v == a`: orthonormal columns, falling singular values, orthonormal rows; "
        + "`full_matrices` makes `u` and `v` square.",
      parameters: [matrix, OperationParameter("full_matrices", .bool, .bool(false))],
      example: "svd([[3.0, 0.0], [0.0, 4.0]])[1]", gives: "f64[2] [4. 3.]",
      derivative: .singular
    ) { (arguments) throws(TensorError) in
      let (u, s, vh) = try arguments.tensor(0).svd(isFull: arguments.bool(1))
      return .tuple([.tensor(u), .tensor(s), .tensor(vh)])
    },
    Operation(
      name: "svdvals", summary: "The singular values alone, falling.", parameters: [matrix],
      example: "svdvals([[3.0, 0.0], [0.0, 4.0]])", gives: "f64[2] [4. 3.]",
      derivative: .singularValues
    ) { (arguments) throws(TensorError) in
      .tensor(try arguments.tensor(0).singularValues("svdvals"))
    },
    Operation(
      name: "eigh",
      summary:
        "`(values, vectors)` of a symmetric or Hermitian matrix: rising eigenvalues, eigenvectors in the columns.",
      parameters: [matrix],
      example: "eigh([[2.0, 0.0], [0.0, 1.0]])[0]", gives: "f64[2] [1. 2.]",
      derivative: .eigen
    ) { (arguments) throws(TensorError) in
      let (values, vectors) = try arguments.tensor(0).eigh()
      return .tuple([.tensor(values), .tensor(vectors)])
    },
    Operation(
      name: "eigvalsh",
      summary: "The eigenvalues of a symmetric or Hermitian matrix alone, rising.",
      parameters: [matrix],
      example: "eigvalsh([[2.0, 0.0], [0.0, 1.0]])", gives: "f64[2] [1. 2.]",
      derivative: .eigenvalues
    ) { (arguments) throws(TensorError) in
      .tensor(try arguments.tensor(0).eigenvaluesHermitian())
    },
    Operation(
      name: "cholesky",
      summary: "The lower triangular `l` with `l @ l' == a`, for a positive definite `a`.",
      parameters: [matrix],
      example: "cholesky([[4.0, 0.0], [0.0, 9.0]])", gives: "f64[2, 2]\n[[2. 0.]\n [0. 3.]]",
      derivative: .cholesky
    ) { (arguments) throws(TensorError) in
      .tensor(try arguments.tensor(0).cholesky())
    },
  ]
}
