# error[usage::value]: invalid value 'sometimes' for '--color <WHEN>'
#   [possible values: auto, always, never]
#
# For more information, try '--help'.
# exit code 2
b2caf run demo.rhai --input data.json --color sometimes
