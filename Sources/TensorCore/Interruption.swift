internal import CKernels

/// Asks the kernels of the process to stop: they look between blocks and give up with `TensorError.interrupted`.
package enum Interruption {
  package static func request() { ck_interrupt_request() }

  package static func clear() { ck_interrupt_clear() }

  package static var isRequested: Bool { ck_interrupted() }
}
