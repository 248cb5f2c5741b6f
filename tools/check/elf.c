/*
 * Reading an ELF file with libelf. Every offset and count is held against the file's length here:
 * what is handed out can be used without another look.
 */
#include "tools/check/elf.h"

#include "tools/check/list.h"

#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* More than any microcontroller's firmware has, and little enough to sort at once. */
#define SECTIONS_MAX 65536u
#define SYMBOLS_MAX 4000000u
#define FILE_BYTES_MAX 0x40000000u

__attribute__((format(printf, 2, 3))) static bool fail(char *why, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(why, ELF_WHY_BYTES, format, args);
    va_end(args);
    return false;
}

static bool header_is_ours(Elf *handle, char *why)
{
    GElf_Ehdr header;
    if (elf_kind(handle) == ELF_K_AR) {
        return fail(why, "is an archive: link it, and give the linked image");
    }
    if (elf_kind(handle) != ELF_K_ELF || gelf_getehdr(handle, &header) == NULL) {
        return fail(why, "is not an ELF file, or a truncated one: give what the linker wrote, "
                         "not a .hex or .bin");
    }
    if (header.e_ident[EI_CLASS] != ELFCLASS32) {
        return fail(why, "is a 64-bit ELF file: firmware of a Cortex-M is a 32-bit one");
    }
    if (header.e_ident[EI_DATA] != ELFDATA2LSB) {
        return fail(why, "is big-endian: link without -mbig-endian and --be8");
    }
    if (header.e_machine != EM_ARM) {
        return fail(why, "is for another processor (machine %u, ARM is 40)", header.e_machine);
    }
    if (header.e_type != ET_EXEC && header.e_type != ET_DYN) {
        return fail(why, "is not linked yet (ELF type %u): give the final image", header.e_type);
    }
    return true;
}

/* Where a section's bytes are stored: its place in the segment that holds them in the file. */
static uint32_t load_addr_of(Elf *handle, const GElf_Shdr *header)
{
    size_t count = 0;
    if (header->sh_type == SHT_NOBITS || elf_getphdrnum(handle, &count) != 0) {
        return (uint32_t)header->sh_addr;
    }
    for (size_t i = 0; i < count; i++) {
        GElf_Phdr segment;
        if (gelf_getphdr(handle, (int)i, &segment) == NULL || segment.p_type != PT_LOAD) {
            continue;
        }
        if (header->sh_offset >= segment.p_offset && header->sh_addr >= segment.p_vaddr &&
            header->sh_offset - segment.p_offset == header->sh_addr - segment.p_vaddr &&
            header->sh_offset - segment.p_offset + header->sh_size <= segment.p_filesz) {
            return (uint32_t)(segment.p_paddr + (header->sh_offset - segment.p_offset));
        }
    }
    return (uint32_t)header->sh_addr;
}

static bool section_add(struct elf_file *elf, const GElf_Shdr *header, size_t names, char *why)
{
    Elf *const handle = elf->handle;
    size_t file_bytes = 0;
    const char *const file = elf_rawfile(handle, &file_bytes);
    const char *const name = elf_strptr(handle, names, header->sh_name);
    if (file == NULL || name == NULL) {
        return fail(why, "has a section without a name: the file is damaged, link it again");
    }
    if (header->sh_addr + header->sh_size > 0x100000000u) {
        return fail(why, "section %.64s ends beyond 32 bits: the file is damaged", name);
    }
    const bool has_bytes = header->sh_type != SHT_NOBITS;
    if (has_bytes && (header->sh_offset > file_bytes ||
                      header->sh_size > file_bytes - header->sh_offset)) {
        return fail(why, "section %.64s ends beyond the file: it is truncated", name);
    }
    *LIST_ADD(elf->sections, elf->section_count) = (struct elf_section) {
        .name = name, .addr = (uint32_t)header->sh_addr, .size = (uint32_t)header->sh_size,
        .load_addr = load_addr_of(handle, header),
        .bytes = has_bytes ? (const uint8_t *)file + header->sh_offset : NULL,
        .is_written = (header->sh_flags & SHF_WRITE) != 0,
        .is_code = (header->sh_flags & SHF_EXECINSTR) != 0,
    };
    return true;
}

static int section_order(const void *left, const void *right)
{
    const struct elf_section *const a = left;
    const struct elf_section *const b = right;
    if (a->addr != b->addr) {
        return a->addr < b->addr ? -1 : 1;
    }
    return a->size < b->size ? -1 : a->size > b->size;
}

