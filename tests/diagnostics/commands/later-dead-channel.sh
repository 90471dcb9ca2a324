# error[calibrate::not-enough-data]: demo: Offsets: 1 of 16 channels without enough data (they have 0 entries), 0 allowed: 13; `tolerate` allows more
# exit code 5
sed -i '/tolerate/d' demo.rhai
b2caf run demo.rhai --input data.json --quiet
