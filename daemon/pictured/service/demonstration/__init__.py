"""The demonstration: a small library of drawn pictures, and the real daemon at work on it.

script       which pictures there are, and in which order they come
happenings   what a demonstration tells, step by step
telling      the daemon's log lines as happenings
child        the daemon as a child process, followed by its log
playing      all of it, from the empty folder to the end
"""
