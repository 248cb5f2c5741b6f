/*
 * Says of a firmware image whether its blackout reaches memory that is dark, by running it.
 *
 * The image is loaded where its program headers put it, and the processor starts at its reset
 * vector, so what the start-up does not copy is not there. A blackout lasts while the function
 * `root` runs, and while the word at MARK is not 0. In it every instruction that is fetched and
 * every byte that is read is judged by its address alone. Nothing here is shared with tools/check,
 * and no instruction is decoded: Unicorn executes.
 *
 * usage: check_oracle ELF [--dark FIRST-LAST] [--input N] [--live N]... [--stack BYTES]
 *                         [--bank FIRST-LAST] [--touched ADDR]
 *   --input    the word that main finds at MARK + 4; a store to MARK + 8 ends the run
 *   --live     exception N, which is raised at the second instruction of a blackout
 *   --stack    the blackout is broken, too, if its root needs more
 *   --bank     what main may neither fetch nor read after the first blackout began
 *   --touched  also says whether this address was executed or read in a blackout
 * It prints one line: VERDICT, the reason, numbers. Exit 0 sound, 1 broken, 2 the run does not
 * tell, 3 usage or a file that it cannot run.
 */
#include <elf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicorn/unicorn.h>

#define PAGE 0x1000u
#define MARK 0x50000000u
#define VTOR 0xE000ED08u
#define RETURN_PAD 0x1FFF0000u    /* where the core may execute, and no part of the board */
#define FILL 0xDE             /* two of them are an undefined instruction */
#define INSTRUCTIONS_MAX 3000000u
#define LIVE_MAX 16u
#define ROUNDS_MAX 64u
#define EXCEPTION_SVC 11u
#define EXCEPTION_HARD_FAULT 3u
/* Unicorn's numbers of an undefined instruction, an SVC and a BKPT. */
#define TRAP_UNDEFINED 1u
#define TRAP_SVC 2u
#define TRAP_BKPT 7u

struct range {
    uint32_t first, last;
};

enum pause { PAUSE_NONE, PAUSE_LIVE, PAUSE_TRAP, PAUSE_HANDLED, PAUSE_BROKEN, PAUSE_END };

struct run {
    uc_engine *uc;
    struct range dark, bank;
    uint32_t root, dark_base, live[LIVE_MAX], live_count, stack_limit, input, touched;
    bool has_root, has_bank, is_touched;
    /* State of the run. */
    bool in_root, in_handler, is_marked, was_dark, is_live_done;
    uint32_t return_addr, root_sp, sp_min, dark_instructions, instructions, trap;
    enum pause pause;
    char why[128];
};

static bool is_in(const struct range *range, uint32_t addr)
{
    return addr >= range->first && addr <= range->last;
}

static bool is_dark_now(const struct run *run)
{
    return run->in_root || run->is_marked;
}

static uint32_t reg(struct run *run, int id)
{
    uint32_t value = 0;
    (void)uc_reg_read(run->uc, id, &value);
    return value;
}

static void set_reg(struct run *run, int id, uint32_t value)
{
    (void)uc_reg_write(run->uc, id, &value);
}

static uint32_t word_at(struct run *run, uint32_t addr)
{
    uint32_t value = 0;
    (void)uc_mem_read(run->uc, addr, &value, sizeof value);
    return value;
}

static void stop(struct run *run, enum pause pause)
{
    run->pause = pause;
    (void)uc_emu_stop(run->uc);
}

static void say_broken(struct run *run, const char *what, uint32_t addr)
{
    if (run->pause == PAUSE_BROKEN) return;
    (void)snprintf(run->why, sizeof run->why, "%s address=0x%08x pc=0x%08x", what, addr,
                   reg(run, UC_ARM_REG_PC));
    stop(run, PAUSE_BROKEN);
}

/* ---- what the processor does ---- */

static void judge(struct run *run, const char *what, uint32_t addr, uint32_t n)
{
    const uint32_t last = addr + n - 1u;
    if (is_dark_now(run)) {
        run->is_touched |= run->touched >= addr && run->touched <= last;
        if (is_in(&run->dark, addr) || is_in(&run->dark, last)) say_broken(run, what, addr);
    }
    if (run->has_bank && run->was_dark && (is_in(&run->bank, addr) || is_in(&run->bank, last))) {
        say_broken(run, "bank", addr);
    }
}

