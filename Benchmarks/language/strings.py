"""String building: n pieces with a number in each, joined, and the text taken apart again."""
from time import process_time

n = 300_000  # smallest 100


def build(n):
    pieces = []
    for i in range(n):
        pieces.append(f"item {i} of {n}")
    text = ", ".join(pieces)
    count = 0
    for piece in text.split(", "):
        count += len(piece)
    return len(text), count


start = process_time()
result = build(n)
seconds = process_time() - start
print(f"check {result[0]} {result[1]}")
print(f"seconds {seconds:.6f}")
