"""Values as JSON: what `read_payload` prints, brought into the notation of the value files, and differences.

Objects are JSON objects of their members, with those of their bases in the same level (TObject's own are left out);
fixed arrays are flat lists, last index fastest; maps are lists of [key, value], sorted by key; sets are sorted lists;
pairs are lists of two; numbers that are not finite are "nan", "inf", "-inf". Vectors of ROOT::Math are their
coordinates; symmetric matrices have `fNrows`, `fNcols`, `fRowLwb`, `fColLwb`, `fNelems` and all elements as `full`.
A histogram has `fName`, `fTitle`, `fNcells`, the axes (`fNbins`, `fXmin`, `fXmax`, `title`, `fXbins`), `fEntries`,
`stats`, `fArray`, `fSumw2`; further members may be given by ROOT's names and are compared too.
TObjArray and TClonesArray have `class` (of what they hold), `fName`, `objects`; the first also `fLowerBound`.
Only for comparison: an array of objects may be given by columns, and a long list by its digest.
"""

import array
import hashlib
import json
import math
import struct
import sys

STATS = ["fTsumw", "fTsumw2", "fTsumwx", "fTsumwx2", "fTsumwy", "fTsumwy2", "fTsumwxy", "fTsumwz", "fTsumwz2", "fTsumwxz", "fTsumwyz"]
AXES = {"fXaxis": 1, "fYaxis": 2, "fZaxis": 3}
# differences of one member that are told one by one
SHOWN = 5
DTYPES = {"f4": "f", "f8": "d", "i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "i8": "q", "u8": "Q"}


class Single(float):
    """A number that is a float in C++."""


class Histogram(dict):
    """In the notation, and all its members in `whole`."""


def parse(line):
    """A line of `read_payload` with its members in the notation."""
    got = json.loads(line, parse_float=lambda text: Single(text) if "E" in text else float(text))
    if "members" in got:
        got["members"] = shown(got["members"])
    return got


def shown(value):
    """A raw value in the notation."""
    if isinstance(value, list):
        return [shown(each) for each in value] if any(type(each) in (list, dict) for each in value) else value
    if not isinstance(value, dict):
        return value
    if "$map" in value:
        return sorted(map(shown, value["$map"]), key=lambda pair: pair[0])
    if "$set" in value:
        return sorted(map(shown, value["$set"]))
    if value.keys() == {"fCoordinates"}:
        return shown(value["fCoordinates"])
    members = {name: shown(each) for name, each in value.items()}
    return histogram(members) if "fNcells" in members and "fXaxis" in members else members


def histogram(whole):
    def axis(members):
        names = ["fNbins", "fXmin", "fXmax", "fXbins"]
        return {"title": members["fTitle"], **{name: members[name] for name in names}}

    dimension = 3 if "fTsumwz" in whole else 2 if "fTsumwy" in whole and "fScalefactor" in whole else 1
    short = {name: whole[name] for name in ("fName", "fTitle", "fNcells", "fEntries", "fArray", "fSumw2")}
    short.update({name: axis(whole[name]) for name, needed in AXES.items() if dimension >= needed})
    short["stats"] = [whole[name] for name in STATS if name in whole]
    result = Histogram(short)
    result.whole = {name: value for name, value in whole.items() if name not in short and name not in AXES}
    return result


def failures(want, got):
    """A line for everything that is not as expected; of one member not more than a few."""
    yield from got["messages"]
    if "members" not in got:
        if not got["messages"]:
            yield "ROOT reads nothing"
        return
    if got["keys"] != want.get("keys", 1):
        yield f"{got['keys']} keys instead of {want.get('keys', 1)}"
    for name in ("key", "class", "version"):
        if want.get(name, got[name]) != got[name]:
            yield f"{name}: expected {want[name]}, ROOT reads {got[name]}"
    counts = {}
    for place, one, other in differences(want["members"], got["members"]):
        member = place.split("[")[0].split(".")[0]
        counts[member] = counts.get(member, 0) + 1
        if counts[member] <= SHOWN:
            yield f"{place}: expected {one}, ROOT reads {other}"
    for member, count in counts.items():
        if count > SHOWN:
            yield f"{member}: {count - SHOWN} more differences"


def differences(want, got, path=""):
    """(place, what is expected, what ROOT reads) for everything that differs."""
    if isinstance(want, dict) and want.get("digest") is True:
        yield from digests(want, got, path)
    elif isinstance(want, dict) and isinstance(got, list) and got and all(isinstance(each, dict) for each in got):
        yield from differences(want, columns(got), path)
    elif isinstance(want, dict) and isinstance(got, dict):
        further = getattr(got, "whole", {})
        for name, value in want.items():
            there = got if name in got else further
            place = f"{path}.{name}" if path else name
            if name in there:
                yield from differences(value, there[name], place)
            else:
                yield place, brief(value), "no such member"
        for name, value in got.items():
            if name not in want:
                yield f"{path}.{name}" if path else name, "no such member", brief(value)
    elif isinstance(want, list) and isinstance(got, list):
        if len(want) != len(got):
            yield path, f"{len(want)} elements", f"{len(got)} elements"
        elif not same_numbers(want, got):
            for index, (one, other) in enumerate(zip(want, got)):
                yield from differences(one, other, f"{path}[{index}]")
    elif not same(want, got):
        yield path, brief(want), brief(got)


def columns(objects):
    """One list per member, flat."""
    found = {name: [] for name in objects[0]}
    for each in objects:
        for name, value in each.items():
            found[name] += value if isinstance(value, list) else [value]
    return found


def same_numbers(want, got):
    """Quick for long lists; false says nothing."""
    if len(want) < 64 or not all(type(each) in (int, float) for each in want):
        return False
    try:
        if all(type(each) is Single for each in got):
            return array.array("f", want).tobytes() == array.array("f", got).tobytes()
        return all(type(each) is int for each in (*want, *got)) and want == got
    except OverflowError:
        return False


def same(want, got):
    if isinstance(want, (dict, list, str)) or isinstance(got, (dict, list, str)):
        return want == got
    if want is None or got is None:
        return want is got
    # a whole number has no sign of zero
    if isinstance(want, float) and isinstance(got, float) and want == got == 0:
        return math.copysign(1, want) == math.copysign(1, got)
    if isinstance(got, Single):
        try:
            want = struct.unpack("f", struct.pack("f", want))[0]
        except OverflowError:
            return False
        got = struct.unpack("f", struct.pack("f", got))[0]
    return want == got


def digests(want, got, path):
    """Differences of a list that is given by its digest."""
    if not isinstance(got, list):
        yield path, f"{want['count']} elements", brief(got)
        return
    if len(got) != want["count"]:
        yield path, f"{want['count']} elements", f"{len(got)} elements"
    values = array.array(DTYPES[want["dtype"]], got)
    if sys.byteorder == "little":
        values.byteswap()
    found = hashlib.sha256(values.tobytes()).hexdigest()
    if found != want["sha256_big_endian"]:
        yield path, f"digest {want['sha256_big_endian'][:12]}…", f"digest {found[:12]}…"
    ends = len(want["head"]), len(want["tail"])
    yield from differences(want["head"], got[: ends[0]], f"{path} head")
    yield from differences(want["tail"], got[len(got) - ends[1] :], f"{path} tail")


def brief(value):
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "…"
