# error[explain::unknown-code]: no error has the code plan::no-fils
#   hint: did you mean plan::no-files?
# exit code 2
b2caf explain plan::no-fils
