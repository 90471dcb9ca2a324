# error[input::no-json]: data.json:1:36: no JSON: trailing comma
# exit code 4
echo '{"cosmics": [["run1.root", [7, 1]],]}' > data.json
b2caf run demo.rhai --input data.json
