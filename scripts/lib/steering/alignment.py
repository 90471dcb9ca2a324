"""Tracks with residuals and derivatives for the alignment, and muon pairs for its beam spot.

The trees are those of basf2's own collectors, whose modules cannot be read from here yet; a
file that is reduced already, with these columns, is what the calibrations need.
"""

import flat

flat.columns_only("alignment.py", {
    # A row is a track; of each hit there are residual, error, labels of parameters with derivatives, and
    # derivatives with respect to the track, all of fixed length.
    "mille_tracks": "p_value hits_residual hits_sigma hits_labels hits_dglobal hits_dlocal".split(),
    "bs_events": "time mu0_d0 mu0_z0 mu0_phi0 mu0_tanlambda mu1_d0 mu1_z0 mu1_phi0 mu1_tanlambda".split(),
})
