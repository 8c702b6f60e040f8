"""Float arithmetic on elements: the Sun and four planets, n steps of 0.01 days."""
from math import pi, sqrt
from time import process_time

n = 100_000  # smallest 100


def energy(x, y, z, vx, vy, vz, mass):
    total = 0.0
    for i in range(5):
        total += 0.5 * mass[i] * (vx[i] * vx[i] + vy[i] * vy[i] + vz[i] * vz[i])
        for j in range(i + 1, 5):
            dx = x[i] - x[j]
            dy = y[i] - y[j]
            dz = z[i] - z[j]
            total -= mass[i] * mass[j] / sqrt(dx * dx + dy * dy + dz * dz)
    return total


def scaled(values, factor):
    return [value * factor for value in values]


def dot(a, b):
    return sum(p * q for p, q in zip(a, b))


def simulate(n):
    day = 365.24
    sun = 4 * pi * pi
    x = [0.0, 4.84143144246472090, 8.34336671824457987, 12.8943695621391310, 15.3796971148509165]
    y = [0.0, -1.16032004402742839, 4.12479856412430479, -15.1111514016986312, -25.9193146099879641]
    z = [0.0, -0.103622044471123109, -0.403523417114321381, -0.223307578892655734, 0.179258772950371181]
    vx = scaled([0.0, 0.00166007664274403694, -0.00276742510726411, 0.00296460137564761618, 0.00268067772490389322], day)
    vy = scaled([0.0, 0.00769901118419740425, 0.00499852801234917238, 0.00237847173959480950, 0.00162824170038242295], day)
    vz = scaled([0.0, -0.0000690460016972063023, 0.0000230417297573763929, -0.0000296589568540237556, -0.0000951592254519715870], day)
    mass = scaled([1.0, 0.000954791938424326609, 0.000285885980666130812, 0.0000436624404335156298, 0.0000515138902046611451], sun)
    vx[0] = -dot(vx, mass) / sun
    vy[0] = -dot(vy, mass) / sun
    vz[0] = -dot(vz, mass) / sun
    step = 0.01
    for _ in range(n):
        for i in range(5):
            xi, yi, zi, mi = x[i], y[i], z[i], mass[i]
            vxi, vyi, vzi = vx[i], vy[i], vz[i]
            for j in range(i + 1, 5):
                dx = xi - x[j]
                dy = yi - y[j]
                dz = zi - z[j]
                squared = dx * dx + dy * dy + dz * dz
                magnitude = step / (squared * sqrt(squared))
                mj = mass[j] * magnitude
                vxi -= dx * mj
                vyi -= dy * mj
                vzi -= dz * mj
                mm = mi * magnitude
                vx[j] += dx * mm
                vy[j] += dy * mm
                vz[j] += dz * mm
            vx[i] = vxi
            vy[i] = vyi
            vz[i] = vzi
        for i in range(5):
            x[i] += step * vx[i]
            y[i] += step * vy[i]
            z[i] += step * vz[i]
    return energy(x, y, z, vx, vy, vz, mass)


start = process_time()
result = simulate(n)
seconds = process_time() - start
print(f"check {result:.9f}")
print(f"seconds {seconds:.6f}")
