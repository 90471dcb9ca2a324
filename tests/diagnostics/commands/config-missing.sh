# error[config::unreadable]: configuration caf.json: cannot be read: No such file or directory (os error 2)
#   hint: check --config, or the name given
# exit code 2
b2caf run demo.rhai --input data.json --config caf.json
