"""Hits of the TOP, and times from tracks that cross it.

The trees are those of basf2's own collectors, whose modules cannot be read from here yet; a
file that is reduced already, with these columns, is what the calibrations need.
"""

import flat

flat.columns_only("top.py", {
    "top_hits": "slot channel window good".split(),
    "top_pairs": "slot1 slot2 dt0".split(),
    "top_tracks": "slot scan_min scan[200]".split(),
    "top_offset": "offset recBucket t0_minus_top_svd t0_minus_top_cdc".split(),
    "top_photons": "slot pixel seen expected".split(),
    "top_validation": "slot dt".split(),
    "top_chips": "chip dt".split(),
})
