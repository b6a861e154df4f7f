"""``python -m pixel_assets`` is ``pixel``, also where the environment's scripts are not on the path."""

from pixel_assets.cli import main

if __name__ == "__main__":
    main()
