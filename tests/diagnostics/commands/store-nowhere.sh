# error[store::no-text-file]: the folder calibration_results/outputdb has no database.txt; a store of payloads has one
# exit code 4
b2caf db check calibration_results/outputdb
