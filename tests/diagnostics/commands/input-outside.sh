# error[input::outside]: none of the input files lies within the requested interval 8,1,8,2
#   hint: give another --requested-iov, or other files
# exit code 4
b2caf run demo.rhai --input data.json --requested-iov 8,1,8,2
