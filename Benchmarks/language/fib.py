"""Calls: the naive Fibonacci numbers."""
from time import process_time

n = 30  # smallest 12


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


start = process_time()
result = fib(n)
seconds = process_time() - start
print(f"check {result}")
print(f"seconds {seconds:.6f}")
