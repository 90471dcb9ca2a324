# error[calibrate::failed]: payload DemoOffset: the closure gives inf as offset for channel 3
#    ┌─ demo.rhai:29:10
#    │
# 29 │         .payload("DemoOffset", "DemoOffset", |c| #{
#    │          ^^^^^^^
# exit code 1
sed -i 's/if c.ok { c.mean } else { 0.0 }/1.0 \/ c.ok_channels/; s/c.ok_channels/(c.channel - 3.0)/' demo.rhai
b2caf run demo.rhai --input data.json --quiet
