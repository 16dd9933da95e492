"""The operating system: files, locks, signals, threads and memory.

No other room imports threadpoolctl.

Imports: the root.
"""
