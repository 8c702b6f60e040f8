internal import CMachine

/// Objects of the host (tensor storage, boxed values) that objects of the machine hold.
enum HostObjects {
  /// Tells the machine how to let go of the host's objects; values may be made once this has been
  /// read. Runs once.
  static let areReleasable: Bool = {
    lm_set_host_release { pointer in
      guard let pointer else { return }
      Unmanaged<AnyObject>.fromOpaque(pointer).release()
    }
    return true
  }()
}
