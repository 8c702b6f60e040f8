"""Records: fields read, fields changed in place, and new records made each turn."""
from time import process_time

n = 1_000_000  # smallest 100


class Particle:
    __slots__ = ("x", "y", "vx", "vy")

    def __init__(self, x, y, vx, vy):
        self.x = x
        self.y = y
        self.vx = vx
        self.vy = vy


class Tally:
    __slots__ = ("turns", "bounces")

    def __init__(self):
        self.turns = 0
        self.bounces = 0


def moved(p, dt):
    return Particle(p.x + p.vx * dt, p.y + p.vy * dt, p.vx, p.vy)


def run(n):
    p = Particle(0.0, 0.0, 1.0, 0.5)
    tally = Tally()
    for _ in range(n):
        p = moved(p, 0.0123)
        tally.turns += 1
        if p.x > 1.0 or p.x < 0.0:
            p.vx = -p.vx
            tally.bounces += 1
        if p.y > 1.0 or p.y < 0.0:
            p.vy = -p.vy
            tally.bounces += 1
    return p, tally


start = process_time()
p, tally = run(n)
seconds = process_time() - start
print(f"check {tally.turns} {tally.bounces} {p.x:.6f} {p.y:.6f}")
print(f"seconds {seconds:.6f}")
