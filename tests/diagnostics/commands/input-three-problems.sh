# error[input::entries]: 3 problems in [DIR]/demo/data.json:
#   "cosmics", entry 1: [experiment, run] are two whole numbers from 0 (or four for a range of runs), not "7,1"
#   "cosmics", entry 2: there is no file or folder [DIR]/demo/run7.root; correct the path, or bring the file there
#   "cosmics", entry 4: [DIR]/demo/run2.root is already listed by entry 3; its events would count twice
# exit code 4
echo '{"cosmics": [["run1.root", "7,1"], ["run7.root", [7, 7]], ["run2.root", [7, 2]], ["run2.root", [7, 2]]]}' > data.json
b2caf run demo.rhai --input data.json
