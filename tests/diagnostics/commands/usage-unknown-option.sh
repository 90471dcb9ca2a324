# error[usage::option]: unexpected argument '--inptu' found
#
#   tip: a similar argument exists: '--input'
#
# Usage: b2caf run --input <DATA.json> <SCRIPT>
#
# For more information, try '--help'.
# exit code 2
b2caf run demo.rhai --inptu data.json
