# error[new::name]: `channel-time` cannot be the name of a calibration: it has other signs than letters, digits and `_`
#   hint: how about `channel_time`?
# exit code 2
b2caf new channel-time
