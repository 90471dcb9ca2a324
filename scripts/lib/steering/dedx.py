"""Ionisation of tracks in the CDC: electrons from Bhabha events, or one sample of known particles.

`dedx_tracks` has a row per track, `dedx_hits` one per hit of it. The samples had_pion_kaon, had_proton, had_muon and
had_electron have the columns mass, p, costh, charge, nhits, dedx and dedxnosat.
"""

import basf2
import flat
import reconstruction
from ROOT import Belle2


def tracks():
    for track in Belle2.PyStoreArray("CDCDedxTracks"):
        yield (track.getDedx(), track.getCosTheta(), track.getCharge(), track.getMomentum(),
               track.getInjectionTime(), track.getInjectionRing())


def hits():
    for track in Belle2.PyStoreArray("CDCDedxTracks"):
        for i in range(track.size()):
            yield track.getWire(i), track.getHitLayer(i), track.getDedx(i), track.getADCCount(i), track.getEntaRS(i)


found = flat.options("sample", "trigger")
path = basf2.create_path()
flat.open_input(path)
reconstruction.prepare_cdst_analysis(path=path)
if found.trigger:
    lines = [f"software_trigger_cut&skim&{line}" for line in found.trigger.split(",")]
    skim = path.add_module("TriggerSkim", triggerLines=lines)
    skim.if_value("== 0", basf2.create_path(), basf2.AfterConditionPath.END)
path.add_module("CDCDedxCorrection", relativeCorrections=False)
flat.run(path, {
    "dedx_tracks": ({"dedx": "f", "costh": "f", "charge": "i", "pt": "f", "injtime": "f", "injring": "i"}, tracks),
    "dedx_hits": ({"wire": "i", "layer": "i", "hitdedx": "f", "adccorr": "f", "entaRS": "f"}, hits),
}, found.trees)
