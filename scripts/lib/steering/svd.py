"""Clusters of the SVD with their times by three algorithms, and decays with known daughters.

The trees are those of basf2's own collectors, whose modules cannot be read from here yet; a
file that is reduced already, with these columns, is what the calibrations need.
"""

import flat

flat.columns_only("svd.py", {
    "svd_clusters": "layer ladder sensor side algorithm size raw_time time event_t0 event_t0_sync".split(),
    "lambda": "InvM ProtonMomentum ProtonSVDdEdx PionLambdaMomentum PionLambdaSVDdEdx".split(),
    "dstar": "deltaM KaonMomentum KaonSVDdEdx PionDMomentum PionDSVDdEdx".split(),
    "gamma": "InvM electronMomentum electronSVDdEdx positronMomentum positronSVDdEdx".split(),
})
