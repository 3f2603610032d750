"""Home: turns what devices announce over MQTT into entities, their reports into states and commands into payloads."""
