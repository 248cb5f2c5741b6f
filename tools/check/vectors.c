/*
 * The vector table of the blackout. The core reads the vector from it, so the table itself must be
 * lit (Armv7-M Architecture Reference Manual, B1.5.3), then it fetches the handler.
 */
#include "tools/check/vectors.h"

#include "tools/check/elf.h"

#include <string.h>

#define VECTORS_NMI 2u
#define OURS "nacre_ram_vectors"

bool vectors_find(const struct check *check, uint32_t *table)
{
    static const char *const usual[] = {OURS, "ram_vectors", "vectors", "__Vectors",
                                        "g_pfnVectors", "__isr_vector", "__isr_vectors",
                                        "_vector_table", "vector_table", "__vector_table",
                                        "_vectors"};
    static const char *const sections[] = {".isr_vector", ".vectors", ".intvec"};
    const struct elf_file *const elf = image_elf(check->image);
    if (check->config->vectors != NULL) {
        const struct elf_symbol *const named = elf_find(elf, check->config->vectors);
        *table = named == NULL ? 0 : named->addr;
        return named != NULL;
    }
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
        const struct elf_symbol *const symbol = elf_find(elf, usual[i]);
        if (symbol != NULL) {
            *table = symbol->addr;
            return true;
        }
    }
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        const struct elf_section *const section = elf_find_section(elf, sections[i]);
        if (section != NULL) {
            *table = section->addr;
            return true;
        }
    }
    return false;
}

static const char *exception_name(uint32_t number)
{
    static const char *const names[VECTORS_FIRST_IRQ] = {
        [2] = "NMI", [3] = "HardFault", [4] = "MemManage", [5] = "BusFault", [6] = "UsageFault",
        [7] = "SecureFault", [11] = "SVCall", [12] = "DebugMon", [14] = "PendSV", [15] = "SysTick",
    };
    return number < VECTORS_FIRST_IRQ && names[number] != NULL ? names[number] : "an interrupt";
}

static void judge_handler(struct check *check, uint32_t handler, const struct check_place *place,
                          const char *name, enum rule_id rule)
{
    const enum image_place where = image_place(check->image, handler);
    if (where == IMAGE_DARK) {
        check_add(check, rule, CHECK_REFUTED, place,
                  "the handler of %s, %s at 0x%08x, cannot be read", name,
                  check_name_at(check, handler), handler & ~1u);
        return;
    }
    if (where == IMAGE_NOWHERE || !image_is_code(check->image, handler & ~1u)) {
        check_add(check, rule, CHECK_UNDECIDED, place,
                  "the vector of %s is 0x%08x, where the file has no code", name, handler);
        return;
    }
    const uint32_t index = check_reach(check, handler, CHECK_NO_FUNCTION, place->addr, name);
    check->functions[index].is_handler = true;
}

void vectors_judge(struct check *check, uint32_t number, const struct check_place *raised)
{
    const enum rule_id rule = raised == NULL ? RULE_VECTOR_DARK : RULE_SVC_DARK;
    const char *const name = exception_name(number);
    struct check_place place = {.function = CHECK_NO_FUNCTION};
    uint32_t table = 0;
    const bool is_there = vectors_find(check, &table);
    place.addr = table + 4u * number;
    if (raised != NULL) {
        place = *raised;
    }
    if (!is_there) {
        check_add(check, rule, CHECK_UNDECIDED, &place,
                  "the vector of %s is not known: vectors SYMBOL names the table", name);
        return;
    }
    const uint32_t vector = table + 4u * number;
    place.target = vector;
    place.has_target = true;
    if (image_place(check->image, vector) == IMAGE_DARK) {
        check_add(check, rule, CHECK_REFUTED, &place,
                  "the vector of %s (%u) lies at 0x%08x, which cannot be read", name, number,
                  vector);
        return;
    }
    uint32_t handler = 0;
    if (!image_read(check->image, vector, &handler, sizeof handler)) {
        check_add(check, rule, CHECK_UNDECIDED, &place,
                  "the vector of %s (%u) at 0x%08x is written at run time", name, number, vector);
        return;
    }
    place.target = handler & ~1u;
    judge_handler(check, handler, &place, name, rule);
}

void vectors_judge_live(struct check *check)
{
    const bool is_ours = elf_find(image_elf(check->image), OURS) != NULL;
    for (uint32_t i = 0; i < check->config->live_count; i++) {
        vectors_judge(check, check->config->live[i], NULL);
    }
    if (is_ours && check->config->live_count == 0) {
        vectors_judge(check, VECTORS_NMI, NULL);
        vectors_judge(check, VECTORS_HARDFAULT, NULL);
    }
}
