package enum FleetControlSeed {}
