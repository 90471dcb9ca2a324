"""Hits of the aerogel detector with exactly one of their four time windows set."""

import basf2
import flat
from ROOT import Belle2


def hits():
    for digit in Belle2.PyStoreArray("ARICHDigits"):
        bits = [bit for bit in range(4) if digit.getBitmap() & (1 << bit)]
        if len(bits) == 1:
            yield digit.getModuleID(), digit.getChannelID(), bits[0]


wanted = flat.options().trees
path = basf2.create_path()
flat.open_input(path)
path.add_module("ARICHUnpacker")
flat.run(path, {"arich_hits": ({"module": "i", "channel": "i", "bit": "i"}, hits)}, wanted)
