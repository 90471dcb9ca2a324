# error[input::unreadable]: cannot read the input data file dta.json: No such file or directory (os error 2); give the path of a JSON file that names the input
# exit code 4
b2caf run demo.rhai --input dta.json
