"""The demo house: a simulated family house whose devices speak MQTT discovery and nothing else."""
