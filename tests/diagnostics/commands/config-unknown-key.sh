# error[config::unknown-key]: configuration caf.json: nothing reads the key `requested_iv`; did you mean `requested_iov`?
#   hint: mend or remove it
# exit code 2
echo '{"requested_iv": [7, 1, 7, 2]}' > caf.json
b2caf run demo.rhai --input data.json --config caf.json
