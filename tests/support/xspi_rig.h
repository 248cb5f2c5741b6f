/*
 * The twin's devices wired as on the board and nothing else: two controllers, the I/O manager, the
 * NOR chip on port 2, the PSRAM on port 1. Register accesses move the time as they would on the
 * board.
 */
#ifndef TESTS_SUPPORT_XSPI_RIG_H
#define TESTS_SUPPORT_XSPI_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include "twin/xspi/boot_state.h"

#define NS 1000ULL
#define US 1000000ULL
#define MS 1000000000ULL

/* Offsets and bits of RM0477 / CMSIS stm32h7s7xx.h, written down here a second time on purpose. */
#define R_CR 0x000u
#define R_DCR1 0x008u
#define R_DCR2 0x00Cu
#define R_DCR3 0x010u
#define R_SR 0x020u
#define R_FCR 0x024u
#define R_DLR 0x040u
#define R_AR 0x048u
#define R_DR 0x050u
#define R_PSMKR 0x080u
#define R_PSMAR 0x088u
#define R_PIR 0x090u
#define R_CCR 0x100u
#define R_TCR 0x108u
#define R_IR 0x110u
#define R_LPTR 0x130u
#define R_WCCR 0x180u
#define R_WTCR 0x188u
#define R_WIR 0x190u
#define R_CALSOR 0x220u
#define B_TEF 0x01u
#define B_TCF 0x02u
#define B_FTF 0x04u
#define B_SMF 0x08u
#define B_TOF 0x10u
#define B_BUSY 0x20u
#define B_EN 0x01u
#define B_ABORT 0x02u
#define B_TCEN 0x08u
#define B_APMS 0x00400000u
#define MODE_WRITE 0x00000000u
#define MODE_READ 0x10000000u
#define MODE_POLL 0x20000000u
#define MODE_MAP 0x30000000u

struct rig {
    struct xspi *x1;
    struct xspi *x2;
    struct xspim *m;
    struct nor *nor;
    struct psram *psram;
    uint64_t now_ps;
    uint32_t flags[XSPI_FLAG_COUNT];
    uint32_t window_changes;
    uint32_t irqs;
    uint32_t commands;          /* that the chip heard */
    struct nor_event last;
    enum xspi_outcome outcome;  /* of the newest access */
    uint64_t cost_ps;           /* of the newest access */
};

struct xspi_cfg rig_xspi_cfg(void);
/* Devices powered, registers at reset, chip in SPI and ready. cfg NULL: defaults. */
void rig_open(struct rig *rig, const struct xspi_cfg *cfg);
void rig_boot(struct rig *rig, enum boot_state state);
void rig_close(struct rig *rig);

uint32_t rig_read(struct rig *rig, struct xspi *x, uint32_t offset, uint32_t size);
void rig_write(struct rig *rig, struct xspi *x, uint32_t offset, uint32_t value);
void rig_write_dr(struct rig *rig, struct xspi *x, uint32_t value, uint32_t size);
void rig_wait(struct rig *rig, uint64_t ps);
/* XSPI2, words. */
uint32_t rd(struct rig *rig, uint32_t offset);
void wr(struct rig *rig, uint32_t offset, uint32_t value);
/* Poll SR of XSPI2 until a bit is there or gone; false after 10 ms. */
bool rig_wait_flag(struct rig *rig, uint32_t bit, bool is_set);

/* What a driver does with the mapped XSPI2: leave mapped mode by ABORT, and come back. */
void rig_leave_mapped(struct rig *rig);
void rig_map(struct rig *rig);
/* Octal DTR commands by indirect mode. */
void rig_command(struct rig *rig, uint16_t opcode);
void rig_command_at(struct rig *rig, uint16_t opcode, uint32_t addr);
uint8_t rig_status(struct rig *rig, uint16_t opcode);
void rig_send(struct rig *rig, uint16_t opcode, uint32_t addr, const uint8_t *bytes, uint32_t n);
void rig_fetch(struct rig *rig, uint16_t opcode, uint32_t addr, uint8_t *bytes, uint32_t n);

#endif
