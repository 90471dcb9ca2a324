# error[usage::command]: unrecognized subcommand 'rnu'
#
#   tip: a similar subcommand exists: 'run'
#
# Usage: b2caf [OPTIONS] [COMMAND]
#
# For more information, try '--help'.
# exit code 2
b2caf rnu demo.rhai --input data.json
