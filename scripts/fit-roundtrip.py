#!/usr/bin/env python3
"""Fits round-trip time to great-circle distance on the catalogue's measured table: milliseconds = a + b * kilometres.

Pairs of which only one direction was believable are left out. Prints the least squares and the least absolute deviations line, and
how far each, and the estimate the program uses, is from what was measured. No arguments, no packages.
"""
import csv
import math
import pathlib

DATA = pathlib.Path(__file__).resolve().parent.parent / "Sources" / "CatalogueTables" / "Data"


def rows(name):
    with open(DATA / name, newline="", encoding="utf-8") as file:
        return list(csv.reader(file))[1:]


def kilometres(one, other):
    (lat1, lon1), (lat2, lon2) = one, other
    lat1, lon1, lat2, lon2 = map(math.radians, (lat1, lon1, lat2, lon2))
    chord = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371 * math.asin(min(1, math.sqrt(chord)))


def pairs():
    places = {(r[0], r[1]): (float(r[5]), float(r[6])) for r in rows("regions.csv")}
    table = rows("round-trips.csv")
    keys = [(r[0], r[1]) for r in table]
    for row, key in zip(table, keys):
        for cell, other in zip(row[2:], keys):
            if cell and not cell.endswith("m"):
                yield kilometres(places[key], places[other]), float(cell)


def least_squares(points):
    n = len(points)
    mx, my = sum(x for x, _ in points) / n, sum(y for _, y in points) / n
    b = sum((x - mx) * (y - my) for x, y in points) / sum((x - mx) ** 2 for x, _ in points)
    return my - b * mx, b


def least_absolute(points):
    """The line of least absolute deviations goes through two points: from one point to the next by the weighted median of slopes."""
    best, anchor, seen = math.inf, min(points), set()
    line = (0, 0)
    while anchor not in seen:
        seen.add(anchor)
        x0, y0 = anchor
        slopes = sorted(((y - y0) / (x - x0), abs(x - x0), (x, y)) for x, y in points if x != x0)
        half, weight = sum(w for _, w, _ in slopes) / 2, 0
        for slope, w, point in slopes:
            weight += w
            if weight >= half:
                break
        a = y0 - slope * x0
        error = sum(abs(y - a - slope * x) for x, y in points)
        if error < best:
            best, line = error, (a, slope)
        anchor = point
    return line


def report(name, a, b, points):
    errors = sorted(abs(y - a - b * x) for x, y in points)
    relative = sorted(abs(y - a - b * x) / y for x, y in points)
    signed = sorted(a + b * x - y for x, y in points)
    at = lambda values, share: values[min(len(values) - 1, int(share * len(values)))]
    print(
        f"{name:28} {a:6.2f} ms + {b * 1000:6.3f} ms/1000 km   error: median {at(errors, .5):5.1f} ms, 90th percentile "
        f"{at(errors, .9):5.1f} ms; relative: median {at(relative, .5):4.0%}, 90th {at(relative, .9):4.0%}; "
        f"bias: median {at(signed, .5):+5.1f} ms"
    )


points = list(pairs())
lines = [
    ("1.8 x fibre limit + 1 ms", 1.0, 0.018),
    ("least squares", *least_squares(points)),
    ("least absolute deviations", *least_absolute(points)),
]
for name, chosen in [
    ("all", points), ("up to 2000 km", [p for p in points if p[0] <= 2000]),
    ("2000 to 8000 km", [p for p in points if 2000 < p[0] <= 8000]), ("beyond 8000 km", [p for p in points if p[0] > 8000]),
]:
    print(f"{name}: {len(chosen)} pairs")
    for line in lines:
        report(*line, chosen)
