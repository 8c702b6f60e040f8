"""Writes Tests/Scripts/dedup/reference.lam: near duplicates among stretches of a book, found again.

Sets of n-grams, exact Jaccard similarities, closed forms and clusters come from plain Python; the
random hash functions from NumPy's Philox. Run with a Python that has NumPy, from any folder.
"""

import decimal
import itertools
import pathlib
import unicodedata

import numpy

folder = pathlib.Path(__file__).parent.parent
book = (folder.parent / "stdlib" / "data" / "alice29.txt").read_bytes().decode().replace("\r\n", "\n")
target = folder / "Scripts" / "dedup" / "reference.lam"
PRIME, MERSENNE, BASE = 67108859, 2**31 - 1, 1103515245


def normalise(text):
    kept = [c for c in unicodedata.normalize("NFD", text).lower() if unicodedata.category(c)[0] != "P"]
    return " ".join("".join(kept).split())


def grams(text, size, by_words):
    text = normalise(text)
    tokens = text.split(" ") if by_words and text else list(text)
    joint = " " if by_words else ""
    if 0 < len(tokens) < size:
        return [joint.join(tokens)]
    return [joint.join(tokens[i : i + size]) for i in range(len(tokens) - size + 1)]


def gram_hash(gram):
    return sum((ord(c) + 1) * pow(BASE, i, MERSENNE) for i, c in enumerate(gram)) % MERSENNE % PRIME


def signature(gram_list, seed, count=2048):
    u = numpy.random.Generator(numpy.random.Philox(key=seed)).random((2, count))
    a = 1 + numpy.floor(u[0] * (PRIME - 1)).astype(numpy.int64)
    b = numpy.floor(u[1] * PRIME).astype(numpy.int64)
    least = numpy.full(count, PRIME, dtype=numpy.int64)
    for gram in gram_list:
        least = numpy.minimum(least, (a * gram_hash(gram) + b) % PRIME)
    return least


def clusters(signatures, bands=128, rows=16):
    label = list(range(len(signatures)))
    for i, j in itertools.combinations(range(len(signatures)), 2):
        same = (signatures[i] == signatures[j])[: bands * rows].reshape(bands, rows)
        if same.all(axis=1).any():
            low, high = sorted((label[i], label[j]))
            label = [low if x == high else x for x in label]
    return label


def jaccard(a, b):
    return len(a & b) / len(a | b)


def listed(numbers):
    return "[" + ", ".join(str(n) for n in numbers) + "]"


# Stretches of 900 characters; each third one is followed by itself with more and more words changed.
documents, code = [], []
for i in range(12):
    stretch = book[3000 + 1000 * i : 3900 + 1000 * i]
    documents.append(stretch)
    if i % 3 == 0:
        for k in (2, 5, 11):
            words = stretch.split(" ")
            changed = [w if n % 40 >= k // 2 or n < 8 else "rabbit" for n, w in enumerate(words)]
            documents.append(" ".join(changed))
texts = [gram for gram in (grams(d, 5, True) for d in documents)]
sets = [set(t) for t in texts]
signatures = [signature(t, 7) for t in texts]
similar = [
    (i, j, jaccard(sets[i], sets[j]))
    for i, j in itertools.combinations(range(len(sets)), 2)
    if sets[i] & sets[j]
]
words = "ταῦτα δέ, ΠΑΝΤΑ ῥεῖ — «Ὡς»! Ångström ﬁ x²+1"
lines = [
    "# Near duplicates among stretches of a book, as plain Python finds them. Written by Tests/Reference/minhash.py.",
    "fn changed(stretch, k) {",
    '  words = enumerate(split(stretch, " "))',
    '  join((if n % 40 >= k // 2 or n < 8 { w } else { "rabbit" } for (n, w) in words), " ")',
    "}",
    "book = data.alice()",
    "documents = ()",
    "for i in 0..12 {",
    "  stretch = book[3000 + 1000 * i:3900 + 1000 * i]",
    "  documents = push(documents, stretch)",
    "  if i % 3 == 0 { for k in (2, 5, 11) { documents = push(documents, changed(stretch, k)) } }",
    "}",
    f"len(documents)  # => {len(documents)}",
    "g = dedup.grams(documents)",
    f"all(g.starts[1:] - g.starts[:-1] == {listed(map(len, texts))})  # => true",
    f"all(g.hashes[:5] == {listed(map(gram_hash, texts[0][:5]))})  # => true",
    f"g.hashes[-1] == {gram_hash(texts[-1][-1])}  # => true",
    "s = dedup.signatures(g, seed = 7)",
    f"all(s[0, ::256] == {listed(signatures[0][::256])})  # => true",
    f"sum(i64(s)) == {sum(int(x.sum()) for x in signatures)}  # => true",
    f"all(dedup.near(documents, seed = 7).cluster == {listed(clusters(signatures))})  # => true",
    "# Exact similarities, and the estimates within four standard deviations.",
    "fn estimate_fits(i, j, exact) {",
    "  exact_here = dedup.jaccard(documents[i], documents[j])",
    "  estimate = dedup.similarity(s[i], s[j])",
    "  abs(exact_here - exact) < 1e-12 and abs(estimate - exact) <= 4 * sqrt(exact * (1 - exact) / 2048)",
    "}",
]
for i, j, exact in similar[:12]:
    lines.append(f"estimate_fits({i}, {j}, {exact!r})  # => true")
lines += [
    "# Characters in place of words, and letters beyond ASCII.",
    f'all(codes(dedup.normalise("{words}")) == {listed(map(ord, normalise(words)))})  # => true',
    f'g = dedup.grams(("{words}", "床前明月光，疑是地上霜。"), size = 3, unit = "characters")',
    f"all(g.starts == {listed([0, len(grams(words, 3, False)), len(grams(words, 3, False)) + len(grams('床前明月光，疑是地上霜。', 3, False))])})  # => true",
    f"all(g.hashes[-3:] == {listed(map(gram_hash, grams('床前明月光，疑是地上霜。', 3, False)[-3:]))})  # => true",
    "# 1 - (1 - J^16)^128 with sixty digits.",
]
with decimal.localcontext() as context:
    context.prec = 60
    for j in ("0.3", "0.5", "0.7", "0.8", "0.95"):
        value = 1 - (1 - decimal.Decimal(j) ** 16) ** 128
        lines.append(f"abs(dedup.collision_probability({j}) / {value:.17g} - 1) < 1e-13  # => true")
target.write_text("\n".join(lines) + "\n")
print([(i, j, round(x, 2)) for i, j, x in similar], clusters(signatures))
