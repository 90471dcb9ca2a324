# error[db::no-payload]: calibration_results/outputdb has no payload DemoOfset
#   hint: did you mean DemoOffset?
# exit code 1
b2caf run demo.rhai --input data.json --quiet
b2caf db dump DemoOfset --run 7,2 --from calibration_results/outputdb
