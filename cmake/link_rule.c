/*
 * An image in two parts, with a fault in what runs from RAM: see nacre_link_rule.cmake.
 *
 * FAULT  0 none, 1 a call, 2 a constant table, 3 the vector table, 4 a call that the compiler
 *        makes, 5 a function that was left in flash
 */
#include <stdint.h>

void nacre_blackout_run(uint32_t *words);
void nacre_ctrl_send(uint32_t *words);
void nacre_port_close(uint32_t *words);
void flash_function(uint32_t *words);
void *memset(void *to, int value, unsigned long n);
extern const uint32_t flash_table[64];
extern const uint32_t vectors[2];
extern const uint32_t nacre_ram_image[];

#ifdef RAM
struct big {
    uint32_t words[64];
};

void nacre_blackout_run(uint32_t *words)
{
#if FAULT == 1
    flash_function(words);
#elif FAULT == 2
    words[0] = flash_table[words[1] & 63u];
#elif FAULT == 3
    words[0] = vectors[words[1] & 1u];
#elif FAULT == 4
    *(struct big *)words = (struct big){{0}};
#else
    words[0] = 0;
#endif
}

#if FAULT != 5
void nacre_ctrl_send(uint32_t *words)
{
    words[0] = 1;
}
#endif

void nacre_port_close(uint32_t *words)
{
    words[0] = 2;
}

__attribute__((aligned(128))) uint32_t (*const nacre_ram_vectors[16])(void) = {0};
#endif

#ifdef FLASH
void Reset_Handler(void);

void flash_function(uint32_t *words)
{
    words[0] = 3;
}

#if FAULT == 5
void nacre_ctrl_send(uint32_t *words)
{
    words[0] = 1;
}
#endif

void *memset(void *to, int value, unsigned long n)
{
    for (unsigned long i = 0; i < n; i++) {
        ((volatile char *)to)[i] = (char)value;
    }
    return to;
}

const uint32_t flash_table[64] = {1, 2, 3};
__attribute__((section(".isr_vector"), used)) const uint32_t vectors[2] = {4, 5};

void Reset_Handler(void)
{
    uint32_t words[64] = {0};

    nacre_blackout_run(words);
    nacre_ctrl_send(words);
    nacre_port_close(words);
    words[1] = *(const volatile uint32_t *)nacre_ram_image; /* as nacre_port_adopt does */
}
#endif
