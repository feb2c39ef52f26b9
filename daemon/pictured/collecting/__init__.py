"""Decides which copy is the best and what is put where. Pure."""
