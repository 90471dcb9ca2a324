# error[usage::value]: invalid value 'csh' for '<SHELL>'
#   [possible values: bash, elvish, fish, powershell, zsh]
#
#   tip: a similar value exists: 'zsh'
#
# For more information, try '--help'.
# exit code 2
b2caf completions csh
