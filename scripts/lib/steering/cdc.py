"""Hits, wires and muon pairs of the CDC, after unpacking and tracking.

The trees are those of basf2's own collectors, whose modules cannot be read from here yet; a
file that is reduced already, with these columns, is what the calibrations need.
"""

import flat

flat.columns_only("cdc.py", {
    "cdc_hits": "lay IWire x_mea x_u x_b alpha theta t t_fit adc board weight Pval ndf half_cell event_t0".split(),
    "wire_crossings": "layerID wireID z isFound".split(),
    "mumu_fudge": "pt_pos pt_neg pt_pos_err pt_neg_err d0_pos d0_neg d0_pos_err d0_neg_err z0_pos z0_neg z0_pos_err "
                  "z0_neg_err theta_pos theta_neg ecl_energy dphi_cms dtheta_cms".split(),
})
