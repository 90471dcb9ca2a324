# error[calibrate::failed]: `calibrate` failed: payload ECLCrystalTimeOffset: class Belle2::ECLCrystalCalib has no member m_CalibCons; did you mean `m_CalibConst`?
#    ┌─ demo.rhai:25:34
#    │
# 25 │         .calibrate(|data| { data.save("ECLCrystalTimeOffset", #{ m_CalibCons: [1.0] }); AlgResult::ok });
#    │                                  ^^^^
# exit code 1
sed -i '/.fit("dt"/,/});/c\        .calibrate(|data| { data.save("ECLCrystalTimeOffset", #{ m_CalibCons: [1.0] }); AlgResult::ok });' demo.rhai
b2caf run demo.rhai --input data.json --quiet
