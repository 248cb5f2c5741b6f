/*
 * Files into memories: the application's ELF into the chip (and RAM, if a segment is to be loaded
 * there), a boot image into the internal flash, a raw image into the chip.
 */
#include "twin/machine.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gelf.h>
#include <libelf.h>

#define HEX_LINE 600u

static bool fail(struct twin *t, const char *path, const char *what)
{
    (void)snprintf(t->error, sizeof t->error, "%s: %s", path, what);
    return false;
}

/* The programmer erases whole units: what else is in them is written again. */
bool load_into_chip(struct twin *t, uint32_t addr, const uint8_t *bytes, uint32_t n)
{
    uint8_t unit[PAGE_BYTES];
    while (n != 0u) {
        const uint32_t start = addr / PAGE_BYTES * PAGE_BYTES;
        const uint32_t room = PAGE_BYTES - (addr - start);
        const uint32_t part = n < room ? n : room;
        if (start >= t->nor_device->array_bytes) return false;
        memcpy(unit, t->nor_device->array + start, PAGE_BYTES);
        memcpy(unit + (addr - start), bytes, part);
        if (!nor_load(t->nor, start, unit, PAGE_BYTES)) return false;
        addr += part;
        bytes += part;
        n -= part;
    }
    return true;
}

/* What power on finds: the chip's array, or the RAM and internal flash image. */
static bool place(struct twin *t, uint32_t addr, const uint8_t *bytes, uint32_t n)
{
    if (addr - FLASH_WINDOW < t->nor_device->array_bytes) {
        return load_into_chip(t, addr - FLASH_WINDOW, bytes, n);
    }
    for (uint32_t i = 0; i < MEMORY_COUNT; i++) {
        const uint32_t at = addr - memories[i].addr;
        if (addr >= memories[i].addr && at < memories[i].n && n <= memories[i].n - at) {
            memcpy(t->ram_at_power_on + memories[i].at + at, bytes, n);
            return true;
        }
    }
    return false;
}

/* ---- ELF ---- */

static bool load_segments(struct twin *t, Elf *elf, const char *path)
{
    size_t count = 0;
    size_t n = 0;
    if (elf_getphdrnum(elf, &count) != 0) return fail(t, path, "no program headers");
    const char *const file = elf_rawfile(elf, &n);
    for (size_t i = 0; i < count; i++) {
        GElf_Phdr header;
        if (gelf_getphdr(elf, (int)i, &header) == NULL) return fail(t, path, "bad header");
        if (header.p_type != PT_LOAD || header.p_filesz == 0u) continue;
        if (header.p_offset + header.p_filesz > n) return fail(t, path, "cut short");
        if (!place(t, (uint32_t)header.p_paddr, (const uint8_t *)file + header.p_offset,
                   (uint32_t)header.p_filesz)) {
            return fail(t, path, "a segment lies where the board has no memory to load");
        }
    }
    return true;
}

static bool add_symbols(struct twin *t, Elf *elf, Elf_Scn *section, const GElf_Shdr *header)
{
    Elf_Data *const data = elf_getdata(section, NULL);
    const size_t count = header->sh_entsize == 0u ? 0u : header->sh_size / header->sh_entsize;
    for (size_t i = 0; data != NULL && i < count; i++) {
        GElf_Sym sym;
        if (gelf_getsym(data, (int)i, &sym) == NULL) continue;
        const unsigned type = GELF_ST_TYPE(sym.st_info);
        char *const name = elf_strptr(elf, header->sh_link, sym.st_name);
        if (name == NULL || name[0] == '\0' || name[0] == '$') continue;
        if (type != STT_FUNC && type != STT_OBJECT && type != STT_NOTYPE) continue;
        const bool is_function = type == STT_FUNC;
        const uint32_t addr = (uint32_t)sym.st_value & (is_function ? ~1u : ~0u);
        const struct symbol symbol = {addr, (uint32_t)sym.st_size, name, is_function};
        if (sym.st_shndx != SHN_UNDEF && !symbols_add(&t->symbols, &symbol)) return false;
    }
    return true;
}

static bool load_symbols(struct twin *t, Elf *elf)
{
    Elf_Scn *section = NULL;
    while ((section = elf_nextscn(elf, section)) != NULL) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) == NULL || header.sh_type != SHT_SYMTAB) continue;
        if (!add_symbols(t, elf, section, &header)) return false;
    }
    symbols_sort(&t->symbols);
    return true;
}

