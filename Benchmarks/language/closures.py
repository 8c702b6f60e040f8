"""Closures: made, kept, passed on and called."""
from time import process_time

n = 1_000_000  # smallest 100


def adder(a):
    return lambda x: x + a


def compose(f, g):
    return lambda x: f(g(x))


def run(n):
    total = 0
    for i in range(n):
        add = adder(i)
        both = compose(add, lambda y: y * 2)
        total = (total + both(i)) % 1_000_003
    return total


start = process_time()
result = run(n)
seconds = process_time() - start
print(f"check {result}")
print(f"seconds {seconds:.6f}")
