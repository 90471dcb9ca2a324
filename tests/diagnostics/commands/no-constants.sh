#    Script  demo · example · your_username
#     Input  cosmics: 3 files, 3 runs   IoV 7,1,7,3
#   Backend  …
# error[run::no-constants]: there are no constants to start from in nowhere: a folder with a database.txt is needed
# exit code 2
b2caf run demo.rhai --input data.json --constants nowhere
