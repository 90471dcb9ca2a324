# error[collect::program]: [DIR]/demo/run1.root: prepare: `sh -c echo no geometry; exit 3 [DIR]/demo/run1.root [DIR]/demo/calibration_results/.cache/external/work-… ended with exit code 3; everything it said is in [DIR]/demo/calibration_results/.cache/external/…
#   no geometry
#    ┌─ demo.rhai:35:136
#    │
# 35 │     [Calibration("demo", #{ collector: collector, algorithms: [algorithm], input_files: input_data.cosmics, pre_collector_path: Path().external("prepare", #{ command: ["sh", "-c", "echo no geometry; exit 3", "{input}", "{output}"] }) })
#    │                                                                                                                                        ^^^^^^^^
# exit code 4
sed -i 's/input_files: input_data.cosmics/input_files: input_data.cosmics, pre_collector_path: Path().external("prepare", #{ command: ["sh", "-c", "echo no geometry; exit 3", "{input}", "{output}"] })/' demo.rhai
b2caf run demo.rhai --input data.json --quiet
