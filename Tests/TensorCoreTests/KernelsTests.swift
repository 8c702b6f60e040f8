import TensorCore
import Testing

/// Memory, interruption: state of the process, so each test has a process of its own.
@Suite struct KernelsTests {
  @Test func aChainAllocatesItsResultAndNoMore() async {
    await #expect(processExitsWith: .success) {
      let n = 4_000_000
      let a = try Tensor.full(Shape([n]), .float(0.5), .f32)
      let leaves: [Operand] = [.tensor(a), .tensor(a), .scalar(.float(0.5)), .scalar(.int(2))]
      let base = Kernels.liveBytes
      Kernels.resetPeak()
      let result = try Tensor.evaluate(FusedExpressionTests.chain, leaves: leaves)
      // A block is at most a quarter larger than asked for.
      try #require(Kernels.peakBytes - base <= n * 4 * 5 / 4 + (1 << 16))
      try #require(result.count == n)
    }
  }

  @Test func aReducedChainAllocatesAConstant() async {
    await #expect(processExitsWith: .success) {
      let a = try Tensor.full(Shape([4_000_000]), .float(0.5), .f32)
      let leaves: [Operand] = [.tensor(a), .tensor(a), .scalar(.float(0.5)), .scalar(.int(2))]
      let base = Kernels.liveBytes
      Kernels.resetPeak()
      _ = try Tensor.evaluate(FusedExpressionTests.chain, leaves: leaves, reducing: .sum)
      try #require(Kernels.peakBytes - base <= 1 << 16)
    }
  }

  @Test func freedMemoryIsNoLongerLive() async {
    await #expect(processExitsWith: .success) {
      let base = Kernels.liveBytes
      for _ in 0..<100 { _ = try Tensor.zeros(Shape([100_000])) }
      try #require(Kernels.liveBytes == base)
    }
  }

  @Test func allocationsBeyondTheLimitAreAnError() async {
    await #expect(processExitsWith: .success) {
      Kernels.limitMemory(toBytes: 10_000_000)
      let error = failure { _ = try Tensor.zeros(Shape([2_000_000])) }
      guard case .outOfMemory(let bytes)? = error else { throw unexpected(error) }
      try #require(bytes == 16_000_000)
      _ = try Tensor.zeros(Shape([1_000_000]))
      Kernels.limitMemory(toBytes: nil)
      _ = try Tensor.zeros(Shape([2_000_000]))
    }
  }

  @Test func sizesBeyondTheAddressSpaceAreAnError() throws {
    for sizes in [[1 << 62], [1 << 31, 1 << 31, 1 << 31], [1 << 50]] {
      guard case .outOfMemory? = failure({ _ = try Tensor.zeros(Shape(sizes)) }) else {
        Issue.record("\(sizes) was allocated")
        continue
      }
    }
  }

  @Test func kernelsStopWhenAskedTo() async {
    await #expect(processExitsWith: .success) {
      let x = try Tensor.ones(Shape([1000, 1000]))
      let transposed = try x.transposed()
      Interruption.request()
      let errors = [
        failure { _ = try Tensor.elementwise(.exp, x) },
        failure { _ = try x.reduced(.sum) }, failure { _ = try x.reduced(.sum, axes: [0]) },
        failure { _ = try transposed.copy() }, failure { _ = try x.cast(to: .f32) },
        failure { _ = try x.extremePosition(largest: true) },
      ]
      Interruption.clear()
      for error in errors {
        guard case .interrupted? = error else { throw unexpected(error) }
      }
      try #require(try x.reduced(.sum).item() == .float(1_000_000))
    }
  }
}

/// Ends an exit test with what came instead of the error it wanted.
private func unexpected(_ error: TensorError?) -> any Error {
  struct Unexpected: Error { let error: TensorError? }
  return Unexpected(error: error)
}
