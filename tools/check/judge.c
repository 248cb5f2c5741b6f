/*
 * What one event of a function means in a blackout: which rule it breaks, or what it reaches.
 */
#include "tools/check/judge.h"

#include "tools/check/elf.h"
#include "tools/check/list.h"
#include "tools/check/vectors.h"

#include <string.h>

/* A veneer has nothing but its jump: GNU ld's are one or two instructions, lld's three or four. */
#define VENEER_INSTRUCTIONS_MAX 4u

/* Armv7-M Architecture Reference Manual, B3.2.2: where the vector table's address is set. */
#define VTOR 0xE000ED08u

struct site {
    struct check *check;
    uint32_t function;
    const struct flow_event *event;
};

static bool begins_with_one_of(const char *name, const char *const *starts)
{
    for (; *starts != NULL; starts++) {
        if (strncmp(name, *starts, strlen(*starts)) == 0) {
            return true;
        }
    }
    return false;
}

/*
 * Names that compilers put in by themselves: the C library functions that GCC's manual says it may
 * call even with -ffreestanding (3.2 Language Standards), the Run-time ABI for the Arm
 * Architecture, libgcc's, stack protector, sanitizers, profiling.
 */
static bool is_compilers(const char *name)
{
    static const char *const whole[] = {
        "memset", "memcpy", "memmove", "memcmp", "bcmp", "strlen", "abort", "strcpy", "puts",
        "putchar", "mcount", "_mcount", NULL,
    };
    static const char *const starts[] = {
        "__aeabi_", "__stack_chk_", "__asan_", "__ubsan_", "__sanitizer_", "__tsan_", "__gcov_",
        "__llvm_prof", "__cyg_profile_", "__gnu_mcount", "__sync_", "__atomic_", "__gnu_thumb1_",
        "__udiv", "__div", "__umod", "__mod", "__mul", "__add", "__sub", "__clz", "__ctz", "__ffs",
        "__popcount", "__parity", "__bswap", "__fix", "__float", "__extend", "__trunc", "__ashl",
        "__ashr", "__lshr", "__cmp", "__ucmp", "__memset", "__memcpy", "__iar_", "__ARM_", "__rt_",
        "__safestack", NULL,
    };
    for (const char *const *text = whole; *text != NULL; text++) {
        if (strcmp(name, *text) == 0) {
            return true;
        }
    }
    return begins_with_one_of(name, starts);
}

/* Endings and names of what compilers split off a function or share between functions. */
static bool is_split(const char *name)
{
    static const char *const parts[] = {".cold", ".part.", ".constprop", ".isra", ".lto_priv",
                                        "OUTLINED_FUNCTION_", ".llvm.", ".__uniq.", NULL};
    for (const char *const *part = parts; *part != NULL; part++) {
        if (strstr(name, *part) != NULL) {
            return true;
        }
    }
    return false;
}

static bool is_veneer(const struct check_function *function)
{
    const char *const name = function->name;
    const bool is_named = strstr(name, "veneer") != NULL || strstr(name, "Thunk_") != NULL ||
                          strstr(name, "$Ven$") != NULL || strstr(name, "__stub") != NULL;
    return is_named && function->result.instructions <= VENEER_INSTRUCTIONS_MAX;
}

static enum rule_id rule_of_call(const struct site *site, const char *target)
{
    if (is_compilers(target)) {
        return RULE_COMPILER_CALL;
    }
    if (is_split(target)) {
        return RULE_SPLIT_PART;
    }
    return is_veneer(&site->check->functions[site->function]) ? RULE_VENEER_DARK : RULE_CALL_DARK;
}

static struct check_place place_of(const struct site *site, uint32_t target)
{
    return (struct check_place) {.function = site->function, .addr = site->event->at,
                                 .target = target, .has_target = true};
}

static void reach(const struct site *site, uint32_t target)
{
    struct check *const check = site->check;
    const uint32_t to = check_reach(check, target, site->function, site->event->at, NULL);
    *LIST_ADD(check->calls, check->call_count) = (struct check_call) {
        .from = site->function, .to = to, .at = site->event->at, .stack = site->event->stack};
}

static void judge_target(const struct site *site, uint32_t target)
{
    const struct check_place place = place_of(site, target);
    const char *const name = check_name_at(site->check, target);
    const char *const what = site->event->kind == FLOW_CALL ? "calls" : "jumps to";
    const enum image_place where = image_place(site->check->image, target);
    if (where == IMAGE_DARK) {
        check_add(site->check, rule_of_call(site, name), CHECK_REFUTED, &place,
                  "%s %s at 0x%08x, which cannot be read", what, name, target);
        return;
    }
    if (where == IMAGE_NOWHERE || !image_is_code(site->check->image, target)) {
        check_add(site->check, RULE_CALL_UNKNOWN, CHECK_UNDECIDED, &place,
                  "%s 0x%08x, where the file has no code", what, target);
        return;
    }
    reach(site, target);
}

/* The calls line of the file for the function that the event is in, or NULL. */
static struct config_calls *calls_for(const struct site *site)
{
    struct config *const config = site->check->config;
    const char *const name = site->check->functions[site->function].name;
    for (uint32_t i = 0; i < config->calls_count; i++) {
        if (strcmp(config->calls[i].symbol, name) == 0) {
            return &config->calls[i];
        }
    }
    return NULL;
}