static void follow_root(struct run *run, uint32_t addr)
{
    if (!run->in_root && run->has_root && addr == run->root) {
        run->in_root = true;
        run->return_addr = reg(run, UC_ARM_REG_LR) & ~1u;
        run->root_sp = reg(run, UC_ARM_REG_SP);
        run->sp_min = run->root_sp;
    } else if (run->in_root && addr == run->return_addr &&
               reg(run, UC_ARM_REG_SP) == run->root_sp) {
        run->in_root = false;
    }
}

static void on_code(uc_engine *uc, uint64_t at, uint32_t n, void *user)
{
    struct run *const run = user;
    const uint32_t addr = (uint32_t)at;
    (void)uc;
    if (addr == RETURN_PAD) {
        stop(run, PAUSE_HANDLED);
        return;
    }
    follow_root(run, addr);
    run->instructions++;
    if (run->instructions > INSTRUCTIONS_MAX) stop(run, PAUSE_END);
    judge(run, "fetch", addr, n);
    if (!is_dark_now(run)) return;
    run->was_dark = true;
    run->dark_instructions++;
    if (run->in_root && reg(run, UC_ARM_REG_SP) < run->sp_min) {
        run->sp_min = reg(run, UC_ARM_REG_SP);
    }
    if (run->dark_instructions > 1 && run->live_count > 0 && !run->is_live_done &&
        run->pause == PAUSE_NONE) {
        stop(run, PAUSE_LIVE);
    }
}

static void on_read(uc_engine *uc, uc_mem_type type, uint64_t addr, int n, int64_t value,
                    void *user)
{
    (void)uc;
    (void)type;
    (void)value;
    judge(user, "read", (uint32_t)addr, (uint32_t)n);
}

static void on_write(uc_engine *uc, uc_mem_type type, uint64_t addr, int n, int64_t value,
                     void *user)
{
    struct run *const run = user;
    (void)uc;
    (void)type;
    if (addr == MARK) {
        run->is_marked = value != 0;
    } else if (addr == MARK + 8u) {
        stop(run, PAUSE_END);
    } else if (is_dark_now(run) && is_in(&run->dark, (uint32_t)addr)) {
        judge(run, "write", (uint32_t)addr, (uint32_t)n);
    }
}

static bool on_nothing_there(uc_engine *uc, uc_mem_type type, uint64_t addr, int n, int64_t value,
                             void *user)
{
    struct run *const run = user;
    (void)uc;
    (void)n;
    (void)value;
    if (is_dark_now(run)) {
        say_broken(run, type == UC_MEM_FETCH_UNMAPPED ? "fetch" : "access", (uint32_t)addr);
    } else {
        (void)snprintf(run->why, sizeof run->why, "lit-fault address=0x%08x pc=0x%08x",
                       (uint32_t)addr, reg(run, UC_ARM_REG_PC));
        stop(run, PAUSE_END);
    }
    return false;
}

static void on_trap(uc_engine *uc, uint32_t number, void *user)
{
    struct run *const run = user;
    (void)uc;
    if (run->pause != PAUSE_NONE) return;
    run->trap = number;
    stop(run, PAUSE_TRAP);
}

/* ---- exceptions, by hand: a handler is a function whose address lies in the table ---- */

static const int saved_ids[] = {
    UC_ARM_REG_R0, UC_ARM_REG_R1, UC_ARM_REG_R2,  UC_ARM_REG_R3,  UC_ARM_REG_R4, UC_ARM_REG_R5,
    UC_ARM_REG_R6, UC_ARM_REG_R7, UC_ARM_REG_R8,  UC_ARM_REG_R9,  UC_ARM_REG_R10,
    UC_ARM_REG_R11, UC_ARM_REG_R12, UC_ARM_REG_LR, UC_ARM_REG_SP, UC_ARM_REG_XPSR,
};
#define SAVED (sizeof saved_ids / sizeof saved_ids[0])

