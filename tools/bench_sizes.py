"""Code and memory of the library on the target, read from the firmware build. Used by bench.py.

Code is counted in two ways. "text" is all that the objects hold, used or not. "linked" is what the
linker keeps for a program that makes some calls and no others: of the store, the five that
other stores were counted with.
"""
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FIRMWARE = os.path.join(ROOT, "build", "firmware")
WORK = os.path.join(ROOT, "build", "bench_sizes")
ELF = os.path.join(FIRMWARE, "examples", "brightness", "brightness.elf")
# Where the blackout's code may lie, and with handlers that stay live: each must keep to the limit.
PLACEMENTS = (("", ELF),
              (".axi_sram", os.path.join(FIRMWARE, "examples", "brightness",
                                         "brightness_axi_sram.elf")),
              (".psram", os.path.join(FIRMWARE, "examples", "brightness",
                                      "brightness_psram.elf")),
              (".internal_flash", os.path.join(FIRMWARE, "examples", "brightness",
                                               "brightness_internal_flash.elf")),
              (".live", os.path.join(FIRMWARE, "tests", "port_fw", "port_live.elf")))
BLACKOUT_BYTES_MAX = 2048
# Objects of the NOR archive that a product links only if it asks for them; of the chips one.
NOT_MEDIUM = ("nor_rest", "nor_down", "sfdp")
CHIP = "mx66uw1g45g"
ONE_LANE_ELF = os.path.join(FIRMWARE, "examples", "brightness", "brightness_one_lane.elf")
STORM_ELF = os.path.join(FIRMWARE, "tests", "storm_fw", "storm_itcm.elf")
LOCK_ELF = os.path.join(FIRMWARE, "bench", "fw", "bench_lock.elf")
COMPILER = ["arm-none-eabi-gcc", "-mcpu=cortex-m7", "-mthumb", "-mfpu=fpv5-d16",
            "-mfloat-abi=hard", "-Os", "-I", ROOT]
CODE = (".text", ".rodata")
# Files of nacre/core that are above the store or beside it: each is linked only where it is used.
ABOVE = ("settings", "transaction")
BESIDE = ("err", "secret", "check_store", "wipe", "copy")
CALLS = ["nacre_format", "nacre_mount", "nacre_set", "nacre_get", "nacre_remove"]
MORE_CALLS = ["nacre_settings_open", "nacre_settings_get", "nacre_settings_set", "nacre_begin",
              "nacre_stage_set", "nacre_stage_remove", "nacre_commit", "nacre_abandon",
              "nacre_nor_open"]


def stop(code, why):
    print("bench: %s" % why, file=sys.stderr)
    sys.exit(code)


def run(command):
    try:
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    except OSError as error:
        stop(2, "%s: %s" % (command[0], error.strerror))
    if done.returncode:
        stop(2, "%s: exit status %d" % (" ".join(command), done.returncode))
    return done.stdout


def archive(name):
    return os.path.join(FIRMWARE, "nacre", "libnacre_%s.a" % name)


def object_bytes(name):
    """{object: bytes of code and constants} of one of the library's archives."""
    sizes = {}
    member = ""
    for line in run(["arm-none-eabi-size", "-A", archive(name)]).splitlines():
        match = re.match(r"^(\S+?)\.c\.obj\s+\(ex ", line)
        if match:
            member = match.group(1)
            sizes[member] = 0
        fields = line.split()
        if len(fields) == 3 and fields[1].isdigit() and fields[0].startswith(CODE):
            sizes[member] += int(fields[1])
    return sizes


