package import Runtime

/// Files of data: NumPy's `.npy` and `.npz`, tables of text, text and bytes. Files in gzip format
/// are decompressed as they are read, and a name that ends in `.gz` is compressed as it is written.
package let dataKit = Kit(
  name: "data", builtins: arrayFileBuiltins + tableBuiltins + textFileBuiltins + folderBuiltins)
