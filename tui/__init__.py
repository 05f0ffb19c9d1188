"""The terminal user interface: a Textual app and the command line."""
