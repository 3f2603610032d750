"""Zigbee: devices of a Zigbee network as devices on MQTT, by a radio on this machine or on the network."""