static bool run_from(struct run *run, uint32_t pc)
{
    run->pause = PAUSE_NONE;
    for (uint32_t round = 0; round < ROUNDS_MAX; round++) {
        const uc_err err = uc_emu_start(run->uc, pc | 1u, UINT32_MAX, 0, 0);
        if (run->pause != PAUSE_NONE) return true;
        if (err == UC_ERR_INSN_INVALID) {
            run->trap = TRAP_UNDEFINED;
            run->pause = PAUSE_TRAP;
            return true;
        }
        if (err != UC_ERR_OK) {
            if (is_dark_now(run)) {
                say_broken(run, uc_strerror(err), reg(run, UC_ARM_REG_PC));
                return true;
            }
            (void)snprintf(run->why, sizeof run->why, "%s pc=0x%08x", uc_strerror(err),
                           reg(run, UC_ARM_REG_PC));
            return false;
        }
        pc = reg(run, UC_ARM_REG_PC);
    }
    return false;
}

/* Run the handler of an exception to its return; false: it never returned, or broke. */
static bool raise_exception(struct run *run, uint32_t number)
{
    uint32_t saved[SAVED];
    const uint32_t entry = word_at(run, VTOR) + 4u * number;
    for (uint32_t i = 0; i < SAVED; i++) {
        saved[i] = reg(run, saved_ids[i]);
    }
    judge(run, "vector", entry, 4);
    if (run->pause == PAUSE_BROKEN) return false;
    set_reg(run, UC_ARM_REG_SP, (saved[14] - 0x20u) & ~7u);
    set_reg(run, UC_ARM_REG_LR, RETURN_PAD | 1u);
    run->in_handler = true;
    const bool did_pause = run_from(run, word_at(run, entry) & ~1u);
    run->in_handler = false;
    if (!did_pause || run->pause != PAUSE_HANDLED) return false;
    for (uint32_t i = 0; i < SAVED; i++) {
        set_reg(run, saved_ids[i], saved[i]);
    }
    return true;
}

/* The traps that the code makes on purpose; true: the run goes on at *pc. */
static bool serve_trap(struct run *run, uint32_t *pc)
{
    const uint32_t at = reg(run, UC_ARM_REG_PC);
    if (run->trap == TRAP_SVC) {
        *pc = at;
        return raise_exception(run, EXCEPTION_SVC);
    }
    uint8_t code[2] = {0};
    (void)uc_mem_read(run->uc, at, code, sizeof code);
    if (run->trap == TRAP_UNDEFINED && code[0] == FILL && code[1] == FILL) {
        if (is_dark_now(run)) say_broken(run, "not-copied", at);
        return false;
    }
    if (run->trap != TRAP_UNDEFINED && run->trap != TRAP_BKPT) {
        if (is_dark_now(run)) say_broken(run, "trap", at);
        return false;
    }
    if (is_dark_now(run)) {
        (void)raise_exception(run, EXCEPTION_HARD_FAULT);
        if (run->pause != PAUSE_BROKEN) run->pause = PAUSE_END;
    }
    return false;
}

static void run_image(struct run *run)
{
    set_reg(run, UC_ARM_REG_SP, word_at(run, run->dark_base));
    uint32_t pc = word_at(run, run->dark_base + 4u) & ~1u;
    for (uint32_t round = 0; round < ROUNDS_MAX; round++) {
        if (!run_from(run, pc)) return;
        if (run->pause == PAUSE_LIVE) {
            pc = reg(run, UC_ARM_REG_PC);
            run->is_live_done = true;
            for (uint32_t i = 0; i < run->live_count; i++) {
                if (!raise_exception(run, run->live[i])) return;
            }
        } else if (run->pause != PAUSE_TRAP || !serve_trap(run, &pc)) {
            return;
        }
    }
}

/* ---- the image ---- */

static uint8_t *file_read(const char *path, size_t *n)
{
    FILE *const file = fopen(path, "rb");
    if (!file) return NULL;
    uint8_t *buf = NULL;
    if (fseek(file, 0, SEEK_END) == 0) {
        const long size = ftell(file);
        rewind(file);
        buf = size > 0 ? calloc(1, (size_t)size + 1u) : NULL;
        *n = buf ? fread(buf, 1, (size_t)size, file) : 0;
    }
    (void)fclose(file);
    return buf;
}

