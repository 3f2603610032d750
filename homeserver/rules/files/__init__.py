"""Whole files of rules as people write them through the home: read, checked, written, removed, kept."""
