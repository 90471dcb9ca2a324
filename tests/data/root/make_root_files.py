#!/usr/bin/env python3
"""Writes the small ROOT files of this folder (uproot >= 5.7). Every value follows from its entry
number by a rule that tests/root_small.rs repeats, so the files need no list of expectations."""

import datetime

import awkward as ak
import numpy as np
import uproot
import uproot.writing._cascadetree as cascade

ENTRIES = 300


def columns(first, last):
    entry = np.arange(first, last)
    counts = entry % 4
    total = int(counts.sum())
    which = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
    time = np.repeat(entry, counts) + 0.25 * which
    hits = ak.zip(
        {
            "t": ak.unflatten(time.astype("f4"), counts),
            "c": ak.unflatten((np.repeat(entry, counts) * 10 + which).astype("i2"), counts),
        }
    )
    return {
        "hit": hits,
        "x": entry * 0.5,
        "pair": np.stack([entry, -entry], axis=1).astype("i4"),
        "big": entry.astype("u8") + np.uint64(2**63),
        "ok": entry % 3 == 0,
        "name": ak.Array([f"entry {i}" + "." * (i % 300) for i in entry]),
    }


def write(path, compression, names, step, tree="dir/sub/tree"):
    with uproot.recreate(path, compression=compression) as file:
        first = {k: v for k, v in columns(0, 1).items() if k in names}
        types = {k: (v.type if isinstance(v, ak.Array) else np.dtype((v.dtype, v.shape[1:]))) for k, v in first.items()}
        out = file.mktree(tree, types)
        for start in range(0, ENTRIES, step):
            rows = columns(start, min(start + step, ENTRIES))
            out.extend({k: rows[k] for k in names})


def without_offsets(self, sink, branch_name, compression, array, offsets):
    """A basket that leaves its entry offsets to be made from the counting leaf."""
    name = uproot.serialization.string(branch_name)
    class_name, title = uproot.serialization.string("TBasket"), uproot.serialization.string(self._name)
    header = uproot.models.TBasket._tbasket_format2
    key_length = uproot.reading._key_format_big.size + len(class_name) + len(name) + len(title) + header.size + 2
    content = array.tobytes()
    packed = uproot.compression.compress(content, compression)
    size = key_length + len(packed)
    location = self._freesegments.allocate(size, dry_run=False)
    key = uproot.reading._key_format_big.pack(
        size, 1004, len(content), uproot._util.datetime_to_code(datetime.datetime.now()), key_length, 0, location,
        self._directory.key.location,
    )
    entries = len(offsets) - 1
    # The size of the offsets is negative when a byte of features follows; its bit 1 says that
    # offsets are to be generated, and so does the flag at the end.
    own = header.pack(3, 32000, 0, entries, key_length + len(content))
    own = own[:6] + (-1000).to_bytes(4, "big", signed=True) + b"\x01" + own[10:]
    sink.write(location, key + class_name + name + title + own + bytes([80]) + packed)
    self._freesegments.write(sink)
    sink.set_file_length(self._freesegments.fileheader.end)
    sink.flush()
    return key_length + len(content), size, location


everything = ["hit", "x", "pair", "big", "ok", "name"]
write("zstd.root", uproot.ZSTD(5), everything, 80)
write("lzma.root", uproot.LZMA(5), ["hit", "x"], 80)
write("lz4.root", uproot.LZ4(4), ["hit", "x"], 80)
write("stored.root", None, ["hit", "x"], 80)
original = cascade.Tree.write_jagged_basket
cascade.Tree.write_jagged_basket = without_offsets
write("no_offsets.root", uproot.ZLIB(1), ["hit", "x"], 80)
cascade.Tree.write_jagged_basket = original
with uproot.recreate("cycles.root", compression=uproot.ZLIB(1)) as file:
    for cycle in (1, 2, 3):
        file.mktree("tree", {"a": "i4"}).extend({"a": np.full(cycle, 10 * cycle, "i4")})
    file["dir/counts"] = np.histogram([0.5, 1.5, 1.5, 9.0, -3.0], bins=4, range=(0, 4))
    file.mkrntuple("events", {"a": "i4"}).extend({"a": np.arange(5, dtype="i4")})
with uproot.recreate("rntuple.root") as file:
    file.mkrntuple("events", {"a": "i4"}).extend({"a": np.arange(5, dtype="i4")})
