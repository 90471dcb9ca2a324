# error[calibrate::failed]: `calibrate` failed: there are no constants `DemoOfset` in force for run 7,1; did you mean `DemoOffset`?
#    ┌─ demo.rhai:25:34
#    │
# 25 │         .calibrate(|data| { data.payload("DemoOfset"); AlgResult::ok });
#    │                                  ^^^^^^^
# exit code 1
b2caf run demo.rhai --input data.json --quiet --output before
sed -i '/.fit("dt"/,/});/c\        .calibrate(|data| { data.payload("DemoOfset"); AlgResult::ok });' demo.rhai
b2caf run demo.rhai --input data.json --quiet --constants before/outputdb
