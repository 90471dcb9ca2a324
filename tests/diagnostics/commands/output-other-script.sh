#    Script  demo · example · your_username
#     Input  cosmics: 3 files, 3 runs   IoV 7,1,7,3
#   Backend  …
# error[output::other-plan]: the output folder calibration_results cannot be continued: demo.rhai has changed since; replace what is there with --overwrite, or choose another one with --output
# exit code 2
b2caf run demo.rhai --input data.json --quiet
sed -i 's/energy > 0.3/energy > 0.4/' demo.rhai
b2caf run demo.rhai --input data.json
