package enum FleetDocumentsSeed {}
