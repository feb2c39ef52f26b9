"""The fingerprint of a picture: everything that is kept of its content.

hashing          the 64 x 64 thumb and the perceptual hash that is made of it
fingerprinting   a file to its `flow.Fingerprint`
"""
