# error[run::no-results]: there are no results in nowhere: give the output folder of `b2caf run`
# exit code 2
b2caf export nowhere
