"""MiniStack, with what it lacks for this template added from outside. Nothing of the package is edited.

Each module adds one thing in its `install`, and says what AWS does and where that is documented. Run it as
`python -m emulator`, with MiniStack's own settings in the environment.
"""
