package enum EngineTimingSeed {}
