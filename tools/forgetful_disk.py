# A file system is asked with descriptors and plain paths, a million times.
# ruff: noqa: PTH104, PTH110, PTH115, PTH116, PTH118, PTH123, PTH208, PTH211
"""A disk in memory of what was really kept: a FUSE file system where content survives only after `fsync`.

python -m tools.forgetful_disk MOUNTPOINT KEPT LIVE [--seed N]

Files live in LIVE. Each write and each truncation is also noted in order; `fsync` carries the notes of that file over to
KEPT. Names (create, rename, remove) are kept at once, as a journalling file system does in the end; content is not. SIGKILL
to this process is the loss of power: KEPT holds only what was asked to be kept. SIGUSR1 is the ill-natured loss of power:
first every second noted write, chosen at random, is carried over without the others, as a disk’s own cache may have done.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import threading
import time
from pathlib import Path
from typing import Any

import mfusepy as fuse

Note = tuple[int, bytes | None]  # where and what was written; None: cut to this length


class ForgetfulDisk(fuse.Operations):  # type: ignore[misc]
    """Passes everything on to LIVE, and to KEPT what was synced."""

    use_ns = True

    def __init__(self, kept: Path, live: Path, chance: random.Random) -> None:
        self.kept, self.live, self.chance = str(kept), str(live), chance
        self.notes: dict[int, list[Note]] = {}
        self.mutex = threading.RLock()

    # ---- content: noted, and kept when asked ----

    def _note(self, fh: int, note: Note) -> None:
        self.notes.setdefault(os.fstat(fh).st_ino, []).append(note)

    def _carry_over(self, path: str, inode: int, some: bool = False) -> None:
        notes = self.notes.pop(inode, [])
        if not notes:
            return
        with open(self.kept + path, "r+b", buffering=0) as file:
            for place, content in notes:
                if some and self.chance.random() < 0.5:
                    continue
                if content is None:
                    file.truncate(place)
                else:
                    file.seek(place)
                    file.write(content)

    def lose_power_badly(self) -> None:
        """Carry over a random half of what nobody asked to keep, and die."""
        with self.mutex:
            for folder, _folders, files in os.walk(self.live):
                for name in files:
                    path = os.path.join(folder, name)
                    self._carry_over(path.removeprefix(self.live), os.stat(path).st_ino, some=True)
            os.kill(os.getpid(), signal.SIGKILL)

    def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
        with self.mutex:
            done = os.pwrite(fh, data, offset)
            self._note(fh, (offset, data[:done]))
            return done

    def truncate(self, path: str, length: int, fh: int | None = None) -> int:
        with self.mutex:
            file = os.open(self.live + path, os.O_RDWR)
            try:
                os.ftruncate(file, length)
                self._note(file, (length, None))
            finally:
                os.close(file)
        return 0

    def fsync(self, path: str, datasync: int, fh: int) -> int:
        with self.mutex:
            self._carry_over(path, os.fstat(fh).st_ino)
        return 0

    def fsyncdir(self, path: str, datasync: int, fh: int) -> int:
        return 0

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        return os.pread(fh, size, offset)

    def open(self, path: str, flags: int) -> int:
        # A descriptor of this process reads as well; what is appended comes with its place already.
        wanted = os.O_RDWR if flags & (os.O_WRONLY | os.O_RDWR) else os.O_RDONLY
        file = os.open(self.live + path, wanted)
        if flags & os.O_TRUNC:
            self.truncate(path, 0)
        return file

    def flush(self, path: str, fh: int) -> int:
        return 0

    def release(self, path: str, fh: int) -> int:
        os.close(fh)
        return 0

    # ---- names: kept at once ----

    def _both(self, do: Any, path: str, *rest: Any) -> int:
        with self.mutex:
            do(self.live + path, *rest)
            do(self.kept + path, *rest)
        return 0

    def create(self, path: str, mode: int, fi: Any = None) -> int:
        uid, gid, _pid = fuse.fuse_get_context()
        with self.mutex:
            for root in (self.kept, self.live):
                file = os.open(root + path, os.O_RDWR | os.O_CREAT, mode)
                os.fchown(file, uid, gid)
                if root == self.kept:
                    os.close(file)
            return file

    def mkdir(self, path: str, mode: int) -> int:
        uid, gid, _pid = fuse.fuse_get_context()
        self._both(os.mkdir, path, mode)
        return self._both(os.chown, path, uid, gid)

    def rename(self, old: str, new: str) -> int:
        with self.mutex:
            if os.path.exists(self.live + new):
                self.notes.pop(os.stat(self.live + new).st_ino, None)
            os.rename(self.live + old, self.live + new)
            os.rename(self.kept + old, self.kept + new)
        return 0

    def unlink(self, path: str) -> int:
        with self.mutex:
            self.notes.pop(os.lstat(self.live + path).st_ino, None)
            return self._both(os.unlink, path)

    def rmdir(self, path: str) -> int:
        return self._both(os.rmdir, path)

    def chmod(self, path: str, mode: int) -> int:
        return self._both(os.chmod, path, mode)

    def chown(self, path: str, uid: int, gid: int) -> int:
        return self._both(os.chown, path, uid, gid)

    def symlink(self, target: str, source: str) -> int:
        with self.mutex:
            os.symlink(source, self.live + target)
            os.symlink(source, self.kept + target)
        return 0

    def readlink(self, path: str) -> str:
        return os.readlink(self.live + path)

    def utimens(self, path: str, times: tuple[int, int] | None = None) -> int:
        now = time.time_ns()
        return self._both(lambda place: os.utime(place, ns=times or (now, now)), path)

    def getattr(self, path: str, fh: int | None = None) -> dict[str, int]:
        found = os.lstat(self.live + path)
        names = ("st_mode", "st_nlink", "st_uid", "st_gid", "st_size", "st_ino", "st_blocks")
        times = {f"st_{one}time": getattr(found, f"st_{one}time_ns") for one in "amc"}
        return {name: getattr(found, name) for name in names} | times

    def readdir(self, path: str, fh: int) -> list[str]:
        return [".", "..", *os.listdir(self.live + path)]

    def statfs(self, path: str) -> dict[str, int]:
        found = os.statvfs(self.live + path)
        names = (
            "f_bavail",
            "f_bfree",
            "f_blocks",
            "f_bsize",
            "f_favail",
            "f_ffree",
            "f_files",
            "f_frsize",
            "f_namemax",
        )
        return {name: getattr(found, name) for name in names}


def main() -> None:
    """Serve the disk until the power goes."""
    parser = argparse.ArgumentParser(prog="python -m tools.forgetful_disk", description=(__doc__ or "").split("\n")[0])
    for name in ("mountpoint", "kept", "live"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    shutil.rmtree(asked.live, ignore_errors=True)
    # Whatever was not kept is gone.
    shutil.copytree(asked.kept, asked.live, symlinks=True)
    for folder, folders, files in os.walk(asked.kept):
        for name in (".", *folders, *files):
            found = os.lstat(os.path.join(folder, name))
            place = os.path.join(asked.live, os.path.relpath(os.path.join(folder, name), asked.kept))
            os.lchown(place, found.st_uid, found.st_gid)
    os.umask(0)
    disk = ForgetfulDisk(asked.kept, asked.live, random.Random(asked.seed))  # noqa: S311 (which writes, no secret)
    # The main thread is in libfuse and would never come to a handler, so another one waits for the signal.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})

    def wait() -> None:
        signal.sigwait({signal.SIGUSR1})
        disk.lose_power_badly()

    threading.Thread(target=wait, daemon=True).start()
    fuse.FUSE(disk, str(asked.mountpoint), foreground=True, allow_other=True, default_permissions=True, use_ino=True)


if __name__ == "__main__":
    main()
