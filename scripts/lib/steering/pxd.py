"""Hits of the PXD, and clusters on the tracks of electron pairs.

The trees are those of basf2's own collectors, whose modules cannot be read from here yet; a
file that is reduced already, with these columns, is what the calibrations need.
"""

import flat

flat.columns_only("pxd.py", {
    "pxd_hits": "sensor u v".split(),
    "pxd_clusters": "sensor uBin vBin ratio charge size".split(),
})
