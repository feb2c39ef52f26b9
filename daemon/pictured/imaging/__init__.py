"""Decoding of pictures, which come from anywhere and may be broken or hostile; and drawing a few.

limits       how much a picture may ask for
decoding     a file to upright, reduced luminance and the facts that are kept of it
fullsize     a file to luminance at its full size, and how colourful it is
previewing   a file to a small picture in colour (preview is what comes of it)
sizing       luminance at the size that a step looks at, and in a few bytes
luminance    any of Pillow's modes to 8-bit luminance
sidecars     XMP within limits: what it says, and adding to it without touching what is there
labels       what people say of a picture, by its metadata and its sidecars
metadata     EXIF, depth, frames and quantisation tables, as far as they can be read
raw          names of camera raw files
endings      whether a file that cannot be decoded ends too early
drawing      the scenes of the demonstration, which nobody has photographed
"""
