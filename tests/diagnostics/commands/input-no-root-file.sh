# error[input::entries]: one problem in [DIR]/demo/data.json:
#   "cosmics", entry 2: [DIR]/demo/run2.root is no ROOT file: it starts with "no tree "
# exit code 4
echo 'no tree grows here' > run2.root
b2caf run demo.rhai --input data.json
