"""The WebSocket and REST interface that Home Assistant's clients know, answered from our own topics and calls."""
