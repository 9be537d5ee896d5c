package enum FleetRoutingSeed {}
