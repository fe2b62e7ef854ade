"""Load on the systems over loopback: `python load NAME`, see `__main__.py`."""
