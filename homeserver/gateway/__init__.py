"""What every gateway shares: a worker that stands between a network of devices and MQTT."""