static void map(struct run *run, uint32_t addr, uint32_t n, bool is_filled)
{
    const uint32_t first = addr & ~(PAGE - 1u);
    const uint32_t count = (addr + n - first + PAGE - 1u) / PAGE;
    uint8_t fill[PAGE];
    memset(fill, is_filled ? FILL : 0, sizeof fill);
    for (uint32_t i = 0; i < count; i++) {
        /* A page that is there already keeps what it holds. */
        if (uc_mem_map(run->uc, first + i * PAGE, PAGE, UC_PROT_ALL) == UC_ERR_OK) {
            (void)uc_mem_write(run->uc, first + i * PAGE, fill, sizeof fill);
        }
    }
}

static bool load_segments(struct run *run, const uint8_t *file, size_t n)
{
    const Elf32_Ehdr *const head = (const void *)file;
    run->dark_base = UINT32_MAX;
    for (uint32_t i = 0; i < head->e_phnum; i++) {
        const Elf32_Phdr *const part = (const void *)(file + head->e_phoff + i * sizeof *part);
        if (head->e_phoff + (i + 1u) * sizeof *part > n) return false;
        if (part->p_type != PT_LOAD || part->p_filesz == 0) continue;
        if ((uint64_t)part->p_offset + part->p_filesz > n) return false;
        map(run, part->p_paddr, part->p_filesz, true);
        if (uc_mem_write(run->uc, part->p_paddr, file + part->p_offset, part->p_filesz) !=
            UC_ERR_OK) {
            return false;
        }
        if (is_in(&run->dark, part->p_paddr) && part->p_paddr < run->dark_base) {
            run->dark_base = part->p_paddr;
        }
    }
    return run->dark_base != UINT32_MAX;
}

static void find_root(struct run *run, const uint8_t *file, size_t n, const char *name)
{
    const Elf32_Ehdr *const head = (const void *)file;
    const Elf32_Shdr *const parts = (const void *)(file + head->e_shoff);
    if (head->e_shoff == 0 || head->e_shoff + head->e_shnum * sizeof *parts > n) return;
    for (uint32_t i = 0; i < head->e_shnum; i++) {
        if (parts[i].sh_type != SHT_SYMTAB || parts[i].sh_link >= head->e_shnum) continue;
        const Elf32_Sym *const symbols = (const void *)(file + parts[i].sh_offset);
        const char *const names = (const char *)file + parts[parts[i].sh_link].sh_offset;
        for (uint32_t k = 0; k < parts[i].sh_size / sizeof *symbols; k++) {
            if (strcmp(names + symbols[k].st_name, name) == 0 &&
                ELF32_ST_TYPE(symbols[k].st_info) == STT_FUNC) {
                run->root = symbols[k].st_value & ~1u;
                run->has_root = true;
            }
        }
    }
}

static bool prepare(struct run *run, const char *path, const char *root)
{
    size_t n = 0;
    uint8_t *const file = file_read(path, &n);
    bool is_good = false;
    if (file && n > sizeof(Elf32_Ehdr) && memcmp(file, ELFMAG, SELFMAG) == 0 &&
        file[EI_CLASS] == ELFCLASS32 && file[EI_DATA] == ELFDATA2LSB) {
        is_good = load_segments(run, file, n);
        find_root(run, file, n, root);
    }
    free(file);
    map(run, 0x00000000u, 0x40000u, true);     /* ITCM */
    map(run, 0x20000000u, 0x40000u, true);     /* DTCM */
    map(run, 0x24000000u, 0x80000u, true);     /* RAM */
    map(run, 0x40000000u, 0x40000u, false);
    map(run, MARK, 0x10000u, false);
    map(run, 0xE0000000u, 0x10000u, false);
    map(run, RETURN_PAD, PAGE, false);
    (void)uc_mem_write(run->uc, MARK + 4u, &run->input, 4);
    (void)uc_mem_write(run->uc, VTOR, &run->dark_base, 4);
    return is_good;
}

