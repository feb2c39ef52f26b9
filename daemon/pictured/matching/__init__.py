"""Finds the copies of a picture: candidates by hash and local features, a proof on the pixels, then a `Found`.

index        what is searched: neighbours (hashes, in memory) and voting (local features, in memory or mapped)
segments     the arrays that features lie in, and how several become one
guessing     which contents may be copies, and how they lie in the query: orienting (the eight ways to stand), aligning
             (from pairs of features to one map)
proving      compares the pixels: verifying (evidence; warping and tiling do the work), judging (what it is worth),
             transforming (what is told of the map), measuring (the classic measures)
finding      all of it: a probe to what is found
recalling    a picture of the index as a query
unaligned    the classic measures of two pictures that may have nothing in common
grouping     groups of copies, which are not transitive
settings     the `matching` section; scales: the names of the measures
"""
