/*
 * Inlined copies of the roots. The function in RAM may be sound, and its caller in flash runs the
 * lines that it took in.
 */
#include "tools/check/inlined.h"

#include <stddef.h>

struct search {
    struct check *check;
    uint32_t root;
};

static void judge_copy(void *context, uint32_t addr)
{
    const struct search *const search = context;
    struct check *const check = search->check;
    if (image_place(check->image, addr) != IMAGE_DARK) {
        return;
    }
    const struct check_place place = {.function = search->root, .addr = addr};
    check_add(check, RULE_ROOT_GONE, CHECK_REFUTED, &place,
              "is also inlined into %s at 0x%08x, which cannot be read",
              check_name_at(check, addr), addr);
}

static bool is_called(const struct check *check, uint32_t function)
{
    for (uint32_t i = 0; i < check->call_count; i++) {
        if (check->calls[i].to == function) {
            return true;
        }
    }
    return false;
}

void inlined_judge(struct check *check, struct dwarf_lines *lines)
{
    for (uint32_t i = 0; i < check->function_count; i++) {
        const struct check_function *const function = &check->functions[i];
        if (function->root != NULL && !function->is_handler && !is_called(check, i)) {
            struct search search = {check, i};
            dwarf_find_inlined(lines, function->name, judge_copy, &search);
        }
    }
}
