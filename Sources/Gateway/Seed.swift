package enum GatewaySeed {}
