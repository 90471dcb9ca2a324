#    Script  demo · example · your_username
#     Input  cosmics: 3 files, 3 runs   IoV 7,1,7,3
#   Backend  …
# error[plan::unknown-column]: `sigm` is no column of a row of fits (in `accept`)
#    ┌─ demo.rhai:28:27
#    │
# 28 │         .accept(|fit| fit.sigm < 2.0 && fit.chi2_ndf < 3.0)
#    │                           ^^^^
#    │
#    = hint: did you mean `sigma`?
# exit code 3
sed -i 's/fit.sigma < 2.0/fit.sigm < 2.0/' demo.rhai
b2caf run demo.rhai --input data.json
