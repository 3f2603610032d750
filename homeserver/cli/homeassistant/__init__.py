"""Coming from Home Assistant: what lies in its configuration folder, and what of it becomes ours."""
