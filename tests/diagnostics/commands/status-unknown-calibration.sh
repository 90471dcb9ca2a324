# error[state::unknown-calibration]: calibration_results/caf_state.db knows no calibration dmo; did you mean demo?
# exit code 2
b2caf run demo.rhai --input data.json --quiet
b2caf status reset dmo --to init --yes
