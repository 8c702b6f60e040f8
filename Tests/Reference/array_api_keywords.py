"""Writes Tests/Scripts/operations/array_api_keywords.lam: keywords of the array API, from NumPy.

From the root: python Tests/Reference/array_api_keywords.py > Tests/Scripts/operations/array_api_keywords.lam
"""
import numpy as np

rng = np.random.default_rng(5)


def text(v):
    v = np.asarray(v)
    if v.ndim: return "[" + ", ".join(map(text, v)) + "]"
    if v.dtype.kind == "b": return str(bool(v)).lower()
    if v.dtype.kind == "c": return f"({v.real:.17g} + ({v.imag:.17g}) * 1i)"
    return repr(v.item())


def case(code, want):
    want = np.asarray(want)
    print(f"shape({code})  # => ({''.join(f'{n}, ' for n in want.shape).rstrip() if want.ndim == 1 else ', '.join(map(str, want.shape))})"
          .replace(",)", ",)"))
    limit = 0 if want.dtype.kind in "iub" else 1e-13
    if want.dtype.kind == "b": print(f"all(({code}) == {text(want)})  # => true")
    else: print(f"max(abs(({code}) - {text(want)})) <= {limit}  # => true")


print("# Keyword arguments of the array API standard, against NumPy.")
x = rng.integers(-9, 9, (2, 3)); f = np.round(rng.normal(size=(3, 2)), 3); z = np.round(rng.normal(size=4) + 1j * rng.normal(size=4), 3)
for s, a in [((1, -2), (0, 1)), ((4, 4), (1, 1)[:1] + (0,)), ((1,), (0, 1))]:
    case(f"roll({text(x)}, {s if len(s) > 1 else s[0]}, axis = {a})", np.roll(x, s if len(s) > 1 else s[0], a))
case(f"diff({text(x)}, axis = 1, prepend = {text(x)}, append = 0)", np.diff(x, axis=1, prepend=x, append=0))
case(f"diff({text(f)}, axis = 0, n = 2, append = {text(f)})", np.diff(f, axis=0, n=2, append=f))
case(f"diff({text(x)}, n = 0, prepend = 5)", np.diff(x, n=0, prepend=5))
case(f"concat(({text(x)}, {text(f)}), axis = none)", np.concatenate((x, f), axis=None))
o = np.argsort(f[:, 0])
case(f"searchsorted({text(f[:, 0])}, {text(f)}, sorter = {text(o)})", np.searchsorted(f[:, 0], f, sorter=o))
case(f"isin({text(x)}, {text(x[0, :2])}, invert = true)", np.isin(x, x[0, :2], invert=True))
for index in (0, 1): case(f"meshgrid({text(x[0])}, {text(f[:, 0])}, indexing = \"ij\")[{index}]", np.meshgrid(x[0], f[:, 0], indexing="ij")[index])
case(f"var({text(f)}, axis = 0, correction = 0.5)", np.sum((f - f.mean(0)) ** 2, 0) / 2.5)
for k in (-1, 1): case(f"tril({text(x)}, k = {k})", np.tril(x, k)); case(f"triu({text(x)}, k = {k})", np.triu(x, k))
case(f"clip({text(x)}, min = -2)", np.maximum(x, -2)); case(f"clip({text(x)}, max = 3)", np.minimum(x, 3))
for name in ("expm1", "log1p", "round", "sign"): case(f"{name}({text(z)})", getattr(np, name)(z))
case(f"expm1({text(z * 1e-9)}) * 1e9", np.expm1(z * 1e-9) * 1e9); case(f"log1p({text(z * 1e-9)}) * 1e9", z - 0.5e-9 * z ** 2)  # log1p of NumPy loses digits there
u, s, v = np.linalg.svd(f)
case(f"abs(svd({text(f)}, full_matrices = true)[0])[:, :2]", np.abs(u)[:, :2])
case(f"abs(linalg.qr({text(f)}, mode = \"complete\")[1])", np.abs(np.linalg.qr(f, "complete")[1]))
for order, python in (('"nuc"', "nuc"), ('"fro"', "fro"), ("1", 1), ("-2", -2)):
    case(f"[linalg.matrix_norm({text(f)}, ord = {order})]", [np.linalg.norm(f, python)])
case(f"fft.ifft(fft.fft({text(z)}, norm = \"ortho\"), norm = \"ortho\")", z)
case("fft.fftfreq(5, d = 0.5)", np.fft.fftfreq(5, .5))
print('roll([1, 2], (1, 2))  # error E0405\nroll([[1, 2]], (1, 2, 3), axis = (0, 1))  # error E0405')
print('qr([[1.0]], mode = "full")  # error E0405\nmatrix_norm([[1.0]], ord = "max")  # error E0405\nfft.ftt([1.0])  # error E0208')
