"""Transforms and codes of a few bits, against SciPy and NumPy."""
import numpy as np
import torch
from operations import Data, Half, Number
from scipy.linalg import hadamard

FLOATS = [np.float32, np.float64]


def transformed(x):
    width = x.shape[-1]
    return (x.astype(np.float64) @ hadamard(width) / np.sqrt(width)).astype(x.dtype)


def bits_of(codes, bits):
    """The bits of each row, the lowest of the first code first."""
    places = np.arange(bits)
    return (codes[..., None] >> places & 1).reshape(*codes.shape[:-1], codes.shape[-1] * bits)


def packed(codes, bits):
    return np.packbits(bits_of(codes.astype(np.int64), bits), axis=-1, bitorder="little")


def distance(a, b, metric):
    a, b = a.astype(np.int64), b.astype(np.int64)
    if metric == "xor":
        return (a ^ b).sum(-1)
    return (np.abs(a - b) if metric == "l1" else (a - b) ** 2).sum(-1)


def transforms(writer, data):
    for dtype in FLOATS:
        limit = "n1e-6" if dtype == np.float32 else "n1e-13"
        for width in (1, 2, 4, 8, 16, 64, 128, 256):
            x = data.floats(dtype, (3, width))
            writer.case("hadamard", "hadamard(a)", transformed(x), limit, a=x)
            writer.case("hadamard", "hadamard(hadamard(a))", x, limit, a=x)
        m = data.floats(dtype, (4, 2, 3))
        turned = np.ascontiguousarray(m.transpose(2, 1, 0))
        writer.case("hadamard", "hadamard(transpose(a, (2, 1, 0)))", transformed(turned), limit, a=m)
        writer.case("hadamard", "hadamard(a)", np.zeros((0, 4), dtype), a=np.zeros((0, 4), dtype))
    whole = data.ints(np.int64, (2, 4))
    writer.case("hadamard", "hadamard(a)", transformed(whole.astype(np.float64)), a=whole)
    half = torch.tensor(data.floats(np.float32, (2, 16))).to(torch.bfloat16)
    exact = torch.tensor(transformed(half.float().numpy())).to(torch.bfloat16)
    writer.case("hadamard", "hadamard(a)", Half(exact.float().numpy()), "1e-2",
                a=Half(half.float().numpy()))
    writer.errors("hadamard", "hadamard(\"x\")", "hadamard()", "hadamard([1, 2, 3])", "hadamard(1.0)",
                  "hadamard([1i, 2])", "hadamard(zeros(2, 0))")


def buckets(writer, data):
    for dtype in FLOATS:
        edges = np.array([-10, 0, 10], dtype)
        x = np.array([-10, 0, 10, -10.001, 10.001, -0.0, 5, -5, np.inf, -np.inf, np.nan], dtype)
        for values in (x, data.floats(dtype, (3, 5), -15, 15)):
            writer.case("bucketize", "bucketize(a, b)", (values[..., None] > edges).sum(-1), "0",
                        a=values, b=edges)
        for count in (0, 1, 8, 9, 33):
            edges = np.sort(data.floats(dtype, count))
            values = np.concatenate((data.floats(dtype, 20), edges))
            expected = np.searchsorted(edges, values, side="left")
            assert (torch.bucketize(torch.tensor(values), torch.tensor(edges)).numpy() == expected).all()
            writer.case("bucketize", "bucketize(a, b)", expected, "0", a=values, b=edges)
    whole, edges = data.ints(np.int64, (4, 3)), np.array([-3, 2])
    writer.case("bucketize", "bucketize(a', b)", (whole.T[..., None] > edges).sum(-1), "0",
                a=whole, b=edges)
    writer.case("bucketize", "bucketize(2.5, (1, 2, 3))", Number(np.int64(2)), "0")
    writer.errors("bucketize", "bucketize(1)", "bucketize(1, 2)", "bucketize(1, [2, 1])",
                  "bucketize(1, [0, nan])", "bucketize(1i, [0])", "bucketize(\"x\", [0])")


