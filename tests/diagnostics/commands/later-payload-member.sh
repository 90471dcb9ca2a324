#    Script  demo · example · your_username
#     Input  cosmics: 3 files, 3 runs   IoV 7,1,7,3
#   Backend  …
# error[plan::wrong-class]: payload ECLCrystalTimeOffset: m_CalibConst: it has a value for each of 8736 channels, and 8720 are missing: 17; 18; 19; 20; 21, …
#    ┌─ demo.rhai:29:10
#    │
# 29 │         .payload("ECLCrystalTimeOffset", "ECLCrystalCalib", |c| #{
#    │          ^^^^^^^
#    │
#    = hint: make what the class has; a payload of your own, with names of its own, may have any channels and members
# exit code 3
sed -i 's/"DemoOffset", "DemoOffset", /"ECLCrystalTimeOffset", "ECLCrystalCalib", /' demo.rhai
b2caf run demo.rhai --input data.json
