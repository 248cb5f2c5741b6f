/*
 * Functions whose events are known from the source, whatever the compiler made of them.
 */
#include <stdint.h>

#define RAM __attribute__((section(".ram"), noinline, used))
#define DARK __attribute__((section(".text"), noinline, used))

/* Weak, so that no compiler reads it beforehand. */
__attribute__((weak)) const char dark_text[64] = "in the dark";
const char *volatile kept;
const char *ram_pointer = dark_text;
volatile uint32_t marks[16];
char lit_text[8];

DARK void dark_call(void) { marks[0]++; }
DARK void dark_other(void) { marks[1]++; }
RAM void lit_call(void) { marks[2]++; }
RAM void lit_other(void) { marks[3]++; }
RAM uint32_t lit_sink(const char *text) { return (uint32_t)text[0] + marks[4]; }

typedef void (*call)(void);
__attribute__((section(".lit_constants"))) const call table[4] = {lit_call, dark_call, lit_other,
                                                                  dark_other};
__attribute__((section(".lit_constants"))) const call lit_table[2] = {lit_call, lit_other};

RAM void root(void) { lit_call(); }
RAM void calls_directly(void) { lit_call(); dark_call(); lit_other(); }
RAM void calls_through_local(void)
{
    call made = dark_call;
    for (uint32_t i = 0; i < 2u; i++) made();
    marks[0] = 1;
}
RAM void calls_either(uint32_t which)
{
    const call made = which == 0u ? dark_call : lit_call;
    made();
    marks[0] = 1;
}
RAM void calls_through_table(uint32_t index)
{
    table[index & 3u]();
    marks[0] = 1;
}
RAM void calls_through_lit_table(uint32_t index)
{
    if (index < 2u) lit_table[index]();
    marks[0] = 1;
}
RAM void calls_argument(call made)
{
    made();
    marks[0] = 1;
}
RAM uint32_t passes_pointer(void) { return lit_sink(dark_text + 4) + 1u; }
RAM uint32_t passes_lit_pointer(void) { return lit_sink(lit_text) + 1u; }
RAM void stores_pointer(void) { kept = dark_text; }
RAM const char *returns_pointer(void) { return dark_text; }
RAM uint32_t reads_table(uint32_t index) { return (uint32_t)dark_text[index]; }
RAM uint32_t reads_either(const char *text, uint32_t is_dark)
{
    if (is_dark) text = dark_text;
    return (uint32_t)text[3];
}
RAM uint32_t compares_only(const char *text)
{
    return (uint32_t)(text >= (const char *)0x70000000u) + marks[0];
}
RAM uint32_t masks_only(uint32_t bits)
{
    marks[5] = bits | 0x70000000u;
    return bits & 0x70000000u;
}
RAM uint32_t subtracts_only(uint32_t addr) { return addr - 0x70000000u; }
RAM uint32_t loads_ram_pointer(void) { return (uint32_t)ram_pointer[1]; }
RAM void switches(uint32_t which)
{
    switch (which) {
    case 0: marks[1] = 5; break;
    case 1: marks[2] = marks[3]; break;
    case 2: marks[5] = 7; marks[6] = 1; break;
    case 3: lit_call(); break;
    case 4: marks[7]++; break;
    case 5: marks[8] += 3; break;
    case 6: dark_call(); break;
    default: break;
    }
    marks[9] = 1;
}
RAM uint32_t fills_struct(void)
{
    struct {
        uint32_t n;
        const char *volatile text;
    } local = {1, dark_text};
    return lit_sink((const char *)&local) + local.n;
}
RAM void loops_counted(void)
{
    for (uint32_t i = 0; i < 1000u; i++) marks[1] = i;
}
RAM void loops_for_a_flag(void)
{
    while ((marks[2] & 1u) == 0u) {}
}
RAM void loops_sometimes_on(uint32_t n)
{
    for (uint32_t i = 0; i < n;) {
        marks[3] = i;
        if (marks[4] != 0u) i++;
    }
}
RAM void loops_back_again(uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        marks[3] = i;
        if (marks[4] != 0u) i = 0;
    }
}
RAM void svc(void) { __asm volatile("svc 3"); }
