"""The index: one SQLite file that a writer owns and any number of readers may ask, or a database of many machines.

engines     opens it wherever it is
opening     opens the file, brings it up to date, and brackets changes in transactions
connection  the connection itself, which speaks of `StoreError` only
holding     one writer at a time
migrations  the schema, append-only
rows        how values lie in rows
keys        what paths are called in them
listings    what is known of the files of a folder
pictures    what is known of contents
roots       what is known of the watched folders
catalogue   these three, and every change to files
placements  what was placed, and the history of it
units       the companions of a step as one text in its row
answers     which placed file answers which query
journal     these two, and what was about to be written
segments    files of arrays beside it, computed from rows, which stay the truth
schedule    when a job last ran
moving      from one index to another, with `moving_journal`
staging     many contents and files at once, for moving
changes     what other machines changed
"""
