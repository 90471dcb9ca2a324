#    Script  demo · example · your_username
#     Input  cosmics: 3 files, 3 runs   IoV 7,1,7,3
#   Backend  …
# error[collect::column]: there is no column `tiem` in the event (columns of [DIR]/demo/run1.root)
#    ┌─ demo.rhai:20:32
#    │
# 20 │         .histogram("dt", |h| h.tiem, regular(80, -10.0, 10.0, "ns"))
#    │                                ^^^^
#    │
#    = hint: did you mean `time`? the event has trigger, channel, energy, time
# exit code 3
sed -i 's/h.time,/h.tiem,/' demo.rhai
b2caf run demo.rhai --input data.json
