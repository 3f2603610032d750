"""The rules engine: rule files in Home Assistant's spelling, compiled to triggers, conditions and actions."""
