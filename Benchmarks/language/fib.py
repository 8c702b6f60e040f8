"""Calls: the naive Fibonacci numbers."""
from time import perf_counter

n = 30  # smallest 12


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


start = perf_counter()
result = fib(n)
seconds = perf_counter() - start
print(f"check {result}")
print(f"seconds {seconds:.6f}")
