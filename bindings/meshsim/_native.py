"""The compiled module, or an explanation when it is missing."""

try:
    from meshsim import _core as core
except ImportError as error:
    raise ImportError(
        "meshsim is not built: its compiled module meshsim._core cannot be imported "
        f"({error}).\nInstall it from the repository with `python -m pip install .` "
        "(scripts/setup.sh installs what the build needs) and leave the source folder "
        "`bindings` out of PYTHONPATH."
    ) from error

version: str = core.version

__all__ = ["core", "version"]
