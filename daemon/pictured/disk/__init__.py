"""Everything that touches files: reading what is there, and the one door through which files are written.

    paths       how a path is shown, resolved and compared
    anchoring   folders held open, so that no link leads a path astray
    faults      an OSError told as a FileError: what is wrong and what to do
    reading     the stamp of a file, and reading it as long as it keeps that stamp
    volumes     is a folder there, or is its drive not mounted
    flushing    what must reach the disk before the next step
    making      the temporary: a verified copy, a clone or a link
    claiming    giving it its name without overwriting anything
    placing     the door: place, finish after a crash, take back
    together    the same for a picture and the files that belong to it, as one

Everything here may block on a slow disk and is called in a thread or a worker.
"""
