"""Flat ROOT trees out of basf2: one row per hit, track or pair.

The steering files beside this one are started by basf2 with an input file (-i), an output file (-o),
perhaps a number of events (-n), and, after `--`, the names of the trees that are wanted and options.
Every tree gets the columns exp, run and event. The tree `events` has one row per event.
"""

import argparse
import array
import sys

import basf2
import ROOT
from ROOT import Belle2

# Letters of ROOT and of the array module for the types of columns.
TYPES = {"f": ("F", "f"), "d": ("D", "d"), "i": ("I", "i"), "u": ("i", "I")}


def options(*names, switches=()):
    """The trees that are wanted, `constants`, and the options named here."""
    parser = argparse.ArgumentParser()
    parser.add_argument("trees", nargs="+")
    parser.add_argument("--constants", help="local database with the constants in force")
    for name in names:
        parser.add_argument(f"--{name}", default="")
    for name in switches:
        parser.add_argument(f"--{name}", action="store_true")
    found = parser.parse_args()
    if found.constants:
        basf2.conditions.prepend_testing_payloads(found.constants)
    return found


def open_input(path):
    """Reads the file that basf2 was started with."""
    path.add_module("RootInput")
    path.add_module("Gearbox")
    path.add_module("Geometry")


class Trees(basf2.Module):
    """Writes trees; `tables` maps a name to (columns, rows).

    Columns map a name to the letter of its type, or to a letter and a length. `rows` is called once per event and
    yields a tuple of values in the order of the columns, a list where the column has a length.
    """

    def __init__(self, tables):
        super().__init__()
        self.tables = {"events": ({}, lambda: [()]), **tables}
        self.filled = []

    def initialize(self):
        name = Belle2.Environment.Instance().getOutputFileOverride()
        self.file = ROOT.TFile(name, "RECREATE")
        for name, (columns, rows) in self.tables.items():
            tree = ROOT.TTree(name, name)
            buffers = []
            every = {"exp": "i", "run": "i", "event": "u", **columns}
            for column, kind in every.items():
                letter, length = (kind[0], int(kind[1:])) if len(kind) > 1 else (kind, 1)
                code, of_array = TYPES[letter]
                buffer = array.array(of_array, [0] * length)
                size = f"[{length}]" if length > 1 else ""
                tree.Branch(column, buffer, f"{column}{size}/{code}")
                buffers.append(buffer)
            self.filled.append((tree, buffers, rows))

    def event(self):
        meta = Belle2.PyStoreObj("EventMetaData")
        head = (meta.getExperiment(), meta.getRun(), meta.getEvent())
        for tree, buffers, rows in self.filled:
            for row in rows():
                for buffer, value in zip(buffers, head + tuple(row)):
                    if len(buffer) == 1:
                        buffer[0] = value
                    else:
                        buffer[:] = array.array(buffer.typecode, value)
                tree.Fill()

    def terminate(self):
        self.file.Write()
        self.file.Close()


def run(path, tables, wanted):
    """Processes the file and writes the trees that are wanted."""
    unknown = [name for name in wanted if name not in tables and name != "events"]
    if unknown:
        sys.exit(f"no rows are made here for {', '.join(unknown)}; there are {', '.join(tables)}")
    path.add_module(Trees({name: tables[name] for name in wanted if name in tables}))
    basf2.process(path)


def columns_only(file, tables):
    """Says which columns a tree must have whose rows only basf2's own modules can make."""
    lines = [f"{name}: {', '.join(columns)}" for name, columns in tables.items()]
    sys.exit(f"{file} does not make its trees yet. They must have the columns\n  " + "\n  ".join(lines))
