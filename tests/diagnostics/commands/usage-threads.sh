# error[usage::value]: invalid value '0' for '--threads <N>': give a whole number from 1 on, or leave it out for all cores
#
# For more information, try '--help'.
# exit code 2
b2caf run demo.rhai --input data.json --threads 0
