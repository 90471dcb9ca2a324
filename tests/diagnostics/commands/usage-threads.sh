# error[usage::value]: invalid value '0' for '--threads <N>': number would be zero for non-zero type
#
# For more information, try '--help'.
# exit code 2
b2caf run demo.rhai --input data.json --threads 0
