"""Writes ode.npz: solutions of standard problems by SciPy at tight tolerances, at 11 times each."""

import pathlib

import numpy as np
from scipy.integrate import solve_ivp

PROBLEMS = {
    "lotka": (lambda t, y: [y[0] * (1.5 - y[1]), y[1] * (y[0] - 3)], [1.0, 2.0], 20.0, "DOP853", 1e-13, 1e-14),
    "lorenz": (
        lambda t, y: [10 * (y[1] - y[0]), y[0] * (28 - y[2]) - y[1], y[0] * y[1] - 8 / 3 * y[2]],
        [1.0, 1.0, 1.0], 5.0, "DOP853", 1e-13, 1e-14,
    ),
    "pol": (
        lambda t, y: [y[1], 1000 * (1 - y[0] ** 2) * y[1] - y[0]], [2.0, 0.0], 2000.0, "Radau", 1e-11, 1e-13,
    ),
    "robertson": (
        lambda t, y: [
            -0.04 * y[0] + 1e4 * y[1] * y[2],
            0.04 * y[0] - 1e4 * y[1] * y[2] - 3e7 * y[1] ** 2,
            3e7 * y[1] ** 2,
        ],
        [1.0, 0.0, 0.0], 1e5, "Radau", 1e-11, 1e-14,
    ),
}

values = {}
for name, (f, start, end, method, rtol, atol) in PROBLEMS.items():
    times = np.linspace(0, end, 11)
    values[name] = solve_ivp(f, (0, end), start, method, times, rtol=rtol, atol=atol).y.T
np.savez(pathlib.Path(__file__).with_name("ode.npz"), **values)
