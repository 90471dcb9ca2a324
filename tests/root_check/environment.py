"""ROOT from its Python package, and what is built against it once: the reading program and dictionaries."""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import venv

import declarations

HERE = pathlib.Path(__file__).resolve().parent
# a pre-release of the package: ROOT 6.40.00
PACKAGE = "root==0.1a12"
LIBRARIES = ["Core", "RIO", "Hist", "Matrix", "Physics", "GenVector", "MathCore"]


def default_folder():
    """The folder named by B2CAF_ROOT, else one in the user's cache."""
    if named := os.environ.get("B2CAF_ROOT"):
        return pathlib.Path(named)
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(cache) / "b2caf" / "root"


class Root:
    """A virtual environment with ROOT, installed when it is not there yet."""

    def __init__(self, folder=None):
        self.folder = pathlib.Path(folder or default_folder()).resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.locked():
            if not self.package():
                print(f"installing ROOT into {self.folder}", file=sys.stderr)
                venv.create(self.folder, with_pip=True)
                pip = [self.folder / "bin" / "python", "-m", "pip", "install", "--quiet"]
                subprocess.run([*pip, "--disable-pip-version-check", PACKAGE], check=True)
        self.root = self.package()
        if not self.root:
            raise SystemExit(f"{PACKAGE} does not hold what it should: {self.folder} has no bin/rootcling; remove the folder")

    def package(self):
        found = sorted(self.folder.glob("lib/python3*/site-packages/ROOT/bin/rootcling"))
        return found[0].parent.parent if found else None

    @contextlib.contextmanager
    def locked(self):
        """One process at a time installs or builds."""
        with open(self.folder / "lock", "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def compiler(self, source, target, *options):
        """The command that compiles and links against ROOT."""
        libraries = [f"-L{self.root / 'lib'}", f"-Wl,-rpath,{self.root / 'lib'}", *(f"-l{name}" for name in LIBRARIES)]
        return ["g++", "-std=c++17", f"-I{self.root / 'include'}", *options, source, "-o", target, *libraries]

    def built(self, kind, inputs, make):
        """The folder with what `make(folder)` puts there; made once for the same inputs."""
        digest = hashlib.sha256("\0".join([PACKAGE, *inputs]).encode()).hexdigest()[:16]
        target = self.folder / "built" / f"{kind}-{digest}"
        with self.locked():
            if not target.exists():
                target.parent.mkdir(exist_ok=True)
                work = pathlib.Path(tempfile.mkdtemp(prefix=f"{kind}-", dir=target.parent))
                try:
                    make(work)
                    work.rename(target)
                finally:
                    shutil.rmtree(work, ignore_errors=True)
        return target

    def program(self, source, *options):
        """A program of one source file and the headers beside it."""
        source = pathlib.Path(source)
        options = options or ("-O1",)

        def make(folder):
            subprocess.run(self.compiler(source, folder / source.stem, *options), check=True)

        texts = [file.read_text() for file in (source, *sorted(source.parent.glob("*.h")))]
        return self.built(source.stem, [*texts, *options], make) / source.stem

    def reader(self):
        return self.program(HERE / "read_payload.cpp")

    def dictionary(self, header, linkdef):
        """A dictionary library; `payloads.h`, its header, lies beside it."""
        texts = {"payloads.h": header, "LinkDef.h": linkdef}

        def make(folder):
            for name, text in texts.items():
                (folder / name).write_text(text)
            cling = [self.root / "bin" / "rootcling", "-f", "dictionary.cxx", "-s", "libpayloads", *texts]
            done = subprocess.run(cling, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            if done.returncode:
                raise SystemExit(f"rootcling refuses the declarations:\n{done.stdout}\n{header}")
            options = ["-O0", "-shared", "-fPIC", f"-I{folder}"]
            subprocess.run(self.compiler(folder / "dictionary.cxx", folder / "libpayloads.so", *options), check=True)

        return self.built("dictionary", list(texts.values()), make) / "libpayloads.so"

    def payloads(self, classes, enums):
        """The dictionary of declared classes."""
        return self.dictionary(declarations.header(classes, enums), declarations.linkdef(classes))

    def containers(self, classes, enums):
        """The dictionary of containers that ROOT does not emulate."""
        return self.dictionary(*declarations.containers(classes, enums))
