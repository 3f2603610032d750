"""The language of the house: topics, calls and the platform's own messages. Imports nothing of ours."""
