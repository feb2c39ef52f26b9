"""Finds the copies of a picture: candidates by perceptual hash, a proof on the pixels for each, then a `Match`."""
