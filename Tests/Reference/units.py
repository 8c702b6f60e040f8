"""Writes units.txt: units and algebra of quantities, computed by pint (0.25.3).

    python3 units.py > units.txt

Lines, fields separated by tabs:
    unit     expression  factor to coherent SI  exponents
    algebra  steps       magnitude in coherent SI, or `differ`  exponents

`exponents` are those of mass, length, time, current, temperature, amount, luminous intensity.
`steps` are in reverse Polish order: `2|kV/mm`, `+ * /`, `sqrt`, `square`.
"""

import operator
import random
from fractions import Fraction

import pint

registry = pint.UnitRegistry(non_int_type=float, autoconvert_offset_to_baseunit=True)
PREFIXES = {"": "", "f": "femto", "p": "pico", "n": "nano", "u": "micro", "m": "milli",
            "c": "centi", "d": "deci", "h": "hecto", "k": "kilo", "M": "mega", "G": "giga",
            "T": "tera"}
PREFIXABLE = {"m": "meter", "g": "gram", "s": "second", "A": "ampere", "K": "kelvin",
              "mol": "mole", "cd": "candela", "V": "volt", "Ω": "ohm", "S": "siemens",
              "F": "farad", "C": "coulomb", "N": "newton", "J": "joule", "W": "watt",
              "Hz": "hertz", "Pa": "pascal", "Wb": "weber", "T": "tesla", "H": "henry",
              "lx": "lux", "Bq": "becquerel", "Gy": "gray", "Sv": "sievert", "kat": "katal",
              "rad": "radian", "sr": "steradian", "lm": "lumen", "M": "molar", "L": "liter",
              "eV": "electron_volt", "cal": "calorie", "Da": "dalton", "bar": "bar"}
ALONE = {"Å": "angstrom", "min": "minute", "h": "hour", "d": "day", "deg": "degree",
         "atm": "atmosphere", "%": "percent", "ppm": "ppm"}
# pint's millimetre of mercury is density times gravity, not the conventional value; it is left out.
AXES = ["[mass]", "[length]", "[time]", "[current]", "[temperature]", "[substance]",
        "[luminosity]"]
random.seed(11)


def exponents(quantity):
    found = quantity.dimensionality
    fractions = [Fraction(found.get(axis, 0)).limit_denominator(64) for axis in AXES]
    return " ".join(str(f) for f in fractions)


def symbol():
    if random.random() < 0.2:
        text = random.choice(list(ALONE))
        return text, registry.Unit(ALONE[text])
    text = random.choice(list(PREFIXABLE))
    prefix = random.choice(list(PREFIXES))
    spelling = prefix + text
    if spelling in ALONE or (prefix and spelling in PREFIXABLE):
        return symbol()
    return spelling, registry.Unit(PREFIXES[prefix] + PREFIXABLE[text])


def expression():
    text, unit = powered()
    for _ in range(random.choice([0, 0, 1, 1, 2, 3])):
        more, other = powered()
        if random.random() < 0.5:
            text, unit = text + random.choice(["*", " ", "·"]) + more, unit * other
        else:
            text, unit = text + "/" + more, unit / other
    return text, unit


def powered():
    text, unit = symbol()
    choice = random.random()
    if choice < 0.65:
        return text, unit
    if choice < 0.75:
        return text + "^(1/2)", unit ** 0.5
    power = random.choice([2, 3, -1, -2])
    return f"{text}^{power}", unit ** power


def base(unit):
    return registry.Quantity(1.0, unit).to_base_units()


# pint's base unit of mass is the kilogram: its `mks` system is coherent SI.
registry.default_system = "mks"
for prefix, word in PREFIXES.items():
    for text, name in PREFIXABLE.items():
        spelling = prefix + text
        if spelling in ALONE or (prefix and spelling in PREFIXABLE):
            continue
        one = base(registry.Unit(word + name))
        print("unit", spelling, repr(float(one.magnitude)), exponents(one), sep="\t")
for text, name in ALONE.items():
    one = base(registry.Unit(name))
    print("unit", text, repr(float(one.magnitude)), exponents(one), sep="\t")
for _ in range(400):
    text, unit = expression()
    one = base(unit)
    print("unit", text, repr(float(one.magnitude)), exponents(one), sep="\t")

FAMILIES = [("mV", "V", "kV", "uV", "J/C", "V/m*m"), ("nm", "um", "m", "Å", "cm", "m^2/m"),
            ("mS/cm^2", "S/m^2", "S/m/m"), ("ms", "s", "min", "h", "F*Ω"), ("pA", "nA", "A", "C/s"),
            ("uF/cm^2", "F/m^2"), ("mM", "M", "mol/L", "mol/m^3"),
            ("eV", "J", "kcal", "N*m", "V*C")]
NAMES = {**{p + s: w + n for p, w in PREFIXES.items() for s, n in PREFIXABLE.items()}, **ALONE,
         **PREFIXABLE}


def parsed(text):
    """The unit of one of FAMILIES' texts, put together by pint's own arithmetic."""
    unit = registry.Unit("dimensionless")
    sign, token = 1, ""
    for character in text + "*":
        if character in "*/":
            name, _, power = token.partition("^")
            unit = unit * registry.Unit(NAMES[name]) ** (sign * int(power or 1))
            sign, token = (1 if character == "*" else -1), ""
        else:
            token += character
    return unit


def tree(depth, family):
    """Steps and value; mostly of one dimension, so that sums are defined."""
    if depth == 0 or random.random() < 0.2:
        text = random.choice(family)
        number = round(random.uniform(0.5, 900), random.choice([0, 1, 3]))
        return [f"{number!r}|{text}"], registry.Quantity(number, parsed(text))
    kind = random.random()
    if kind < 0.15:
        steps, value = tree(depth - 1, family)
        power, name = random.choice([(2, "square"), (0.5, "sqrt")])
        return steps + [name], None if value is None else value.to_base_units() ** power
    other = family if random.random() < 0.6 else random.choice(FAMILIES)
    left, a = tree(depth - 1, family)
    right, b = tree(depth - 1, other)
    # No differences, so that nothing cancels.
    sign = "+" if kind < 0.6 else random.choice("*/")
    steps = left + right + [sign]
    if a is None or b is None:
        return steps, None
    try:
        return steps, {"+": operator.add, "*": operator.mul, "/": operator.truediv}[sign](a, b)
    except pint.DimensionalityError:
        return steps, None


for _ in range(500):
    steps, value = tree(random.choice([1, 2, 2, 3]), random.choice(FAMILIES))
    if value is None:
        print("algebra", " ".join(steps), "differ", "", sep="\t")
    else:
        value = value.to_base_units()
        print("algebra", " ".join(steps), repr(float(value.magnitude)), exponents(value), sep="\t")
