"""Writes trigger_expected.json: how many events each line of the software trigger accepts.

    python make_trigger_expected.py folder-with-basf2-files

The answer that counts is the first of the pair, the one with the line's prescale.
"""

import collections
import hashlib
import json
import pathlib
import sys

import uproot

HERE = pathlib.Path(__file__).resolve().parent
RESULTS = "SoftwareTriggerResult/m_results/m_results."


def lines(tree):
    names = tree[RESULTS + "first"].array(library="np")
    answers = tree[RESULTS + "second.first"].array(library="np")
    counts, pair = collections.Counter(), collections.Counter()
    for event_names, event_answers in zip(names, answers):
        accepted = {name for name, answer in zip(event_names, event_answers) if answer == 1}
        counts.update({name: int(name in accepted) for name in event_names})
        few = [name for name in sorted(event_names) if "&skim&accept_" in name][:6]
        pair["all"] += all(name in accepted for name in few[:2])
        pair["any"] += any(name in accepted for name in few)
    return {"lines": counts, "few": few, "any of few": pair["any"], "both of first two": pair["all"]}


def main():
    expected = {}
    for path in sorted(pathlib.Path(sys.argv[1]).glob("*.root")):
        file = uproot.open(path)
        if "tree" in file and any(RESULTS in key for key in file["tree"].keys()):
            md5 = hashlib.md5(path.read_bytes()).hexdigest()
            expected[path.name] = {"md5": md5, "entries": file["tree"].num_entries, **lines(file["tree"])}
    (HERE / "trigger_expected.json").write_text(json.dumps(expected, indent=0) + "\n")


if __name__ == "__main__":
    main()
