#    Script  demo · example · your_username
#     Input  cosmics: 3 files, 3 runs   IoV 7,1,7,3
#   Backend  …
# error[output::not-ours]: the output folder . is not empty and does not come from b2caf; choose another one with --output
# exit code 2
b2caf run demo.rhai --input data.json --output .
