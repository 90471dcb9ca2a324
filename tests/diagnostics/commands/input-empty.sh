# error[input::empty]: [DIR]/demo/data.json names no files; give at least one: {"name": [["file or folder", [experiment, run]]]}
# exit code 4
echo '{"cosmics": []}' > data.json
b2caf run demo.rhai --input data.json
