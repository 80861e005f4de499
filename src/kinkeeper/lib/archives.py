"""What reading a packed file (ZIP, DOCX, XLSX, ODS) raises where its bytes are not what its list of contents says."""

from __future__ import annotations

import struct
import zipfile
import zlib

# Found by spoiling whole files a little, some thousand times (tests/test_hostile_files.py): zipfile lets all of these out.
BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    RuntimeError,  # a password is asked for
    NotImplementedError,  # squeezed in another way
    EOFError,
    KeyError,
    IndexError,
    ValueError,
    FileExistsError,  # a file is called as a folder is
    IsADirectoryError,
    NotADirectoryError,
)
