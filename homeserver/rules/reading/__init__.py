"""From the YAML of rule files to compiled rules."""
