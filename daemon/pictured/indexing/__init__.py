"""What a worker process makes of a picture's content.

fingerprinting   a file to its `flow.Fingerprint`: what is kept of every picture
probing          a query picture to its `looks.Probe`: what is searched of it
labelling        what copies say of a picture, and the sidecar of one with what it lacked
previewing       a file to a preview for people
hashing          perceptual hashes of the whole and of parts; marr: the Marr-Hildreth hash
features         local features; vocabulary: the visual words that they become
regions          the pictures in a query: without borders, on pages, screens and collages
                 (grounds finds the paper, framing the exact edges, splitting gaps and seams)
detail           which of several copies holds the most true detail
                 (patching, laying and pairing choose and align what predicting compares; quantisation reads the codings
                 that a picture went through)
"""
