"""Compile and link a source of the corpus in each configuration."""
import os
import shlex
import subprocess

from corpus import HERE

COMPILERS = ("gcc", "clang")
LEVELS = ("O0", "Os", "O2", "O3")
CPU = "cortex-m7"


class Config:
    def __init__(self, compiler, level, has_lto, has_relocations):
        self.compiler = compiler
        self.level = level
        self.has_lto = has_lto
        self.has_relocations = has_relocations
        self.name = "-".join([compiler, level] + ["lto"] * has_lto + ["relocs"] * has_relocations)


def configs():
    return [Config(compiler, level, has_lto, has_relocations)
            for has_relocations in (False, True) for has_lto in (False, True)
            for compiler in COMPILERS for level in LEVELS]


class CompileError(Exception):
    pass


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise CompileError("%s\n%s" % (shlex.join(command), done.stderr[-2000:]))
    return done.stdout.strip()


def up_to_date(path, *needs):
    return os.path.exists(path) and all(
        os.path.getmtime(path) >= os.path.getmtime(need) for need in needs)


class Compiler:
    """Holds what the images share: the start-up's objects, the scripts, the paths of libraries."""

    def __init__(self, folder):
        self.folder = folder
        self.libraries = {}
        os.makedirs(folder, exist_ok=True)

    def machine(self, source):
        return ["-mcpu=" + (source.get("cpu") or CPU), "-mthumb", "-mfloat-abi=soft"]

    def command(self, config, source):
        front = ["arm-none-eabi-gcc"] if config.compiler == "gcc" else [
            "clang", "--target=arm-none-eabi", "-isystem", self.headers()]
        return front + self.machine(source) + [
            "-" + config.level, "-std=gnu11", "-g", "-ffunction-sections", "-fdata-sections", "-w",
            "-I" + os.path.dirname(os.path.dirname(HERE))]

    def headers(self):
        if "headers" not in self.libraries:
            path = run(["arm-none-eabi-gcc", "-print-file-name=libc.a"])
            at = os.path.realpath(path)
            while not os.path.exists(os.path.join(at, "include", "newlib", "sys", "stat.h")) and \
                    not os.path.exists(os.path.join(at, "include", "sys", "stat.h")):
                at = os.path.dirname(at)
                if at == "/":
                    at = "/usr"
                    break
            newlib = os.path.join(at, "include", "newlib")
            self.libraries["headers"] = newlib if os.path.isdir(newlib) else \
                os.path.join(at, "include")
        return self.libraries["headers"]

    def library(self, source, name):
        key = (source.get("cpu"), name)
        if key not in self.libraries:
            self.libraries[key] = run(["arm-none-eabi-gcc"] + self.machine(source) +
                                      ["-print-file-name=" + name])
        return self.libraries[key]

    def start(self, config, source):
        """The object of start.c and the script, for the source's -D flags; never with LTO."""
        extra = shlex.split(source.get("script"))
        tag = "%08x" % (hash_of("%s %s" % (source.get("cpu"), " ".join(extra))))
        start = os.path.join(self.folder, "start-%s-%s-%s.o" % (config.compiler, config.level, tag))
        source_path = os.path.join(HERE, "start.c")
        if not up_to_date(start, source_path, os.path.join(HERE, "board.h")):
            run(self.command(config, source) + ["-ffreestanding", "-fno-builtin"] + extra +
                ["-c", source_path, "-o", start])
        script = os.path.join(self.folder, "link-%s.ld" % tag)
        if not up_to_date(script, os.path.join(HERE, "link.ld")):
            run(["arm-none-eabi-gcc", "-E", "-P", "-x", "c"] + extra +
                [os.path.join(HERE, "link.ld"), "-o", script])
        return start, script

    def image(self, config, source):
        """The path of the linked image; CompileError if it cannot be made."""
        start, script = self.start(config, source)
        plain = "-".join([config.compiler, config.level] + ["lto"] * config.has_lto)
        base = os.path.join(self.folder, source.id.replace("/", "-") + "-")
        unit = base + plain + ".o"
        if not up_to_date(unit, source.path, os.path.join(HERE, "board.h")):
            run(self.command(config, source) + ["-flto"] * config.has_lto +
                shlex.split(source.get("flags")) + ["-c", source.path, "-o", unit])
        image = base + config.name + ".elf"
        if not up_to_date(image, unit, start, script):
            run(self.link(config, source, script) + [start, unit] +
                self.ends(config, source) + ["-o", image])
        return image

    def link(self, config, source, script):
        relocations = ["--emit-relocs"] * config.has_relocations
        if config.compiler == "clang":
            level = {"O0": "0", "Os": "2", "O2": "2", "O3": "3"}[config.level]
            return ["ld.lld", "--lto-O" + level, "--gc-sections", "-T", script] + relocations
        options = ["-Wl," + option for option in ["--gc-sections", "--no-warn-rwx-segments"] +
                   relocations]
        return self.command(config, source) + ["-flto"] * config.has_lto + [
            "-nostdlib", "-T", script] + options + shlex.split(source.get("flags"))

    def ends(self, config, source):
        if config.compiler == "gcc":
            return ["-lc", "-lgcc"]
        return [self.library(source, name) for name in ("libc.a", "libgcc.a")]


def hash_of(text):
    value = 5381
    for char in text:
        value = (value * 33 + ord(char)) & 0xFFFFFFFF
    return value