def packing(writer, data):
    for bits in range(1, 9):
        for width in (1, 2, 3, 5, 8, 16, 31, 128):
            codes = data.ints(np.uint8, (2, width), 0, 2**bits - 1)
            writer.case("pack_codes", f"pack_codes(a, bits = {bits})", packed(codes, bits), "0", a=codes)
            writer.case("unpack_codes", f"unpack_codes(b, bits = {bits}, width = {width})", codes, "0",
                        b=packed(codes, bits))
    codes = data.ints(np.int64, (3, 8), 0, 3)
    writer.case("pack_codes", "pack_codes(a)", packed(codes, 2), "0", a=codes)
    writer.case("pack_codes", "pack_codes(a')", packed(np.ascontiguousarray(codes.T), 2), "0", a=codes)
    words = packed(codes, 2).view(np.uint16)
    eight = sum(codes[:, i].astype(np.int64) << 2 * i for i in range(8))
    assert (words[:, 0] == eight).all()
    writer.case("unpack_codes", "unpack_codes(b)", codes.astype(np.uint8), "0", b=packed(codes, 2))
    writer.case("pack_codes", "pack_codes(a)", np.zeros((2, 0), np.uint8), "0", a=np.zeros((2, 0), np.int64))
    writer.case("unpack_codes", "unpack_codes(b)", np.zeros((2, 0), np.uint8), "0",
                b=np.zeros((2, 0), np.uint8))
    writer.errors("pack_codes", "pack_codes([4])", "pack_codes([-1])", "pack_codes([300])", "pack_codes(1)",
                  "pack_codes([1.0])", "pack_codes([1], bits = 0)", "pack_codes([1], bits = 9)",
                  "pack_codes([2], bits = 1)")
    writer.errors("unpack_codes", "unpack_codes([1])", "unpack_codes(u8([1]), width = 5)",
                  "unpack_codes(u8([1]), width = -1)", "unpack_codes(u8([1]), bits = 9)",
                  "unpack_codes(u8(1))")


def distances(writer, data):
    pairs = np.array([(i, j) for i in range(4) for j in range(4)], np.uint8)
    for metric in ("l1", "l2", "xor"):
        a, b = packed(pairs[:, :1], 2), packed(pairs[:, 1:], 2)
        writer.case("code_distance", f"code_distance(a, b, metric = \"{metric}\")",
                    distance(pairs[:, :1], pairs[:, 1:], metric), "0", a=a, b=b)
        for bits in (1, 2, 3, 5, 8):
            for width in (1, 7, 31, 64, 65, 128):
                x = data.ints(np.uint8, (5, width), 0, 2**bits - 1)
                y = data.ints(np.uint8, (3, 1, width), 0, 2**bits - 1)
                writer.case("code_distance", f"code_distance(a, b, bits = {bits}, metric = \"{metric}\")",
                            distance(x, y, metric), "0", a=packed(x, bits), b=packed(y, bits))
    x, y = data.ints(np.uint8, (4, 6), 0, 255), data.ints(np.uint8, 4, 0, 255)
    codes = lambda v: np.stack([v >> 2 * i & 3 for i in range(4)], -1).reshape(*v.shape[:-1], -1)
    writer.case("code_distance", "code_distance(a', b)",
                distance(codes(np.ascontiguousarray(x.T)), codes(y), "l1"), "0", a=x, b=y)
    writer.case("code_distance", "code_distance(b, b)", Number(np.int64(0)), "0", b=y)
    writer.case("code_distance", "code_distance(a, b)", np.zeros(2, np.int64), "0",
                a=np.zeros((2, 0), np.uint8), b=np.zeros(0, np.uint8))
    writer.errors("code_distance", "code_distance([1], [1])", "code_distance(u8([1]), u8([1, 2]))",
                  "code_distance(u8(1), u8(1))", "code_distance(u8([1]), u8([1]), bits = 0)",
                  "code_distance(u8([1]), u8([1]), metric = \"l3\")",
                  "code_distance(u8([[1], [2]]), u8([[1], [2], [3]]))", "code_distance(u8([1]))")


def write(writer):
    data = Data(11)
    transforms(writer, data)
    buckets(writer, data)
    packing(writer, data)
    distances(writer, data)
