# error[calibrate::failed]: the strategy mine failed: a StrategyRun has no method `execte`; did you mean `StrategyRun.execute(runs, iov[, options]) → Execution`?
#    ┌─ demo.rhai:35:144
#    │
# 35 │     [Calibration("demo", #{ collector: collector, algorithms: [algorithm], input_files: input_data.cosmics, strategies: Strategy("mine", |s| s.execte(s.runs, IoV(7, 1, 7, 3))) })
#    │                                                                                                                                                ^^^^^^
# exit code 1
sed -i 's/cosmics })$/cosmics, strategies: Strategy("mine", |s| s.execte(s.runs, IoV(7, 1, 7, 3))) })/; s/^ *.cover(.*/]/' demo.rhai
b2caf run demo.rhai --input data.json --quiet
