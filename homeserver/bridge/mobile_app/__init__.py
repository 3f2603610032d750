"""Phones with an app of Home Assistant's kind: how one is registered, what it tells, and how it is told."""