/* Two sections with bytes for one address: which of them runs there nobody could say. */
static bool sections_are_apart(const struct elf_file *elf, char *why)
{
    const struct elf_section *before = NULL;
    for (uint32_t i = 0; i < elf->section_count; i++) {
        const struct elf_section *const section = &elf->sections[i];
        if (section->bytes == NULL || section->size == 0) {
            continue;
        }
        if (before != NULL && section->addr - before->addr < before->size) {
            return fail(why, "sections %.64s and %.64s both have bytes for 0x%08x: overlays "
                             "cannot be judged; link them apart", before->name, section->name,
                        section->addr);
        }
        before = section;
    }
    return true;
}

static bool sections_read(struct elf_file *elf, char *why)
{
    size_t count = 0;
    size_t names = 0;
    if (elf_getshdrnum(elf->handle, &count) != 0 || count > SECTIONS_MAX) {
        return fail(why, "has an absurd section table: the file is damaged");
    }
    if (count < 2 || elf_getshdrstrndx(elf->handle, &names) != 0) {
        return fail(why, "has no section table: it is truncated or stripped too far; link it "
                         "again (strip --strip-debug is the most that does no harm)");
    }
    for (size_t i = 1; i < count; i++) {
        GElf_Shdr header;
        Elf_Scn *const section = elf_getscn(elf->handle, i);
        if (section == NULL || gelf_getshdr(section, &header) == NULL) {
            return fail(why, "section %zu cannot be read: the file is damaged", i);
        }
        if ((header.sh_flags & SHF_ALLOC) != 0 && (header.sh_flags & SHF_TLS) == 0 &&
            !section_add(elf, &header, names, why)) {
            return false;
        }
    }
    if (elf->section_count == 0) {
        return fail(why, "has no section with an address: give the final image");
    }
    qsort(elf->sections, elf->section_count, sizeof *elf->sections, section_order);
    return sections_are_apart(elf, why);
}

static int mark_order(const void *left, const void *right)
{
    const struct elf_mark *const a = left;
    const struct elf_mark *const b = right;
    return a->addr < b->addr ? -1 : a->addr > b->addr;
}

/* By address; functions first, then objects; global ones first: the first one found counts. */
static int symbol_order(const void *left, const void *right)
{
    const struct elf_symbol *const a = left;
    const struct elf_symbol *const b = right;
    if (a->addr != b->addr) {
        return a->addr < b->addr ? -1 : 1;
    }
    if (a->kind != b->kind) {
        return a->kind == ELF_FUNCTION || b->kind == ELF_OTHER ? -1 : 1;
    }
    if (a->is_global != b->is_global) {
        return a->is_global ? -1 : 1;
    }
    return strcmp(a->name, b->name);
}

static bool name_is_mark(const char *name)
{
    return name[0] == '$' && strchr("atd", name[1]) != NULL && name[1] != 0 &&
           (name[2] == 0 || name[2] == '.');
}

static uint32_t section_index_at(const struct elf_file *elf, uint32_t addr)
{
    const struct elf_section *const section = elf_section_at(elf, addr);
    return section == NULL ? ELF_NO_SECTION : (uint32_t)(section - elf->sections);
}

static void symbol_add(struct elf_file *elf, const GElf_Sym *raw, const char *name)
{
    const unsigned type = GELF_ST_TYPE(raw->st_info);
    if (name_is_mark(name)) {
        *LIST_ADD(elf->marks, elf->mark_count) =
            (struct elf_mark) {(uint32_t)raw->st_value, name[1]};
        return;
    }
    if (name[0] == 0 || type == STT_FILE || type == STT_SECTION) {
        return;
    }
    /* The low bit of a function is the Thumb bit. Veneers have no type with lld. */
    const bool is_function = type == STT_FUNC || type == STT_GNU_IFUNC;
    const uint32_t addr = (uint32_t)raw->st_value & ~(is_function ? 1u : 0u);
    const bool is_absolute = raw->st_shndx == SHN_ABS;
    *LIST_ADD(elf->symbols, elf->symbol_count) = (struct elf_symbol) {
        .name = name, .addr = addr, .size = (uint32_t)raw->st_size,
        .section = is_absolute ? ELF_NO_SECTION : section_index_at(elf, addr),
        .kind = is_function ? ELF_FUNCTION : type == STT_OBJECT ? ELF_OBJECT : ELF_OTHER,
        .is_global = GELF_ST_BIND(raw->st_info) != STB_LOCAL,
    };
}

