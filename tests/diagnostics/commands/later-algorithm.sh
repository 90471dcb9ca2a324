# error[calibrate::failed]: `calibrate` failed: no collector fills an object `td`; did you mean `dt`?
#    ┌─ demo.rhai:25:43
#    │
# 25 │         .calibrate(|data| { fit_each(data.histograms("td"), models::gaussian()); AlgResult::ok });
#    │                                           ^^^^^^^^^^
# exit code 1
sed -i '/.fit("dt"/,/});/c\        .calibrate(|data| { fit_each(data.histograms("td"), models::gaussian()); AlgResult::ok });' demo.rhai
b2caf run demo.rhai --input data.json --quiet
