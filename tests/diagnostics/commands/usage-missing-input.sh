# error[usage::missing]: the following required arguments were not provided:
#   --input <DATA.json>
#
# Usage: b2caf run --input <DATA.json> <SCRIPT>
#
# For more information, try '--help'.
# exit code 2
b2caf run demo.rhai
