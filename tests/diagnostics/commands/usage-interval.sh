# error[usage::value]: invalid value '7,5,7,1' for '--requested-iov <IOV>': the interval starts at 7,5 and ends before that, at 7,1
#
# For more information, try '--help'.
# exit code 2
b2caf run demo.rhai --input data.json --requested-iov 7,5,7,1
