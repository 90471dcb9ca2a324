# error[state::missing]: no run has left its state in calibration_results/caf_state.db: there is no such file
#   hint: name the output folder of a run with --path, or start one with `b2caf run`
# exit code 2
b2caf status
