"""The running program: the line, the loop, the workers, and the jobs of the commands."""
