"""The capabilities of the house: one folder each, every one a worker (or a few) that speaks MQTT."""
