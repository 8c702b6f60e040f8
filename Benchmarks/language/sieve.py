"""Element reads and writes: the sieve of Eratosthenes, one element at a time."""
from time import process_time

n = 2_000_000  # smallest 100


def primes(n):
    composite = [False] * (n + 1)
    count = 0
    for i in range(2, n + 1):
        if not composite[i]:
            count += 1
            for j in range(i * i, n + 1, i):
                composite[j] = True
    return count


start = process_time()
result = primes(n)
seconds = process_time() - start
print(f"check {result}")
print(f"seconds {seconds:.6f}")
