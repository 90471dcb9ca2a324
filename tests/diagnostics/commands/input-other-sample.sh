# error[input::missing-sample]: [DIR]/demo/data.json has no "cosmics"; it has "cosmic"
#   hint: correct the name there, or add "cosmics": [] if there are none
# exit code 4
echo '{"cosmic": [["run1.root", [7, 1]]]}' > data.json
b2caf run demo.rhai --input data.json
