"""Tracks with residuals and derivatives for the alignment, and muon pairs for its beam spot.

The trees are those of basf2's own collectors, whose modules cannot be read from here yet; a
file that is reduced already, with these columns, is what the calibrations need.
"""

import flat

flat.columns_only("alignment.py", {
    "mille_tracks": "p_value and the records of residuals, errors, labels and derivatives".split(" and "),
    "bs_events": "time mu0_d0 mu0_z0 mu0_phi0 mu0_tanlambda mu1_d0 mu1_z0 mu1_phi0 mu1_tanlambda".split(),
})
