"""Float arithmetic in nested loops: how many of n × n points stay bounded for 100 steps."""
from time import process_time

n = 400  # smallest 10


def inside(n, steps):
    count = 0
    for row in range(n):
        ci = 2.0 * row / n - 1.0
        for column in range(n):
            cr = 3.0 * column / n - 2.0
            zr = 0.0
            zi = 0.0
            escaped = False
            for _ in range(steps):
                rr = zr * zr
                ii = zi * zi
                if rr + ii > 4.0:
                    escaped = True
                    break
                zi = 2.0 * zr * zi + ci
                zr = rr - ii + cr
            if not escaped:
                count += 1
    return count


start = process_time()
result = inside(n, 100)
seconds = process_time() - start
print(f"check {result}")
print(f"seconds {seconds:.6f}")
