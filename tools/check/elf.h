/*
 * One ELF file as the checker reads it: sections with where they run and where they are stored,
 * symbols, and the marks that tell code from data. Nothing of the file is trusted.
 */
#ifndef TOOLS_CHECK_ELF_H
#define TOOLS_CHECK_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A section that has an address in the running firmware. */
struct elf_section {
    const char *name;
    uint32_t addr, size;
    uint32_t load_addr;   /* where its bytes are stored; addr where no segment says otherwise */
    const uint8_t *bytes; /* NULL where the file has none (.bss) */
    bool is_written, is_code;
};

enum elf_symbol_kind { ELF_OTHER, ELF_FUNCTION, ELF_OBJECT };

struct elf_symbol {
    const char *name;
    uint32_t addr; /* without the Thumb bit of a function */
    uint32_t size;
    uint32_t section; /* its index in `sections`; ELF_NO_SECTION for an absolute number */
    enum elf_symbol_kind kind;
    bool is_global;
};

#define ELF_NO_SECTION 0xFFFFFFFFu

/* From here on: code ('t') or data ('d'); 'a' is ARM code, which an M core does not have. */
struct elf_mark {
    uint32_t addr;
    char kind;
};

struct elf_file {
    int file;
    void *handle; /* libelf's Elf * */
    const char *path;
    struct elf_section *sections; /* by address */
    uint32_t section_count;
    struct elf_symbol *symbols; /* by address */
    uint32_t symbol_count;
    struct elf_mark *marks; /* by address */
    uint32_t mark_count;
    uint32_t entry;
};

/*
 * Open an image and read its tables.
 *
 * elf      written on success alone; give it to elf_close afterwards
 * why      ELF_WHY_BYTES; on failure what is wrong with the file and what cures it
 * Returns  false for anything but a little-endian 32-bit ARM file that is linked, has sections
 *          and has symbols, and for one whose tables contradict each other or its length
 */
bool elf_open(struct elf_file *elf, const char *path, char *why);
#define ELF_WHY_BYTES 256

/* Give back what elf_open took. */
void elf_close(struct elf_file *elf);

/* A symbol by its name, global ones first; NULL where there is none. */
const struct elf_symbol *elf_find(const struct elf_file *elf, const char *name);

/* A section by its name; NULL where there is none. */
const struct elf_section *elf_find_section(const struct elf_file *elf, const char *name);

/* The section that covers an address, one with bytes first; NULL where there is none. */
const struct elf_section *elf_section_at(const struct elf_file *elf, uint32_t addr);

#endif
