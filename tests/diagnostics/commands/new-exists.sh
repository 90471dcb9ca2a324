# error[new::exists]: demo is there already
#   hint: choose another name, or move it away: mv demo demo_old
# exit code 2
cd ..
b2caf new demo
