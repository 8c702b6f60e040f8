"""A counted loop over floats: one multiplication and one addition a turn."""
from time import perf_counter

n = 20_000_000  # smallest 1_000


def total(n):
    sum = 0.0
    for i in range(n):
        sum += i * 0.5
    return sum


start = perf_counter()
result = total(n)
seconds = perf_counter() - start
print(f"check {result:.1f}")
print(f"seconds {seconds:.6f}")
