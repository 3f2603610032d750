"""homeserver: an event-driven home platform in which every capability is a worker that speaks MQTT."""

__version__ = "0.1.0"
