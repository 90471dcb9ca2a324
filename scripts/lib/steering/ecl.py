"""Waveforms of the ECL, and energies of crystals in showers, pairs and simulated photons.

`noise_waveforms` and `waveforms` are made here. The others have the columns
  ecl_mumu, ecl_gg: cell, e_ratio (energy over expected energy, without the gain in force)
  ecl_ee: e_expected, and arrays crystals.cell, crystals.energy of the 25 crystals of a shower
  nopt: group, cell, energy_index, e_true, esum[21] (sums of the most energetic crystals)
  leak: cell, thetaID, region, thetaBin, phiBin, phiMech, energy_index, nCrystals, e_true, e_raw
"""

import basf2
import flat
from ROOT import Belle2


def noise():
    for waveform in Belle2.PyStoreArray("ECLDsps"):
        yield waveform.getCellId(), list(waveform.getDspA())


def signals():
    energies = {digit.getCellId(): digit.getEnergy() for digit in Belle2.PyStoreArray("ECLCalDigits")}
    for waveform in Belle2.PyStoreArray("ECLDsps"):
        if waveform.getCellId() in energies:
            yield waveform.getCellId(), energies[waveform.getCellId()], list(waveform.getDspA())


found = flat.options("shower-cut", "waveform-cut", "digits", "showers")
path = basf2.create_path()
flat.open_input(path)
path.add_module("ECLUnpacker")
path.add_module("ECLDigitCalibrator")
flat.run(path, {
    "noise_waveforms": ({"cell": "i", "adc": "i31"}, noise),
    "waveforms": ({"cell": "i", "energy": "f", "adc": "i31"}, signals),
}, found.trees)
