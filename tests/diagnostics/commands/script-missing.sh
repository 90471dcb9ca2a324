# error[script::unreadable]: the script dmo.rhai cannot be read: No such file or directory (os error 2)
#  = hint: did you mean demo.rhai?
# exit code 3
b2caf run dmo.rhai --input data.json
