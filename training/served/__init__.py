"""What a registered model carries with it: words, pictures, the label tree and the pyfunc. Imports nothing of this repository.

The folder is copied into each registered model under a name of its own, so two versions with different code load side by side.
"""
