/*
 * The texts of the rules.
 */
#include "tools/check/rules.h"

#include <string.h>

static const struct rule rules[RULE_COUNT] = {
    [RULE_CALL_DARK] = {"call-dark", "a call leads to code that cannot be read",
        "The processor fetches the called function from the flash that is busy or unmapped: it "
        "hangs, faults or runs whatever the bus returns.",
        "Place the called function in RAM with its caller, or call it before or after."},
    [RULE_VENEER_DARK] = {"veneer-dark", "a veneer in RAM leads to code that cannot be read",
        "Where a branch does not reach, the linker puts a veneer next to the caller. The call "
        "looks as if it stayed in RAM, and the veneer jumps to flash.",
        "Place the function behind the veneer in RAM, or do not call it."},
    [RULE_COMPILER_CALL] = {"compiler-call", "the compiler called its own helper, which is dark",
        "A struct that is zeroed or copied, a loop that looks like memcpy, a 64-bit division, a "
        "stack protector, a sanitizer or profiling become calls that the source does not show. "
        "No compiler option prevents all of them.",
        "Write through volatile or word by word, avoid the operation, leave out the "
        "instrumentation for this file, or place the helper in RAM."},
    [RULE_SPLIT_PART] = {"split-part", "a part that the compiler split off was left in flash",
        "Parts named .cold, .part, .constprop, .isra or OUTLINED_FUNCTION get sections of their "
        "own, which a pattern with the function's name does not match.",
        "Place by object file and not by function name (*file.o(.text .text.*)), or compile "
        "with -fno-reorder-blocks-and-partition -fno-partial-inlining, -mno-outline."},
    [RULE_LOAD_DARK] = {"load-dark", "data that cannot be read is read or written",
        "A constant, a string or a literal pool was left in flash: the read hangs or returns "
        "what the bus happens to carry.",
        "Place the constant in RAM with the code (.rodata of the same file), or copy it first."},
    [RULE_POINTER_DARK] = {"pointer-dark", "a pointer to what cannot be read is handed on",
        "Who gets the pointer reads or calls it where this check cannot see it.",
        "Hand on a pointer to a copy in RAM; or waive it with the reason why nobody follows it."},
    [RULE_TABLE_DARK] = {"table-dark", "a table that cannot be read is looked up",
        "The compiler turned a switch or an array of constants into a table and put it into "
        ".rodata, which is in flash.",
        "Place .rodata of this file in RAM, too, or compile it with -fno-jump-tables "
        "-fno-tree-switch-conversion."},
    [RULE_DATA_POINTER_DARK] = {"data-pointer-dark", "a pointer in RAM data leads to the dark",
        "Initialised data in RAM (an operations table, a handle with a callback) holds the "
        "address of something in flash, and the code in RAM loads it. No linker rule sees it.",
        "Place what it points to in RAM, or do not load it in a blackout."},
    [RULE_CALL_UNKNOWN] = {"call-unknown", "it is not known what is called",
        "The called address is computed: nothing says that it is in RAM.",
        "Call directly; or name each target in the file beside the firmware: "
        "calls SYMBOL TARGET..."},
    [RULE_JUMP_UNKNOWN] = {"jump-unknown", "it is not known where a jump leads",
        "The address is computed, and no bounded table was found for it.",
        "Compile with -fno-jump-tables; or name each target: calls SYMBOL TARGET..."},
    [RULE_VECTOR_DARK] = {"vector-dark", "a live exception leads to the dark",
        "NMI and HardFault cannot be masked, and an interrupt above the threshold comes when it "
        "likes. The core reads the vector from VTOR, then fetches the handler.",
        "Point VTOR to a table in RAM whose live handlers are in RAM. The table is named by "
        "vectors SYMBOL, what stays live by live NAME..."},
    [RULE_ROOT_GONE] = {"root-gone", "what must run from RAM is not there",
        "The function was inlined into its caller in flash, removed, renamed, or never left "
        "flash: what was checked would not be what runs.",
        "Declare it __attribute__((noinline, used)) and place it by a section that the linker "
        "script names; or say with --root what runs in the blackout."},
    [RULE_NOT_COPIED] = {"not-copied", "code or data in RAM is not what start-up copies there",
        "What runs in RAM is stored in flash. If the copy is too short, comes from elsewhere, or "
        "is missing, the processor runs whatever the RAM held.",
        "Let start-up copy from LOADADDR(section) to its start for its whole length; name the "
        "linker's symbols of the copy: copy LOAD START END"},
    [RULE_BANK_SHARED] = {"bank-shared", "something that is read lies in the bank of the settings",
        "While one bank erases or programs, no byte of it can be read; the other banks can.",
        "Move the section or the settings region to another bank."},
    [RULE_STACK_BOUND] = {"stack-bound", "the stack may not be enough",
        "The longest chain of calls needs more than the limit, or its need is not known.",
        "Raise the limit (--stack BYTES), shorten the chain, or avoid arrays of variable length."},
    [RULE_RECURSION] = {"recursion", "a function calls itself",
        "A chain of calls that comes back to itself has no bound on its stack and its time.",
        "Write it as a loop."},
    [RULE_LOOP_UNBOUNDED] = {"loop-unbounded", "a loop has no bound that can be seen",
        "A wait for hardware that never comes keeps the interrupts masked for ever. This is "
        "listed, and is a verdict with --strict alone.",
        "Count the rounds; or name the bound: loop SYMBOL BOUND"},
    [RULE_UNDECODABLE] = {"undecodable", "bytes that are run are no known instruction",
        "What does not decode cannot be judged: data in between, or another instruction set.",
        "Keep data out of code; or waive it with the reason why it is not reached."},
    [RULE_SVC_DARK] = {"svc-dark", "an exception is raised on purpose, and its handler is dark",
        "svc and bkpt enter a handler through the vector table as an interrupt does.",
        "Do not use them in a blackout; or name the table and the handler as live: "
        "vectors SYMBOL, live SVCall"},
};

const struct rule *rule_text(enum rule_id id)
{
    return &rules[id];
}

bool rule_find(const char *name, enum rule_id *id)
{
    for (unsigned i = 0; i < RULE_COUNT; i++) {
        if (strcmp(rules[i].id, name) == 0) {
            *id = (enum rule_id)i;
            return true;
        }
    }
    return false;
}

void rule_explain(enum rule_id id, FILE *out)
{
    const struct rule *const rule = &rules[id];
    fprintf(out, "%s: %s\n\nwhy:  %s\ncure: %s\n", rule->id, rule->title, rule->why, rule->cure);
}

void rule_list(FILE *out)
{
    for (unsigned i = 0; i < RULE_COUNT; i++) {
        fprintf(out, "%-18s %s\n", rules[i].id, rules[i].title);
    }
}
