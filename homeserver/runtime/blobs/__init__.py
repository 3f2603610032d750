"""Bytes that workers keep: given out under a seal, found again, and brought to whoever may have them."""
