"""Muon pairs from the collision point, one row per event with exactly one pair.

`bs_events` has the tracks at the beam line, `bv_events` and `mumu` the momenta after a vertex fit; `hadB` has
reconstructed B mesons, for which the decays must be listed before this file can make it.
"""

import basf2
import flat
import modularAnalysis as analysis
import reconstruction
import vertex
from ROOT import Belle2
from variables import variables

PAIR = "Upsilon(4S):pair"


def hours():
    return Belle2.PyStoreObj("EventMetaData").getTime() / 3.6e12


def pair():
    """Both muons, if there is exactly one pair."""
    found = Belle2.PyStoreObj(PAIR)
    if found.isValid() and found.getListSize() == 1:
        one = found.getParticle(0)
        return [one.getDaughter(0), one.getDaughter(1)]
    return []


def values(names):
    muons = pair()
    if muons:
        yield (hours(), *(variables.evaluate(name, muon) for muon in muons for name in names))


def table(prefixed, names):
    columns = {"time": "d"}
    columns.update({f"mu{i}_{name}": "d" for i in (0, 1) for name in prefixed})
    return columns, lambda: values(names)


found = flat.options("min-pxd-hits")
path = basf2.create_path()
flat.open_input(path)
reconstruction.prepare_cdst_analysis(path=path, components=["SVD", "CDC", "ECL", "KLM"])
good = "p > 1 and abs(dz) < 2 and dr < 0.5 and nSVDHits >= 8 and nCDCHits >= 20"
analysis.fillParticleList("mu+:pair", f"{good} and nPXDHits >= {found.min_pxd_hits or 0}", path=path)
analysis.reconstructDecay(f"{PAIR} -> mu+:pair mu-:pair", "9.5 < M < 11.5", path=path)
if "bs_events" not in found.trees:
    vertex.treeFit(PAIR, updateAllDaughters=True, ipConstraint=True, path=path)
momenta = table(["pid", "px", "py", "pz"], ["pidPairProbabilityExpert(13, 11, ALL)", "px", "py", "pz"])
flat.run(path, {
    "bs_events": table(["d0", "z0", "phi0", "tanlambda"], ["d0", "z0", "phi0", "tanLambda"]),
    "bv_events": momenta,
    "mumu": momenta,
}, found.trees)