static bool load_elf_handle(struct twin *t, Elf *elf, const char *path, bool with_symbols)
{
    GElf_Ehdr header;
    if (elf_kind(elf) != ELF_K_ELF || gelf_getehdr(elf, &header) == NULL) {
        return fail(t, path, "not an ELF file");
    }
    if (header.e_machine != EM_ARM || gelf_getclass(elf) != ELFCLASS32) {
        return fail(t, path, "an ELF file for another machine");
    }
    if (!load_segments(t, elf, path)) return false;
    return !with_symbols || load_symbols(t, elf);
}

static bool load_elf(struct twin *t, const char *path, bool with_symbols)
{
    const int fd = open(path, O_RDONLY);
    if (fd < 0) return fail(t, path, "cannot be read");
    (void)elf_version(EV_CURRENT);
    Elf *const elf = elf_begin(fd, ELF_C_READ, NULL);
    const bool done = elf == NULL ? fail(t, path, "not an ELF file")
                                  : load_elf_handle(t, elf, path, with_symbols);
    if (elf != NULL) (void)elf_end(elf);
    (void)close(fd);
    return done;
}

bool load_app(struct twin *t, const char *path)
{
    return load_elf(t, path, true);
}

/* ---- Intel HEX ---- */

static int hex_byte(const char *text)
{
    unsigned value = 0;
    if (sscanf(text, "%2x", &value) != 1) return -1;
    return (int)value;
}

struct hex_line {
    uint32_t n, addr, type;
    uint8_t bytes[256];
};

static bool parse_hex_line(const char *text, struct hex_line *line)
{
    uint8_t raw[261];
    uint8_t sum = 0;
    const size_t length = strlen(text);
    if (text[0] != ':' || length < 11u) return false;
    const int n = hex_byte(text + 1);
    if (n < 0 || length < 11u + 2u * (size_t)n) return false;
    for (size_t i = 0; i < (size_t)n + 5u; i++) {
        const int byte = hex_byte(text + 1 + 2u * i);
        if (byte < 0) return false;
        raw[i] = (uint8_t)byte;
        sum = (uint8_t)(sum + raw[i]);
    }
    line->n = (uint32_t)n;
    line->addr = (uint32_t)raw[1] << 8 | raw[2];
    line->type = raw[3];
    memcpy(line->bytes, &raw[4], (size_t)n);
    return sum == 0u;
}

static bool load_hex_lines(struct twin *t, FILE *file, const char *path)
{
    char text[HEX_LINE];
    struct hex_line line;
    uint32_t base = 0;
    while (fgets(text, sizeof text, file) != NULL) {
        if (!parse_hex_line(text, &line)) return fail(t, path, "not Intel HEX, or damaged");
        if (line.type == 1u) return true;
        if (line.type == 4u || line.type == 2u) {
            base = ((uint32_t)line.bytes[0] << 8 | line.bytes[1]) << (line.type == 4u ? 16 : 4);
        }
        if (line.type == 0u && !place(t, base + line.addr, line.bytes, line.n)) {
            return fail(t, path, "data where the board has no memory");
        }
    }
    return fail(t, path, "cut short");
}

bool load_boot(struct twin *t, const char *path)
{
    const size_t n = strlen(path);
    if (n < 4u || strcmp(path + n - 4u, ".hex") != 0) return load_elf(t, path, false);
    FILE *const file = fopen(path, "r");
    if (file == NULL) return fail(t, path, "cannot be read");
    const bool done = load_hex_lines(t, file, path);
    (void)fclose(file);
    return done;
}

/* ---- raw ---- */

bool load_raw(struct twin *t, const char *path)
{
    uint8_t buf[4096];
    uint32_t addr = 0;
    bool done = true;
    FILE *const file = fopen(path, "rb");
    if (file == NULL) return fail(t, path, "cannot be read");
    for (;;) {
        const size_t n = fread(buf, 1, sizeof buf, file);
        if (n == 0u || !done) break;
        done = load_into_chip(t, addr, buf, (uint32_t)n);
        addr += (uint32_t)n;
    }
    (void)fclose(file);
    return done ? true : fail(t, path, "larger than the chip");
}
