"""Writes the files of Tests/Reference/files: arrays in NumPy's formats, for the tests of DataKit.

Run with a Python that has NumPy, from any folder.
"""

import pathlib

import numpy as np
from numpy.lib import format as npy

folder = pathlib.Path(__file__).with_name("files")
folder.mkdir(exist_ok=True)


def save(name, array, version=None):
    with open(folder / (name + ".npy"), "wb") as file:
        npy.write_array(file, np.asanyarray(array), version=version)


counting = np.arange(6).reshape(2, 3)
for name, dtype in {
    "bool": "?", "u8": "u1", "i8": "i1", "i32": "i4", "i64": "i8", "f32": "f4", "f64": "f8", "c64": "c8", "c128": "c16",
}.items():
    save(name, counting.astype(dtype))
    if dtype not in ("?", "u1", "i1"):
        save(name + "_big", counting.astype(">" + dtype))
save("fortran", np.asfortranarray(counting))
save("version2", counting, (2, 0))
save("version3", counting, (3, 0))
save("scalar", np.float64(2.5))
save("empty", np.zeros((0, 3)))
save("half", np.array([1, -2.5, 6e-8, 65504, np.inf, -0.0], "f2"))
save("i16", np.array([-5, 300], "i2"))
save("u16", np.array([5, 65535], ">u2"))
save("u32", np.array([5, 2**32 - 1], "u4"))
save("u64", np.array([5, 2**63 - 1], "u8"))
save("u64_large", np.array([2**64 - 1], "u8"))
save("text", np.array(["a", "b"]))
save("records", np.zeros(2, dtype=[("x", "f8")]))
np.savez(folder / "stored.npz", a=counting, b=np.eye(2))
np.savez_compressed(folder / "deflated.npz", a=counting, b=np.eye(2), long=np.zeros(2000))
