"""The operating system: files, locks, signals, threads and memory.

Imports: the root alone (`errors`).
"""