def linked_bytes(calls):
    """{object: bytes} of what the linker keeps for a program that makes these calls."""
    map_file = os.path.join(WORK, "linked.map")
    entries = [word for call in calls for word in ("-Wl,-u," + call,)]
    run(COMPILER + entries + ["-nostdlib", "-Wl,--gc-sections", "-Wl,-e," + calls[0],
                              "-Wl,--unresolved-symbols=ignore-all", "-Wl,-Map=" + map_file,
                              archive("nor"), archive("core"),
                              "-o", os.path.join(WORK, "linked.elf")])
    with open(map_file, encoding="utf-8") as file:
        text = file.read().split("Linker script and memory map", 1)[1]
    sizes = {}
    for match in re.finditer(r"^ (\.\S+)\s+0x[0-9a-f]+\s+0x([0-9a-f]+)\s+\S+\((\S+?)\.c\.obj\)$",
                             text, re.M):
        if match.group(1).startswith(CODE):
            sizes[match.group(3)] = sizes.get(match.group(3), 0) + int(match.group(2), 16)
    return sizes


def ram_bytes():
    """{name: bytes} of the structures that bench/sizes.c lists."""
    probe = os.path.join(WORK, "sizes.o")
    run(COMPILER + ["-c", "bench/sizes.c", "-o", probe])
    sizes = {}
    for line in run(["arm-none-eabi-nm", "-S", probe]).splitlines():
        fields = line.split()
        if len(fields) == 4 and fields[3].startswith("ram_"):
            sizes[fields[3][len("ram_"):]] = int(fields[1], 16)
    return sizes


def written_bytes(name):
    """Bytes of .data and .bss of one of the library's archives, whoever links them."""
    table = run(["arm-none-eabi-size", archive(name)]).splitlines()[1:]
    return sum(int(field) for line in table for field in line.split()[1:3])


def blackout_bytes(elf):
    """Code, constants, vectors and data of the library that must not lie in the flash."""
    addresses = {}
    for line in run(["arm-none-eabi-nm", elf]).splitlines():
        fields = line.split()
        if len(fields) == 3:
            addresses[fields[2]] = int(fields[0], 16)
    return addresses["nacre_ram_end"] - addresses["nacre_ram_start"] + written_bytes("ram")


def medium_bytes(nor):
    """What nacre_nor_open links into flash: the medium, one chip, the port."""
    parts = sum(size for name, size in nor.items()
                if name == CHIP or name.startswith("nor") and name not in NOT_MEDIUM)
    return parts + sum(object_bytes("firmware").values())


def share(sizes, beginnings):
    """Bytes of the objects whose names begin with one of these."""
    return sum(size for name, size in sizes.items() if name.startswith(beginnings))


def figures():
    """[(name, value, unit, limit)]: limits of the design, one lane and two lanes."""
    os.makedirs(WORK, exist_ok=True)
    core = object_bytes("core")
    nor = object_bytes("nor")
    store = sum(core.values()) - share(core, ABOVE + BESIDE)
    more = store + share(core, ABOVE) + sum(nor.values())
    linked = sum(linked_bytes(CALLS).values())
    more_linked = sum(linked_bytes(CALLS + MORE_CALLS).values())
    ram = ram_bytes()
    rows = [("size.core_text_bytes", store, "bytes", 4096),
            ("size.core_two_lanes_text_bytes", store, "bytes", 5120),
            ("size.core_linked_bytes", linked, "bytes", None),
            ("size.with_settings_transactions_nor_bytes", more, "bytes", 8192),
            ("size.with_settings_transactions_nor_linked_bytes", more_linked, "bytes", None),
            ("size.nor_medium_bytes", medium_bytes(nor), "bytes", None),
            ("store.ram_bytes", ram["store"], "bytes", 128),
            ("store.two_lanes.ram_bytes", ram["store"], "bytes", 192),
            ("store.ram_bytes_per_key", ram["key"], "bytes", 4)]
    rows += [("size.blackout_ram_bytes" + where, blackout_bytes(elf), "bytes", BLACKOUT_BYTES_MAX)
             for where, elf in PLACEMENTS]
    rows += [("ram.%s_bytes" % name, size, "bytes", None)
             for name, size in sorted(ram.items()) if name not in ("store", "key")]
    for where, sizes in (("core", core), ("nor", nor)):
        rows += [("size.object.%s.%s_bytes" % (where, name), size, "bytes", None)
                 for name, size in sorted(sizes.items(), key=lambda item: -item[1])]
    return rows
