/*
 * A false board for the port of the internal flash: its controller at register level, its words
 * behind a data cache, and the core's part of nacre/ports/stm32h7rs/mcu_flash_core.h. Written from
 * ST's SVD file of the STM32H7RS and ST's HAL. Time goes by with each access to a register.
 *
 * It is strict: what the controller's description forbids is counted as a misuse, and the first is
 * told in words.
 */
#ifndef TESTS_SUPPORT_FALSE_FLASH_H
#define TESTS_SUPPORT_FALSE_FLASH_H

#include <stdbool.h>
#include <stdint.h>

#define FALSE_FLASH_BYTES 0x10000u
#define FALSE_FLASH_LINES (FALSE_FLASH_BYTES / 32u)
#define FALSE_FLASH_CORE 0x08000000u
#define FALSE_FLASH_CYCLES 24u /* of one register access */
#define FALSE_FLASH_MHZ 600u

enum false_word { FALSE_WHOLE, FALSE_MENDED, FALSE_BROKEN, FALSE_HIDDEN, FALSE_DEAD };

struct false_flash {
    uint32_t CR, ISR, ECCSFADDR, ECCDFADDR, WRPSR, HDPSR, VTOR;
    uint32_t keys;            /* how many right ones */
    bool is_dead_locked;      /* until the next reset */
    uint32_t cycles;
    bool clock_stands;
    uint8_t bytes[FALSE_FLASH_BYTES];
    uint8_t cache[FALSE_FLASH_BYTES];
    bool is_cached[FALSE_FLASH_LINES];
    bool has_cache;
    enum false_word state[FALSE_FLASH_BYTES / 16u];
    uint8_t buffer[16];       /* the write buffer */
    uint32_t buffer_addr;
    uint32_t buffer_mask;     /* bytes that are in */
    bool is_working;
    uint32_t done_at;         /* cycles */
    uint32_t work_cycles;     /* of a program; an erase takes ten times that */
    uint32_t erase_sector;    /* 8: a program */
    uint32_t error_next;      /* ISR bits of the next operation, instead of doing it */
    bool store_is_lost;       /* the next store does not arrive: half a word does */
    bool noted_by_nmi;        /* a broken word comes as an NMI, not as a fault */
    bool noted_silently;      /* nor as an NMI: there is the flag alone */
    bool (*nmi)(void);        /* the application's handler */
    uint32_t whole_lines;     /* so many loads bring in the whole line, from its start */
    uint32_t shields;         /* open ones */
    bool has_faulted;
    uint32_t unshielded_faults;
    bool stores_are_kept;     /* what the MPU's check answers: false, it is told in mismatch */
    uint32_t programs, erases, unlocks;
    uint32_t misuses;
    const char *misuse;
};

extern struct false_flash false_flash;

/* As after a reset: blank, nothing protected, time running. */
void false_flash_start(void);

/* Let what is under way end. */
void false_flash_pass(uint32_t cycles);

#endif
