package import Runtime

/// Attention of a decoder to a long past: caches of keys and values, and methods that choose what
/// of them is read.
package let attentionKit = Kit(name: "attention", builtins: CacheBuiltins.all)
