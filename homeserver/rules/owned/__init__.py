"""Entities that the rules own: automations, scripts, scenes, and the helpers that people make for themselves."""
