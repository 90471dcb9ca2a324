# error[config::no-json]: configuration caf.json: is not JSON: EOF while parsing an object at line 2 column 0
#   hint: mend the place named
# exit code 2
echo '{"expert_config": {}' > caf.json
b2caf run demo.rhai --input data.json --config caf.json
