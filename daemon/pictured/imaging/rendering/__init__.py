"""Carries operations out on a picture; the only import of pyvips. Runs in a process of its own.

canvas        a picture on its way through the operations
loading       a file to a canvas; what pyvips does not read, Pillow does
rendered      the chain: load, operate, encode once
encoding      a canvas to a file
labelling     metadata out of and into files
...ing        one module for each operation
"""
