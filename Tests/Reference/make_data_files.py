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


# Below: files of other programs, written by the packages safetensors and Pillow.


def write_safetensors():
    import torch
    from safetensors.torch import save_file

    tensors = {
        "f64": torch.arange(6, dtype=torch.float64).reshape(2, 3) / 4,
        "f32": torch.arange(3, dtype=torch.float32) / 4,
        "f16": torch.tensor([1.5, -2, 65504], dtype=torch.float16),
        "bf16": torch.tensor([1.5, -2], dtype=torch.bfloat16),
        "i64": torch.tensor([-5, 2**40]),
        "i32": torch.tensor([[7]], dtype=torch.int32),
        "i16": torch.tensor([-300], dtype=torch.int16),
        "i8": torch.tensor([-128, 127], dtype=torch.int8),
        "u8": torch.tensor([0, 255], dtype=torch.uint8),
        "bool": torch.tensor([True, False]),
        "empty": torch.zeros(0, 3),
        "scalar": torch.tensor(2.5),
        "layers.0.w": torch.ones(2, 2),
        "layers.1.w": torch.zeros(1, 2),
    }
    save_file(tensors, folder / "torch.safetensors", metadata={"format": "pt", "by": "a \"test\""})


def write_pictures():
    from PIL import Image

    rng = np.random.default_rng(1)
    grey = np.add.outer(np.arange(9) * 20, np.arange(11) * 3).astype("u1")
    color = rng.integers(0, 256, (9, 11, 4), dtype="u1")
    pictures = {
        "grey": Image.fromarray(grey), "grey16": Image.fromarray(grey.astype("u2") * 257),
        "rgb": Image.fromarray(color[..., :3]), "rgba": Image.fromarray(color),
        "greyalpha": Image.fromarray(color[..., :2], "LA"), "bits": Image.fromarray(grey > 100),
        "palette": Image.fromarray(color[..., :3]).quantize(7),
    }
    for name, picture in pictures.items():
        picture.save(folder / f"{name}.png")
        mode = {"P": "RGB", "1": "L"}.get(picture.mode)
        np.save(folder / f"{name}_png.npy", np.asarray(picture.convert(mode) if mode else picture))


write_safetensors()
write_pictures()
