"""From folders to files that are ready to be read.

    observing  what the system reports      the only import of watchdog
    scanning   what lies in a folder now    finds whatever no event told of
    settling   when a file is quiet         pure
    ignoring   which names are not ours     pure
    kernel     which folders the kernel watches for us
    mounts     which folders need scans     because their changes are made elsewhere
    settings   a folder in the configuration

Events only say where to look. Nothing is believed before `lstat` has seen it.
"""
