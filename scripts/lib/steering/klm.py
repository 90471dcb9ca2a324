"""Muons in the KLM: crossings, digits, hits per channel, residuals for the alignment.

The trees are those of basf2's own collectors, whose modules cannot be read from here yet; a
file that is reduced already, with these columns, is what the calibrations need.
"""

import flat

flat.columns_only("klm.py", {
    "klm_ext_hits": "planeNumber channel matchedStrip digits outerDigits p".split(),
    "klm_digits": "channelId kind dist recTime flyTime t0".split(),
    "klm_channel_hits": "channel moduleNumber hits".split(),
    "klm_residuals": "component element track pValue residual sigma dlocal[6] dtrack[5]".split(),
})