static void judge_unknown(const struct site *site)
{
    const bool is_call = site->event->kind == FLOW_CALL_UNKNOWN;
    const enum rule_id rule = is_call ? RULE_CALL_UNKNOWN : RULE_JUMP_UNKNOWN;
    struct config_calls *const calls = calls_for(site);
    const struct check_place place = {.function = site->function, .addr = site->event->at};
    if (calls == NULL) {
        check_add(site->check, rule, CHECK_UNDECIDED, &place, "%s (%s)",
                  is_call ? "calls through a pointer that is not known"
                          : "jumps to an address that is not known",
                  site->event->how == NULL ? "computed" : site->event->how);
        return;
    }
    calls->is_used = true;
    for (uint32_t i = 0; i < calls->target_count; i++) {
        const struct elf_symbol *const symbol =
            elf_find(image_elf(site->check->image), calls->targets[i]);
        if (symbol == NULL) {
            calls->is_used = false; /* the line is stale: it names what is not there */
            return;
        }
        judge_target(site, symbol->addr);
    }
}

static void judge_access(const struct site *site)
{
    const struct flow_event *const event = site->event;
    if (image_place(site->check->image, event->target) != IMAGE_DARK) {
        return;
    }
    const bool is_table = event->how != NULL && strstr(event->how, "table") != NULL;
    const struct check_place place = place_of(site, event->target);
    check_add(site->check, is_table ? RULE_TABLE_DARK : RULE_LOAD_DARK, CHECK_REFUTED, &place,
              "%s %s 0x%08x (%s), which cannot be read",
              event->kind == FLOW_LOAD ? "reads" : "writes", is_table ? "the table at" : "at",
              event->target, check_name_at(site->check, event->target));
}

/* Whether a word is initialised RAM data: in the file, and something may write it. */
static bool is_ram_data(const struct image *image, uint32_t addr)
{
    uint32_t word = 0;
    return addr != 0 && image_read(image, addr, &word, sizeof word) &&
           !image_is_constant(image, addr, sizeof word) && !image_is_code(image, addr);
}

static void judge_pointer(const struct site *site)
{
    const struct flow_event *const event = site->event;
    const struct check_place place = place_of(site, event->target);
    const bool is_data = is_ram_data(site->check->image, event->from);
    const char *const name = check_name_at(site->check, event->target);
    if (is_data) {
        check_add(site->check, RULE_DATA_POINTER_DARK, CHECK_REFUTED, &place,
                  "loads a pointer to %s at 0x%08x from %s, which is RAM data", name,
                  event->target, check_name_at(site->check, event->from));
        return;
    }
    if (event->into == VTOR) {
        check_add(site->check, RULE_VECTOR_DARK, CHECK_REFUTED, &place,
                  "points VTOR to 0x%08x, which cannot be read", event->target);
        return;
    }
    check_add(site->check, RULE_POINTER_DARK, CHECK_REFUTED, &place,
              "a pointer to %s at 0x%08x is %s", name, event->target,
              event->how == NULL ? "handed on" : event->how);
}

static void judge_loop(const struct site *site)
{
    struct check *const check = site->check;
    const char *const name = check->functions[site->function].name;
    struct check_loop *const loop = LIST_ADD(check->loops, check->loop_count);
    *loop = (struct check_loop) {.function = site->function, .addr = site->event->at,
                                 .is_bounded = site->event->is_known};
    if (loop->is_bounded) {
        return;
    }
    for (uint32_t i = 0; i < check->config->loop_count; i++) {
        if (strcmp(check->config->loops[i].symbol, name) == 0) {
            check->config->loops[i].is_used = true;
            loop->bound = check->config->loops[i].bound;
            loop->is_bounded = true;
            return;
        }
    }
    if (check->config->is_strict) {
        const struct check_place place = {.function = site->function, .addr = site->event->at};
        check_add(check, RULE_LOOP_UNBOUNDED, CHECK_UNDECIDED, &place,
                  "goes back without a bound that can be seen");
    }
}

/* svc is entered through the vector of SVCall; bkpt and udf end in HardFault when masked. */
static void judge_system(const struct site *site)
{
    const char *const how = site->event->how == NULL ? "" : site->event->how;
    const struct check_place place = {.function = site->function, .addr = site->event->at};
    if (strncmp(how, "svc", 3) == 0) {
        vectors_judge(site->check, VECTORS_SVCALL, &place);
    } else if (strncmp(how, "bkpt", 4) == 0 || strncmp(how, "udf", 3) == 0) {
        vectors_judge(site->check, VECTORS_HARDFAULT, &place);
    }
}

void judge_event(struct check *check, uint32_t function, const struct flow_event *event)
{
    const struct site site = {check, function, event};
    const struct check_place place = {.function = function, .addr = event->at};
    switch (event->kind) {
    case FLOW_CALL:
    case FLOW_TAIL:
        judge_target(&site, event->target);
        break;
    case FLOW_CALL_UNKNOWN:
    case FLOW_JUMP_UNKNOWN:
        judge_unknown(&site);
        break;
    case FLOW_LOAD:
    case FLOW_STORE:
        judge_access(&site);
        break;
    case FLOW_POINTER:
        judge_pointer(&site);
        break;
    case FLOW_LOOP:
        judge_loop(&site);
        break;
    case FLOW_UNDECODED:
        check_add(check, RULE_UNDECODABLE, CHECK_UNDECIDED, &place,
                  "is no instruction that is known");
        break;
    case FLOW_SYSTEM:
        judge_system(&site);
        break;
    }
}
