"""Where a run keeps its files: `var/` in the checkout, and outside of it for root's servers."""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from devstack.failures import DevstackError

ROOT = Path(__file__).resolve().parent.parent
SYSTEM_SCRATCH = Path("/var/tmp")  # noqa: S108 - survives a reboot, readable for nobody; checked below


@dataclass(frozen=True)
class Places:
    """The directories of one checkout."""

    root: Path
    var: Path
    data: Path

    @property
    def log(self) -> Path:
        """Where each process has its log file."""
        return self.var / "log"


def find(root: Path = ROOT) -> Places:
    """Return the places of the checkout at `root` and create the directories."""
    var = root / "var"
    (var / "log").mkdir(parents=True, exist_ok=True)
    data = data_dir(root)
    if os.geteuid() == 0:
        claim(data)
    return Places(root=root, var=var, data=data)


def data_dir(root: Path) -> Path:
    """Return where the servers' data is kept.

    Root's servers run as `nobody`, who often cannot reach the checkout (root's home is 0700), so
    their data lives in a directory of the system that is named after the checkout.
    """
    if os.geteuid() != 0:
        return root / "var"
    digest = hashlib.sha256(os.fsencode(root)).hexdigest()[:12]
    return SYSTEM_SCRATCH / f"stepwell-{digest}"


def claim(path: Path) -> None:
    """Create `path` as root's own, or refuse what somebody else has put there."""
    try:
        path.mkdir(mode=0o711)
        path.chmod(0o711)
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != 0 or found.st_mode & 0o022:
            raise DevstackError(
                f"{path} is not a directory of root that only root can write to; remove it first"
            ) from None
