# error[api::unknown-name]: nothing in the API is called `histgram`
#   hint: did you mean `histogram`?
# exit code 2
b2caf api histgram
