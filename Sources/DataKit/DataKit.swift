package import Runtime

/// Files of data: `save` and `load` of any value, NumPy's `.npy` and `.npz`, safetensors, pictures,
/// tables of text, text and bytes. Files in gzip format are decompressed as they are read, and a
/// name that ends in `.gz` is compressed as it is written.
package let dataKit = Kit(
  name: "data",
  builtins: arrayFileBuiltins + namedTensorBuiltins + tableBuiltins + textFileBuiltins
    + folderBuiltins,
  fileFormats: fileFormats)
