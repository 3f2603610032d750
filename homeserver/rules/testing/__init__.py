"""Tests of rules that people write beside them: states and time are given, things happen, commands are expected."""
