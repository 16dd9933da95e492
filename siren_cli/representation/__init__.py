"""The .siren file: header, checks, container, saving and loading.

Nobody else opens safetensors. Imports: `model`, `pictures`, `system` and the root.
"""
