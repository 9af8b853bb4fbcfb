"""The compiling half of scripts/kernels, run by it where the wheels are.

Usage: kernels.py KERNELS DRAFTS [--bless]

KERNELS is the folder of the sources and of their PTX, DRAFTS an empty one.
"""

import ctypes
import os
import re
import site
import subprocess
import sys
from pathlib import Path

# What `--gpu-architecture` of the program that compiles at start says too.
OPTIONS = [b"--gpu-architecture=compute_80", b"--fmad=false", b"--std=c++17", b"-default-device"]
TARGETS = ["sm_80", "sm_90", "sm_100"]


def stop(text):
    """Ends without a verdict."""
    print(f"kernels: {text}", file=sys.stderr)
    sys.exit(2)


def find(pattern):
    """The one file of the wheels that matches."""
    found = [path for folder in site.getsitepackages() for path in Path(folder).glob(pattern)]
    if not found:
        stop(f"the wheels hold no {pattern}: remove target/kernels to install them again")
    return found[0]


class Compiler:
    """NVRTC through its C interface."""

    def __init__(self):
        library = find("nvidia/cuda_nvrtc/lib/libnvrtc.so.*")
        # Its own folder is where it looks for the headers it has built in.
        for builtins in sorted(library.parent.glob("libnvrtc-builtins.so.*")):
            ctypes.CDLL(str(builtins), mode=ctypes.RTLD_GLOBAL)
        self.library = ctypes.CDLL(str(library))

    def text_of(self, program, what):
        """What NVRTC has to say about a program: its `Log` or its `PTX`."""
        size = ctypes.c_size_t()
        getattr(self.library, f"nvrtcGet{what}Size")(program, ctypes.byref(size))
        text = ctypes.create_string_buffer(size.value)
        getattr(self.library, f"nvrtcGet{what}")(program, text)
        return text.value.decode()

    def ptx(self, name, source):
        program = ctypes.c_void_p()
        self.library.nvrtcCreateProgram(
            ctypes.byref(program), source.encode(), name.encode(), 0, None, None
        )
        options = (ctypes.c_char_p * len(OPTIONS))(*OPTIONS)
        failed = self.library.nvrtcCompileProgram(program, len(OPTIONS), options)
        if failed:
            stop(f"{name} does not compile:\n{self.text_of(program, 'Log')}")
        ptx = self.text_of(program, "PTX")
        self.library.nvrtcDestroyProgram(ctypes.byref(program))
        return normal(ptx)


def normal(ptx):
    """PTX without the comments that name the compiler's build, and one blank line at most.

    A compiler names its own version of PTX, which older drivers refuse. What the kernels use is
    all in 8.0, the version of CUDA 12.0; that ptxas takes it so is the proof.
    """
    ptx = re.sub(r"^\.version \S+$", ".version 8.0", ptx, flags=re.MULTILINE)
    lines = [line.rstrip() for line in ptx.splitlines() if not line.startswith("//")]
    return re.sub(r"\n{2,}", "\n\n", "\n".join(lines)).strip() + "\n"


def assemble(ptxas, ptx, target, draft):
    """Registers, bytes of shared memory and bytes of spills of each kernel of a file."""
    command = [str(ptxas), "-v", f"-arch={target}", str(ptx), "-o", str(draft)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        stop(f"{ptx.name} does not assemble for {target}:\n{done.stderr}")
    blocks = re.split(r"Compiling entry function '(\w+)'", done.stderr)[1:]
    for name, text in zip(blocks[::2], blocks[1::2]):
        def number(pattern):
            return sum(int(found) for found in re.findall(pattern, text))

        spills = number(r"(\d+) bytes spill")
        yield name, number(r"Used (\d+) registers"), number(r"(\d+) bytes smem"), spills


def main():
    kernels, drafts = Path(sys.argv[1]), Path(sys.argv[2])
    bless = "--bless" in sys.argv[3:]
    compiler, ptxas = Compiler(), find("nvidia/cuda_nvcc/bin/ptxas")
    os.chmod(ptxas, 0o755)
    shared = (kernels / "math.cuh").read_text()
    wrong = []
    print(f"{'kernel':<24}{'target':<8}{'registers':>10}{'shared B':>10}{'spill B':>9}")
    for source in sorted(kernels.glob("*.cu")):
        made = compiler.ptx(source.name, shared + source.read_text())
        committed = source.with_suffix(".ptx")
        if bless:
            committed.write_text(made)
        if not committed.exists() or committed.read_text() != made:
            wrong.append(f"{committed.name} is not what {source.name} and math.cuh give")
            continue
        for target in TARGETS:
            for name, registers, memory, spills in assemble(ptxas, committed, target, drafts / "cubin"):
                print(f"{name:<24}{target:<8}{registers:>10}{memory:>10}{spills:>9}")
                if spills:
                    wrong.append(f"{name} spills {spills} bytes on {target}")
    for each in sorted(set(path.stem for path in kernels.glob("*.ptx"))):
        if not (kernels / f"{each}.cu").exists():
            wrong.append(f"{each}.ptx has no source")
    for text in wrong:
        print(f"kernels: {text}", file=sys.stderr)
    if wrong:
        print("kernels: `scripts/kernels --bless` rewrites the PTX", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
