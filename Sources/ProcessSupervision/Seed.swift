package enum ProcessSupervisionSeed {}
