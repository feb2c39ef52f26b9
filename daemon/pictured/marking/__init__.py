"""The invisible mark: a key of 256, 128 or 64 bits in the pixels. Arrays in, arrays out."""
