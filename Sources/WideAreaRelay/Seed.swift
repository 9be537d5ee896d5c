package enum WideAreaRelaySeed {}