static bool symbol_table_read(struct elf_file *elf, Elf_Scn *table, const GElf_Shdr *header,
                              char *why)
{
    size_t file_bytes = 0;
    (void)elf_rawfile(elf->handle, &file_bytes);
    if (header->sh_entsize != sizeof(Elf32_Sym) || header->sh_offset > file_bytes ||
        header->sh_size > file_bytes - header->sh_offset) {
        return fail(why, "has a symbol table that is cut off: the file is truncated");
    }
    const uint64_t count = header->sh_size / header->sh_entsize;
    Elf_Data *const data = elf_getdata(table, NULL);
    if (data == NULL || count > SYMBOLS_MAX) {
        return fail(why, "has a symbol table that cannot be read: the file is damaged");
    }
    for (uint64_t i = 1; i < count; i++) {
        GElf_Sym raw;
        const char *name = NULL;
        if (gelf_getsym(data, (int)i, &raw) != NULL) {
            name = elf_strptr(elf->handle, header->sh_link, raw.st_name);
        }
        if (name == NULL) {
            return fail(why, "symbol %u has no name: the file is damaged", (unsigned)i);
        }
        if (raw.st_shndx != SHN_UNDEF) {
            symbol_add(elf, &raw, name);
        }
    }
    return true;
}

static bool symbols_read(struct elf_file *elf, char *why)
{
    Elf_Scn *section = NULL;
    while ((section = elf_nextscn(elf->handle, section)) != NULL) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) == NULL) {
            return fail(why, "a section cannot be read: the file is damaged");
        }
        if (header.sh_type == SHT_SYMTAB && !symbol_table_read(elf, section, &header, why)) {
            return false;
        }
    }
    if (elf->symbol_count == 0) {
        return fail(why, "has no symbols: it is stripped; give the file that the linker wrote "
                         "(strip --strip-debug is the most that does no harm)");
    }
    qsort(elf->symbols, elf->symbol_count, sizeof *elf->symbols, symbol_order);
    if (elf->mark_count != 0) {
        qsort(elf->marks, elf->mark_count, sizeof *elf->marks, mark_order);
    }
    return true;
}

static bool file_read(struct elf_file *elf, char *why)
{
    GElf_Ehdr header;
    size_t bytes = 0;
    if (!header_is_ours(elf->handle, why)) {
        return false;
    }
    if (elf_rawfile(elf->handle, &bytes) == NULL || bytes > FILE_BYTES_MAX ||
        gelf_getehdr(elf->handle, &header) == NULL) {
        return fail(why, "cannot be mapped into memory, or is longer than 1 GB");
    }
    elf->entry = (uint32_t)header.e_entry & ~1u;
    return sections_read(elf, why) && symbols_read(elf, why);
}

bool elf_open(struct elf_file *elf, const char *path, char *why)
{
    struct elf_file opened = {.path = path, .file = open(path, O_RDONLY)};
    if (opened.file < 0) {
        return fail(why, "cannot be opened: give the path of the linked ELF file");
    }
    (void)elf_version(EV_CURRENT);
    opened.handle = elf_begin(opened.file, ELF_C_READ_MMAP, NULL);
    if (opened.handle == NULL || !file_read(&opened, why)) {
        if (opened.handle == NULL) {
            fail(why, "cannot be read as an ELF file: it is empty or truncated");
        }
        elf_close(&opened);
        return false;
    }
    *elf = opened;
    return true;
}

void elf_close(struct elf_file *elf)
{
    free(elf->sections);
    free(elf->symbols);
    free(elf->marks);
    if (elf->handle != NULL) {
        (void)elf_end(elf->handle);
    }
    (void)close(elf->file);
}

const struct elf_symbol *elf_find(const struct elf_file *elf, const char *name)
{
    const struct elf_symbol *found = NULL;
    for (uint32_t i = 0; i < elf->symbol_count; i++) {
        if (strcmp(elf->symbols[i].name, name) != 0) {
            continue;
        }
        if (elf->symbols[i].is_global) {
            return &elf->symbols[i];
        }
        found = found == NULL ? &elf->symbols[i] : found;
    }
    return found;
}

const struct elf_section *elf_find_section(const struct elf_file *elf, const char *name)
{
    for (uint32_t i = 0; i < elf->section_count; i++) {
        if (strcmp(elf->sections[i].name, name) == 0) {
            return &elf->sections[i];
        }
    }
    return NULL;
}

const struct elf_section *elf_section_at(const struct elf_file *elf, uint32_t addr)
{
    const struct elf_section *found = NULL;
    for (uint32_t i = 0; i < elf->section_count && elf->sections[i].addr <= addr; i++) {
        const struct elf_section *const section = &elf->sections[i];
        if (addr - section->addr >= section->size) {
            continue;
        }
        if (section->bytes != NULL) {
            return section;
        }
        found = section;
    }
    return found;
}
