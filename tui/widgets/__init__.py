"""Widgets: they draw, take keys and post messages; they never call a service."""
