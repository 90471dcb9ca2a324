#    Script  demo · example · your_username
#     Input  cosmics: 3 files, 3 runs   IoV 7,1,7,3
#   Backend  …
# error[input::file]: [DIR]/demo/run1.root has no tree "hit", did you mean "hits"? (it has hits;1)
# exit code 4
sed -i 's/tree: "hits"/tree: "hit"/' demo.rhai
b2caf run demo.rhai --input data.json
