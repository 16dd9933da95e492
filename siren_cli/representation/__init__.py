"""The .siren file: header, checks, container, saving and loading.

No other room imports safetensors.

Imports: the root, `system`, `pictures`, `model`.
"""
