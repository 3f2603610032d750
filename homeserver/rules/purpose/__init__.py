"""Triggers and conditions named after what people mean, such as `motion.detected`, on whatever a target means."""
