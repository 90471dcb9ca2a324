# error[usage::command]: unrecognized subcommand 'tga'
#
#   tip: a similar subcommand exists: 'tag'
#
# Usage: b2caf db [OPTIONS] <COMMAND>
#
# For more information, try '--help'.
# exit code 2
b2caf db tga list
