# error[usage::argument]: --arg 5: a name and a value are needed
#   hint: write --arg name=VALUE or --arg name=@file.json
# exit code 2
echo 'n + 1' > try.rhai
b2caf eval try.rhai --arg 5
