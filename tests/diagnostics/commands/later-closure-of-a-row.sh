# error[collect::row]: div(1, 0): division by zero (at [DIR]/demo/run1.root, entry 11, run 7,1)
#    ┌─ demo.rhai:20:39
#    │
# 20 │         .histogram("dt", |h| to_float(div(1, h.channel - 3)), regular(80, -10.0, 10.0, "ns"))
#    │                                       ^^^
#    │
#    = hint: ask for the divisor first, as in `if n != 0 { … } else { … }`
# exit code 3
sed -i 's/|h| h.time, regular/|h| to_float(div(1, h.channel - 3)), regular/' demo.rhai
b2caf run demo.rhai --input data.json --quiet
