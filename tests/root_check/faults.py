"""Faults seeded into values and files, to see that the judge finds them."""

import copy
import pathlib
import random
import struct
import tempfile

from notation import failures

LEAVES = 20


def leaves(value, path=()):
    """Places of all single values."""
    if isinstance(value, (dict, list)):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from leaves(value[key], (*path, key))
    else:
        yield path


def changed(value):
    if isinstance(value, bool) or value is None:
        return 2
    if isinstance(value, int):
        return value + 1
    if isinstance(value, float):
        # the smallest step that a single keeps
        return value * (1 + 2**-22) if value else 1e-30
    return value[:-1] + ("y" if value.endswith("x") else "x")


def values(want, chance):
    """Copies of what is expected with one value changed, or left out, or added; with the place."""
    places = [p for p in leaves(want["members"]) if p[-1] not in ("sum", "dtype", "digest")]
    for place in chance.sample(places, min(LEAVES, len(places))):
        other = copy.deepcopy(want)
        *way, last = place
        inner = other["members"]
        for step in way:
            inner = inner[step]
        inner[last] = changed(inner[last])
        yield ".".join(map(str, place)), other
    name = next(iter(want["members"]))
    other = copy.deepcopy(want)
    del other["members"][name]
    yield f"{name} left out", other
    other = copy.deepcopy(want)
    other["members"]["m_added"] = 0
    yield "a member more", other


def shifted(content):
    """The file with the second half of its payload moved by one byte; everything else stays where it is."""
    [first] = struct.unpack_from(">i", content, 100)
    start = 100 + first
    size, _, _, _, head = struct.unpack_from(">ihiih", content, start)
    end = start + size
    middle = start + head + (size - head) // 2
    return content[:middle] + b"\x5a" + content[middle : end - 1] + content[end:]


def run(judge, cases, report):
    """Numbers of faults found and missed."""
    chance = random.Random(1)
    found = missed = 0

    def count(seen, what):
        nonlocal found, missed
        found, missed = found + bool(seen), missed + (not seen)
        if not seen:
            report(f"not found: {what}")

    whole = judge.read([file for file, _ in cases])
    for (file, want), got in zip(cases, whole):
        if list(failures(want, got)):
            raise SystemExit(f"{file} differs before any fault was seeded: run compare first")
        for place, other in values(want, chance):
            count(list(failures(other, got)), f"{file.name}: {place} changed in the values")
    with tempfile.TemporaryDirectory(prefix="b2caf-faults-") as folder:
        damaged = []
        for file, want in cases:
            copied = pathlib.Path(folder) / file.name
            copied.write_bytes(shifted(file.read_bytes()))
            damaged.append((copied, want))
        for dictionary in (True, False):
            possible = [case for case, got in zip(damaged, whole) if dictionary or judge.alone(got["class"])]
            for (file, want), got in zip(possible, judge.read([file for file, _ in possible], dictionary), strict=True):
                way = "with dictionary" if dictionary else "without dictionary"
                count(list(failures(want, got)), f"{file.name} {way}: half of the payload moved by one byte")
    return found, missed
