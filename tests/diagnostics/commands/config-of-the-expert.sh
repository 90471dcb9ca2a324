# error[config::unknown-key]: `expert_config` of the script has no key `min_entires`
#   hint: did you mean `min_entries`?
# exit code 2
echo '{"expert_config": {"min_entires": 5}}' > caf.json
b2caf run demo.rhai --input data.json --config caf.json
