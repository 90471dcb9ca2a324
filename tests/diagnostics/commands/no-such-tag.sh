#    Script  demo · example · your_username
#     Input  cosmics: 3 files, 3 runs   IoV 7,1,7,3
#   Backend  …
# error[tag::unknown]: there is no global tag stagign
#   hint: did you mean staging?
# exit code 2
b2caf db tag create staging --quiet > created.txt
b2caf run demo.rhai --input data.json --global-tag stagign
