"""A counted loop over floats: one multiplication and one addition a turn."""
from time import process_time

n = 20_000_000  # smallest 1_000


def total(n):
    sum = 0.0
    for i in range(n):
        sum += i * 0.5
    return sum


start = process_time()
result = total(n)
seconds = process_time() - start
print(f"check {result:.1f}")
print(f"seconds {seconds:.6f}")
