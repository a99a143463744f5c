"""Whoever sells labels (port Carriers)."""
