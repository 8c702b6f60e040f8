internal import TensorCore

/// NumPy's format for several arrays: a zip archive of `.npy` members.
enum NPZFormat {
  /// The arrays by name, in the order of the archive.
  ///
  /// - Throws: `damaged`, `tensor`.
  static func tensors(_ file: FileBytes, name: String) throws(DataError) -> [(
    name: String, tensor: Tensor
  )] {
    let archive = try ZipArchive(file, name: name)
    var result: [(name: String, tensor: Tensor)] = []
    var seen: Set<String> = []
    for member in archive.members where !member.name.hasSuffix("/") {
      let key = member.name.hasSuffix(".npy") ? String(member.name.dropLast(4)) : member.name
      guard seen.insert(key).inserted else {
        throw .damaged(path: name, .member(name: member.name, reason: "stands twice"))
      }
      let content = try archive.content(of: member)
      let tensor = try NPYFormat.tensor(
        content.file, offset: content.offset, count: member.size, name: name, member: member.name)
      result.append((key, tensor))
    }
    return result
  }

  /// The archive of named tensors.
  ///
  /// - Throws: `tensor` for memory or a wish to stop.
  static func bytes(
    of tensors: [(name: String, tensor: Tensor)], compresses: Bool
  ) throws(DataError) -> GrowingBytes {
    var writer = try ZipWriter()
    for entry in tensors {
      let content = try NPYFormat.bytes(of: entry.tensor)
      try writer.add(
        entry.name + ".npy",
        UnsafeRawBufferPointer(start: content.storage.bytes, count: content.count),
        compresses: compresses)
    }
    try writer.finish()
    return writer.bytes
  }
}
