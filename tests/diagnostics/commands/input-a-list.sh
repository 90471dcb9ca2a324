# error[input::no-json]: data.json holds a list; it must be an object: {"name": [["file or folder", [experiment, run]], ...]}
# exit code 4
echo '["run1.root"]' > data.json
b2caf run demo.rhai --input data.json
