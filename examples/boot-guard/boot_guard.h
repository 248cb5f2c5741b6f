/*
 * Boot guard: brings the flash behind XSPI2 of an STM32H7RS back to where it is after power on.
 *
 * A reset of the MCU alone (watchdog, software, a reset pin that is not wired to the flash) leaves
 * the chip as it was: in octal mode, erasing, suspended. A boot stage that expects it idle in SPI
 * mode then reads garbage. Call boot_guard first, before anything else touches the flash:
 * it finds the chip in whatever protocol it listens to, lets it finish what it does, resumes what
 * is suspended, and resets it by command.
 *
 * To add it to a boot stage: compile boot_guard.c with it, and call boot_guard at the start of
 * main, before the clocks and XSPI2 are set up. It needs no file but this and xspi2.h, no RAM but
 * its stack, no interrupt. It runs from internal flash or RAM, on the clock that the core has after
 * a reset.
 *
 * Chips: those with Macronix's octal commands (MX66UW, MX25UW, MX25UM, MX25LM). What it does is
 * checked on a simulated board only, see docs/reset.md.
 */
#ifndef EXAMPLES_BOOT_GUARD_BOOT_GUARD_H
#define EXAMPLES_BOOT_GUARD_BOOT_GUARD_H

#include <stdbool.h>
#include <stdint.h>

enum boot_guard_end {
    BOOT_GUARD_READY,  /* idle, in SPI mode; what was under way has ended by itself */
    BOOT_GUARD_FORCED, /* idle, in SPI mode; something under way may have been torn */
    BOOT_GUARD_SILENT, /* no chip with this id answers in any protocol */
    BOOT_GUARD_REFUSED /* it runs from that flash, or cfg is beyond its limits; nothing was done */
};

enum boot_guard_protocol {
    BOOT_GUARD_NONE,
    BOOT_GUARD_SPI,
    BOOT_GUARD_OCTAL_DTR,
    BOOT_GUARD_OCTAL_STR
};

/* How the data of an octal read is taken; both may be tried, in this order. */
#define BOOT_GUARD_BY_CLOCK 1u  /* no strobe: a chip that is silent can never hang the controller */
#define BOOT_GUARD_BY_STROBE 2u /* DQS; if none comes the transfer is aborted */

struct boot_guard_cfg {
    uint32_t core_mhz;      /* 64 after a reset; at most 600 */
    uint32_t busy_ms_max;   /* the longest operation that the product starts; at most 5000 */
    uint32_t reset_ms_max;  /* recovery from a reset in it, and from power on; at most 1000 */
    uint8_t id[3];          /* as 9Fh answers it */
    uint8_t dummies_str;    /* of register reads in octal mode */
    uint8_t dummies_dtr;
    uint8_t takes;          /* BOOT_GUARD_BY_CLOCK, BOOT_GUARD_BY_STROBE or both */
    volatile uint32_t *watchdog; /* fed about each millisecond; may be NULL */
    uint32_t watchdog_word;
};

/*
 * MX66UW1G45G at the clock after reset, and units of 4 KB: an erase takes 600 ms at most (SFDP of
 * the part, BFPT DW10: 25 ms, times 24), recovery 100 ms (ST's BSP driver waits as long), dummies
 * as that driver has them. Blocks of 64 KB take up to 6.1 s: reset them at 5 s, or erase units.
 */
#define BOOT_GUARD_MX66UW1G45G                                                                  \
    {                                                                                           \
        .core_mhz = 64, .busy_ms_max = 600, .reset_ms_max = 100, .id = {0xC2, 0x81, 0x3B},      \
        .dummies_str = 4, .dummies_dtr = 5, .takes = BOOT_GUARD_BY_CLOCK | BOOT_GUARD_BY_STROBE \
    }

struct boot_guard_report {
    enum boot_guard_end end;
    enum boot_guard_protocol found; /* it listened to this one first */
    bool by_strobe;                 /* and was read with DQS */
    bool was_busy;
    bool was_suspended;
    bool was_blind;                 /* nobody answered: it was reset in all protocols unseen */
    uint8_t security;               /* security register once idle: b5 P_FAIL, b6 E_FAIL */
    uint8_t controller_resets;      /* transfers that only a reset of XSPI2 ended */
    uint32_t waited_us;             /* for the chip, without the transfers */
    uint32_t reads;                 /* of the chip */
};

/*
 * Find the chip, wait until it is idle, reset it.
 *
 * cfg      not kept
 * report   written on every return; says what was found
 * Cost     0.3 ms if the chip is idle; up to busy_ms_max, or twice that if something was
 *          suspended, and three times reset_ms_max
 * Returns  report->end. Clocks, pins and XSPI2 are as they were, except that XSPI2 is reset
 * Cut      nothing is written: an operation under way ends as if nobody had looked, or is torn
 *          where FORCED is returned
 * Context  interrupts masked or none enabled; nobody else uses XSPI2, and it is not mapped
 */
enum boot_guard_end boot_guard(const struct boot_guard_cfg *cfg, struct boot_guard_report *report);

#endif
