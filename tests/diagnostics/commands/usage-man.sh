# error[usage::command]: db has no command tga
#   hint: did you mean tag?
# exit code 2
b2caf man db tga