static bool add_hooks(struct run *run)
{
    uc_hook hook = 0;
    void *const code = (void *)(uintptr_t)on_code;
    return uc_hook_add(run->uc, &hook, UC_HOOK_CODE, code, run, 1, 0) == UC_ERR_OK &&
           uc_hook_add(run->uc, &hook, UC_HOOK_MEM_READ, (void *)(uintptr_t)on_read, run, 1, 0) ==
               UC_ERR_OK &&
           uc_hook_add(run->uc, &hook, UC_HOOK_MEM_WRITE, (void *)(uintptr_t)on_write, run, 1,
                       0) == UC_ERR_OK &&
           uc_hook_add(run->uc, &hook, UC_HOOK_INTR, (void *)(uintptr_t)on_trap, run, 1, 0) ==
               UC_ERR_OK &&
           uc_hook_add(run->uc, &hook, UC_HOOK_MEM_UNMAPPED, (void *)(uintptr_t)on_nothing_there,
                       run, 1, 0) == UC_ERR_OK;
}

/* ---- the command line ---- */

static bool range_of(const char *text, struct range *range)
{
    char *end = NULL;
    range->first = (uint32_t)strtoul(text, &end, 0);
    if (*end != '-') return false;
    range->last = (uint32_t)strtoul(end + 1, &end, 0);
    return *end == '\0' && range->first <= range->last;
}

static bool option_read(struct run *run, const char **root, const char *name, const char *value)
{
    const uint32_t number = (uint32_t)strtoul(value, NULL, 0);
    if (strcmp(name, "--dark") == 0) return range_of(value, &run->dark);
    if (strcmp(name, "--bank") == 0) return run->has_bank = range_of(value, &run->bank);
    if (strcmp(name, "--input") == 0) {
        run->input = number;
    } else if (strcmp(name, "--stack") == 0) {
        run->stack_limit = number;
    } else if (strcmp(name, "--touched") == 0) {
        run->touched = number;
    } else if (strcmp(name, "--root") == 0) {
        *root = value;
    } else if (strcmp(name, "--live") == 0 && run->live_count < LIVE_MAX) {
        run->live[run->live_count++] = number;
    } else {
        return false;
    }
    return true;
}

/* Sound is only a run that went dark and came back, or stays in a handler that it can read. */
static int verdict_print(struct run *run)
{
    const uint32_t stack = run->root_sp - run->sp_min;
    const char *verdict = "unclear";
    int status = 2;
    if (run->pause != PAUSE_BROKEN && run->stack_limit > 0 && stack > run->stack_limit) {
        (void)snprintf(run->why, sizeof run->why, "stack");
        run->pause = PAUSE_BROKEN;
    }
    if (run->pause == PAUSE_BROKEN) {
        verdict = "broken";
        status = 1;
    } else if (run->was_dark && (!is_dark_now(run) || run->pause == PAUSE_END)) {
        verdict = "sound";
        status = 0;
    }
    printf("%s %s dark_instructions=%u stack=%u instructions=%u touched=%d\n", verdict,
           run->why[0] ? run->why : "-", run->dark_instructions, stack, run->instructions,
           run->is_touched);
    return status;
}

int main(int argc, char **argv)
{
    struct run run = {.dark = {0x70000000u, 0x7FFFFFFFu}};
    const char *root = "root";
    if (argc < 2 || argc % 2 != 0) {
        (void)fprintf(stderr, "usage: check_oracle ELF [OPTION VALUE]...; see its first lines\n");
        return 3;
    }
    for (int i = 2; i + 1 < argc; i += 2) {
        if (!option_read(&run, &root, argv[i], argv[i + 1])) {
            (void)fprintf(stderr, "check_oracle: %s %s: not understood\n", argv[i], argv[i + 1]);
            return 3;
        }
    }
    if (uc_open(UC_ARCH_ARM, UC_MODE_THUMB, &run.uc) != UC_ERR_OK) return 3;
    if (uc_ctl_set_cpu_model(run.uc, UC_CPU_ARM_CORTEX_M7) != UC_ERR_OK || !add_hooks(&run)) {
        return 3;
    }
    if (!prepare(&run, argv[1], root)) {
        (void)fprintf(stderr, "check_oracle: %s: no 32-bit image with code in the dark range\n",
                      argv[1]);
        return 3;
    }
    run_image(&run);
    const int status = verdict_print(&run);
    (void)uc_close(run.uc);
    return status;
}
