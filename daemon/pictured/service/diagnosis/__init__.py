"""What `pictured doctor` looks at: each module gives findings on one matter, and changes nothing.

finding        what was found, and what to do about it
places         watched folders, destinations, the folder of the index; room, rights, file systems, watches
engines        the libraries that read and draw, and fonts
installation   the service file, and the interpreter that it names
index          the index, the clock, and files that were given up
"""
