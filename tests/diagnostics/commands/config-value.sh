# error[config::value]: configuration caf.json: `requested_iov`: invalid type: string "7,1,7,2", expected an array of length 4
#   hint: write [expLow, runLow, expHigh, runHigh]
# exit code 2
echo '{"requested_iov": "7,1,7,2"}' > caf.json
b2caf run demo.rhai --input data.json --config caf.json
